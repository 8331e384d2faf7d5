/**
 * Judging a model from what an evaluation kept, without the engine: thresholds and the cases behind them. Moving a threshold costs a
 * pass over the cases, and one over the resampled patients for the interval of the accuracy.
 */
import { AppError } from '../../base/errors.ts';
import type {
  EstimateView,
  EvaluationPart,
  JudgedCase,
  JudgeLevel,
  ModelRecord,
  OperatingPointView,
  TargetFigureView,
} from '../../contract/index.ts';
import { accuracyInterval, type Interval } from '../../statistics/bootstrap.ts';
import { confusionMatrix, kappaQuadratic, type Scores } from '../../statistics/metrics.ts';
import { type Counts, type Estimate, operatingPoint } from '../../statistics/proportions.ts';
import { isReferred } from '../../statistics/refer.ts';
import { type CasesOfPatients, shareOfRows, worthOfRows } from '../../statistics/shares-of-cases.ts';
import { addAuditEvent, type EvaluatedImage } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { cutOf, referBandOf } from '../training/operating-point.ts';
import type { EvaluatedSet } from './evaluated-set.ts';
import type { LevelFigures } from './figures.ts';

/** Notes in the audit trail that figures of the test split were seen. */
export function recordView(context: ServiceContext, model: string, split: EvaluationPart): void {
  addAuditEvent(context.library.writer, {
    happenedAt: timeOf(context),
    action: 'model.judged',
    subject: model,
    details: { split },
  });
}

/** An interval as the contract carries it. */
export const pairOf = (interval: Interval | null): [number, number] | null =>
  interval === null ? null : [interval[0], interval[1]];

/** A figure as the contract carries it. */
export const estimateOf = ({ value, interval }: Estimate): EstimateView => ({ value, interval: pairOf(interval) });

/** The figures that the target has beside the others, as the contract carries them. */
export const targetFiguresOf = ({ ofTarget }: Pick<LevelFigures, 'ofTarget'>): TargetFigureView[] =>
  ofTarget.map(({ figure, ...estimate }) => ({ figure, estimate: estimateOf(estimate) }));

/** What decisions about cases are counted from. */
export type DecidedCases = CasesOfPatients & { readonly scores: Pick<Scores, 'targets'> };

/**
 * Class `c` against the rest where `isCalled` says of which cases it is the answer; precision is the share of its answers that are right among these
 * cases. Intervals are of as many cases as those of each share are worth together.
 */
export function classDecisions(level: DecidedCases, c: number, isCalled: (i: number) => boolean) {
  const { targets: truths } = level.scores;
  const rows = Array.from({ length: truths.length }, (_, i) => i);
  const called = rows.map(isCalled);
  const isPositive = (i: number): boolean => truths[i] === c;
  const isRight = (i: number): boolean => called[i] === isPositive(i);
  const answers = rows.filter((i) => called[i]);
  const sick = rows.filter(isPositive);
  const well = rows.filter((i) => !isPositive(i));
  const truePositive = sick.filter(isRight).length;
  const trueNegative = well.filter(isRight).length;
  return {
    counts: {
      ...{ truePositive, trueNegative },
      falsePositive: well.length - trueNegative,
      falseNegative: sick.length - truePositive,
    } satisfies Counts,
    answered: answers.length,
    sensitivity: shareOfRows(sick, isRight, level),
    specificity: shareOfRows(well, isRight, level),
    precision: shareOfRows(answers, isRight, level),
    worth: { sick: worthOfRows(sick, level), well: worthOfRows(well, level), all: worthOfRows(rows, level) },
  };
}

/** Which cases are called class `c` when a probability of at least `threshold` is. */
export const calledAt =
  ({ classes, probabilities }: Scores, c: number, threshold: number) =>
  (i: number): boolean =>
    (probabilities[i * classes + c] as number) >= threshold;

/** @throws BAD_INPUT for a class that the model does not have */
export function checkClass({ name, classes }: ModelRecord, classIndex: number): void {
  if (classIndex < classes.length) return;
  throw new AppError(
    'BAD_INPUT',
    `Model "${name}" has ${classes.length} classes; class number ${classIndex + 1} was asked for.`,
    {
      action: 'Open the model again and choose one of its classes.',
    },
  );
}

/**
 * What one threshold of one class means; of more than two classes the confusion matrix is that of the most probable class. Without a threshold the
 * decisions are the model's own, and every figure is of them.
 */
export function judgeAtThreshold(
  set: EvaluatedSet,
  request: {
    readonly level: JudgeLevel;
    readonly classIndex: number;
    readonly threshold: number | null;
    readonly prevalence: number;
  },
): OperatingPointView {
  const { record } = set;
  checkClass(record, request.classIndex);
  const level = set[request.level];
  const { scores, patients, worth } = level;
  const { classIndex, threshold } = request;
  const total = scores.targets.length;
  const cut = threshold === null ? cutOf(record) : { classIndex, threshold };
  const decisions = targets[record.target].decide(scores.probabilities, scores.classes, cut);
  const band = referBandOf(record);
  const confusion = confusionMatrix(scores, decisions);
  const isCalled =
    threshold === null ? (i: number) => decisions[i] === classIndex : calledAt(scores, classIndex, threshold);
  const { counts, worth: cells } = classDecisions(level, classIndex, isCalled);
  const point = operatingPoint(counts, request.prevalence, cells);
  const isRight = Array.from({ length: total }, (_, i) => {
    const truth = scores.targets[i];
    if (threshold === null) return decisions[i] === truth;
    return isCalled(i) === (truth === classIndex);
  });
  return {
    className: record.classes[classIndex] as string,
    threshold,
    counts,
    sensitivity: estimateOf(point.sensitivity),
    specificity: estimateOf(point.specificity),
    accuracy: {
      value: total === 0 ? null : isRight.filter(Boolean).length / total,
      interval: pairOf(accuracyInterval(isRight, patients, { worth })),
    },
    ppv: estimateOf(point.ppv),
    npv: estimateOf(point.npv),
    positiveLikelihoodRatio: estimateOf(point.positiveLikelihoodRatio),
    negativeLikelihoodRatio: estimateOf(point.negativeLikelihoodRatio),
    observedPrevalence: total === 0 ? null : (counts.truePositive + counts.falseNegative) / total,
    confusion: confusion.map((row) => [...row]),
    kappa: kappaQuadratic(confusion),
    referred:
      band === null
        ? null
        : Array.from({ length: total }, (_, i) => isReferred(rowOf(scores, i), band)).filter(Boolean).length,
  };
}

function rowOf({ classes, probabilities }: Scores, i: number): Float64Array {
  return probabilities.subarray(i * classes, (i + 1) * classes);
}

export interface CaseFilter {
  /** The class whose probability the threshold is about. */
  readonly classIndex: number;
  readonly threshold: number | null;
  readonly truth?: number | undefined;
  readonly decision?: number | undefined;
  readonly isWrong?: boolean | undefined;
}

/** Cases that fit the filter, the surest wrong answer first and right answers after all wrong ones, least sure first. */
export function judgedCases(set: EvaluatedSet, which: JudgeLevel, filter: CaseFilter): JudgedCase[] {
  const { scores, members } = set[which];
  const { classIndex, threshold } = filter;
  checkClass(set.record, classIndex);
  const cut = threshold === null ? null : { classIndex, threshold };
  const decisions = targets[set.record.target].decide(scores.probabilities, scores.classes, cut);
  const band = referBandOf(set.record);
  const found: (JudgedCase & { readonly rank: number })[] = [];
  members.forEach((images, i) => {
    const truth = scores.targets[i] as number;
    const decision = decisions[i] as number;
    const isWrong = truth !== decision;
    if (filter.truth !== undefined && truth !== filter.truth) return;
    if (filter.decision !== undefined && decision !== filter.decision) return;
    if (filter.isWrong !== undefined && isWrong !== filter.isWrong) return;
    const first = images[0] as EvaluatedImage;
    const probabilities = [...rowOf(scores, i)];
    const sureness = probabilities[decision] as number;
    found.push({
      instanceId: first.instanceId,
      frame: first.frame,
      studyId: first.studyId,
      images: images.length,
      truth,
      decision,
      probabilities,
      isReferred: isReferred(probabilities, band),
      rank: isWrong ? 1 + sureness : 1 - sureness,
    });
  });
  return found.sort((a, b) => b.rank - a.rank).map(({ rank: _, ...rest }) => rest);
}
