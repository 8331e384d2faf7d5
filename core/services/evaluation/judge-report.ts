/** The curves and figures of one evaluation as the window draws them. */
import type { ClassCurves, JudgeReport, LevelReport } from '../../contract/index.ts';
import { bootstrapIntervals, type Interval } from '../../statistics/bootstrap.ts';
import { expectedCalibrationError } from '../../statistics/calibration.ts';
import { type Cut, decide, prCurve, rocCurve } from '../../statistics/curves.ts';
import {
  brier,
  computeMetrics,
  rank,
  rankedAuc,
  rankedAveragePrecision,
  type Scores,
} from '../../statistics/metrics.ts';
import { proportion } from '../../statistics/proportions.ts';
import { coverageCurve } from '../../statistics/refer.ts';
import { rocBand } from '../../statistics/resample.ts';
import { testViews } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { cutOf } from '../training/operating-point.ts';
import {
  estimateOf,
  type JudgedLevel,
  type JudgedSet,
  type JudgeRequest,
  judgedSet,
  pairOf,
  recordView,
} from './judge.ts';

/** Points of a drawn curve: more than a screen can show would only slow it. */
const mostPoints = 300;
/** Cases times resamples that one figure may cost: about a quarter of a second. */
const resampleBudget = 1_500_000;

/** Resamples for `n` cases: 2,000, fewer where they would take long, never below 200. */
export function resamplesFor(n: number): number {
  return Math.max(200, Math.min(2000, Math.floor(resampleBudget / Math.max(1, n))));
}

const levels = new WeakMap<JudgedLevel, { readonly cut: Cut | null; readonly report: LevelReport }>();

/**
 * The report of an evaluation, or null where the model was not evaluated on the split. Looking at the test split is noted in
 * the audit trail each time.
 * @throws MODEL_NOT_FOUND
 */
export function judgeReport(context: ServiceContext, request: JudgeRequest): JudgeReport | null {
  const set = judgedSet(context, request);
  if (set === null) return null;
  if (set.split === 'test') recordView(context, set.record.name, set.split);
  return {
    model: set.record,
    split: set.split,
    dataset: set.run.dataset,
    version: set.run.datasetVersion,
    evaluatedAt: set.evaluatedAt,
    testViews: testViews(context.library.db, set.record.name),
    mixedStudies: set.mixedStudies,
    image: levelReport(set, set.image),
    study: levelReport(set, set.study),
  };
}

/** Figures of one level at the model's own threshold; computed once. */
export function levelReport({ record }: JudgedSet, level: JudgedLevel): LevelReport {
  const cut = cutOf(record);
  const known = levels.get(level);
  if (known?.cut?.threshold === cut?.threshold && known?.cut?.classIndex === cut?.classIndex && known !== undefined) {
    return known.report;
  }
  const { scores, patients } = level;
  const n = scores.targets.length;
  const decisions = decide(scores.probabilities, scores.classes, cut);
  const metrics = computeMetrics(scores, decisions);
  const resamples = resamplesFor(n * scores.classes);
  const intervals = bootstrapIntervals(scores, patients, { decisions, resamples });
  const report: LevelReport = {
    n,
    patients: new Set(patients).size,
    auc: { value: metrics.auc, interval: pairOf(intervals.auc) },
    averagePrecision: { value: metrics.averagePrecision, interval: pairOf(intervals.averagePrecision) },
    accuracy: { value: metrics.accuracy, interval: pairOf(intervals.accuracy) },
    kappa: metrics.kappaQuadratic,
    brier: brier(scores),
    calibrationError: expectedCalibrationError(scores, 10),
    classes: record.classes.map((name, c) => classCurves(scores, patients, c, name, intervals.classAuc[c] ?? null)),
    coverage: coverageCurve(scores, cut).map(({ band: { classIndex, low, high }, ...point }) => ({
      ...point,
      band: { className: classIndex === null ? null : (record.classes[classIndex] as string), low, high },
      errorInterval: pairOf(point.errorInterval),
    })),
  };
  levels.set(level, { cut, report });
  return report;
}

function classCurves(
  scores: Scores,
  patients: readonly number[],
  c: number,
  name: string,
  auc: Interval | null,
): ClassCurves {
  const ranking = rank(scores, c);
  const n = scores.targets.length;
  let positives = 0;
  for (let i = 0; i < n; i++) if (scores.targets[i] === c) positives++;
  return {
    name,
    n: positives,
    auc: { value: rankedAuc(scores, c, ranking), interval: pairOf(auc) },
    averagePrecision: rankedAveragePrecision(scores, c, ranking),
    roc: thinned(rocCurve(scores, c)).map((p) => [p.falsePositiveRate, p.truePositiveRate, Math.min(1, p.threshold)]),
    band: rocBand(scores, c, patients, { resamples: resamplesFor(n * scores.classes) / 2 }).map((p) => [
      p.falsePositiveRate,
      p.low,
      p.high,
    ]),
    pr: thinned(prCurve(scores, c)).map((p) => [p.recall, p.precision, p.threshold]),
    calibration: calibrationBins(scores, c),
  };
}

/** Every k-th point, the first and the last among them. */
function thinned<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}

/** Ten bins of the probability of class `c`; empty ones are left out. */
function calibrationBins(scores: Scores, c: number): ClassCurves['calibration'] {
  const bins = Array.from({ length: 10 }, () => ({ n: 0, sum: 0, hits: 0 }));
  for (let i = 0; i < scores.targets.length; i++) {
    const p = scores.probabilities[i * scores.classes + c] as number;
    const bin = bins[Math.min(9, Math.max(0, Math.ceil(p * 10) - 1))];
    if (bin === undefined) continue;
    bin.n++;
    bin.sum += p;
    if (scores.targets[i] === c) bin.hits++;
  }
  return bins.flatMap(({ n, sum, hits }, i) => {
    return n === 0
      ? []
      : [{ low: i / 10, high: (i + 1) / 10, n, predicted: sum / n, observed: estimateOf(proportion(hits, n)) }];
  });
}
