/** The curves and figures of one evaluation as the window draws them. */
import type { ClassCurves, JudgeLevel, JudgeReport, LevelReport } from '../../contract/index.ts';
import { classReliabilityBins } from '../../statistics/calibration.ts';
import { prCurve, rocCurve } from '../../statistics/curves.ts';
import type { Scores } from '../../statistics/metrics.ts';
import { proportion } from '../../statistics/proportions.ts';
import { coverageCurve } from '../../statistics/refer.ts';
import { testViews } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { cutOf } from '../training/operating-point.ts';
import { type EvaluatedSet, type EvaluationRequest, evaluatedSet } from './evaluated-set.ts';
import { type ClassFigures, levelFigures } from './figures.ts';
import { estimateOf, pairOf, recordView, targetFiguresOf } from './judge.ts';

/** Points of a drawn curve: more than a screen can show would only slow it. */
const mostPoints = 300;
/**
 * The report of an evaluation, or null where the model was not evaluated on the split. Looking at the test split is noted in
 * the audit trail each time.
 * @throws MODEL_NOT_FOUND
 */
export function judgeReport(context: ServiceContext, request: EvaluationRequest): JudgeReport | null {
  const set = evaluatedSet(context, request);
  if (set === null) return null;
  if (set.split === 'test') recordView(context, set.record.name, set.split);
  return {
    model: set.record,
    split: set.split,
    dataset: set.run.dataset,
    version: set.run.datasetVersion,
    evaluatedAt: set.evaluatedAt,
    testViews: testViews(context.library.db, set.record.name),
    mixedStudies: set.mixedStudies.length,
    image: levelReport(context, set, 'image'),
    study: levelReport(context, set, 'study'),
  };
}

function levelReport(context: ServiceContext, set: EvaluatedSet, which: JudgeLevel): LevelReport {
  const { record } = set;
  const { scores } = set[which];
  const figures = levelFigures(context, set, which);
  return {
    n: figures.n,
    patients: figures.patients,
    auc: { value: figures.auc, interval: pairOf(figures.aucInterval) },
    averagePrecision: { value: figures.averagePrecision, interval: pairOf(figures.averagePrecisionInterval) },
    accuracy: { value: figures.accuracy, interval: pairOf(figures.accuracyInterval) },
    figures: targetFiguresOf(figures),
    brier: figures.brier,
    calibrationError: figures.calibrationError,
    classes: figures.perClass.map((own, c) => classCurves(scores, c, own)),
    coverage: coverageCurve(scores, cutOf(record)).map(({ band: { classIndex, low, high }, ...point }) => ({
      ...point,
      band: { className: classIndex === null ? null : (record.classes[classIndex] as string), low, high },
      errorInterval: pairOf(point.errorInterval),
    })),
  };
}

function classCurves(scores: Scores, c: number, own: ClassFigures): ClassCurves {
  return {
    name: own.name,
    n: own.n,
    auc: { value: own.auc, interval: pairOf(own.aucInterval) },
    averagePrecision: own.averagePrecision,
    roc: thinned(rocCurve(scores, c)).map((p) => [p.falsePositiveRate, p.truePositiveRate, Math.min(1, p.threshold)]),
    band: own.rocBand.map((p) => [p.falsePositiveRate, p.low, p.high]),
    pr: thinned(prCurve(scores, c)).map((p) => [p.recall, p.precision, p.threshold]),
    calibration: classReliabilityBins(scores, c).map(({ hits, ...bin }) => ({
      ...bin,
      observed: estimateOf(proportion(hits, bin.n)),
    })),
  };
}

/** Every k-th point, the first and the last among them. */
function thinned<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
