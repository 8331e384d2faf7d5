/**
 * Judging a model from what an evaluation kept, without the engine: everything here is arithmetic on stored logits.
 *
 * An evaluation is read once and kept with its pooled studies while the library is open; moving a threshold then costs a
 * pass over the cases.
 */
import { AppError, invariant } from '../../base/errors.ts';
import type {
  EstimateView,
  JudgedCase,
  JudgeLevel,
  ModelRecord,
  OperatingPointView,
  RunRecord,
  SplitName,
  StudyPooling,
} from '../../contract/index.ts';
import type { Interval } from '../../statistics/bootstrap.ts';
import { decide } from '../../statistics/curves.ts';
import { confusionMatrix, type Scores, softmaxRows } from '../../statistics/metrics.ts';
import { poolStudies } from '../../statistics/pooling.ts';
import { type Counts, type Estimate, operatingPoint } from '../../statistics/proportions.ts';
import { isReferred } from '../../statistics/refer.ts';
import {
  addAuditEvent,
  type EvaluatedImage,
  evaluatedImages,
  evaluationsOf,
  type Library,
  modelByName,
  runByName,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { positiveIndexOf, referBandOf } from '../training/operating-point.ts';

export interface JudgeRequest {
  readonly model: string;
  readonly split: SplitName;
  readonly pooling: StudyPooling;
}

/** Images or studies with their truth and probabilities, row by row. */
export interface JudgedLevel {
  readonly scores: Scores;
  readonly patients: readonly number[];
  /** The images behind each row; one at image level. */
  readonly members: readonly (readonly EvaluatedImage[])[];
}

/** An evaluation ready to be asked. */
export interface JudgedSet {
  readonly record: ModelRecord;
  readonly run: RunRecord;
  readonly split: SplitName;
  readonly evaluatedAt: string;
  readonly mixedStudies: number;
  readonly image: JudgedLevel;
  readonly study: JudgedLevel;
}

/** Sets kept in memory: a few models side by side on two splits. */
const keptSets = 12;
const cache = new WeakMap<Library, Map<string, JudgedSet>>();

/** @throws MODEL_NOT_FOUND */
export function requireRecord(context: ServiceContext, name: string): ModelRecord {
  const record = modelByName(context.library.db, name);
  if (record === undefined) throw new AppError('MODEL_NOT_FOUND', `There is no model "${name}".`);
  return record;
}

/** The run of a model. */
export function runOf(context: ServiceContext, record: ModelRecord): RunRecord {
  const run = runByName(context.library.db, record.run);
  invariant(run !== undefined, 'a model names a run that exists');
  return run;
}

/** The evaluation of a model on a split, or null where there is none. @throws MODEL_NOT_FOUND */
export function judgedSet(context: ServiceContext, request: JudgeRequest): JudgedSet | null {
  const { library } = context;
  const record = requireRecord(context, request.model);
  const evaluation = evaluationsOf(library.db, record.id).find(({ split }) => split === request.split);
  if (evaluation === undefined) return null;
  const kept = cache.get(library) ?? new Map<string, JudgedSet>();
  cache.set(library, kept);
  const key = [evaluation.id, evaluation.createdAt, record.temperature, record.positiveClass, request.pooling].join(
    '/',
  );
  const found = kept.get(key);
  // Threshold and band may have changed since; they are not part of what is kept.
  if (found !== undefined) return { ...found, record };
  const set = readSet(context, record, evaluation, request.pooling);
  if (set.image.scores.targets.length === 0) return null;
  const oldest = kept.size >= keptSets ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  kept.set(key, set);
  return set;
}

/** As `judgedSet`. @throws DATASET_NOT_READY where the model was not evaluated on the split */
export function requireSet(context: ServiceContext, request: JudgeRequest): JudgedSet {
  const set = judgedSet(context, request);
  if (set !== null) return set;
  throw new AppError(
    'DATASET_NOT_READY',
    `Model "${request.model}" was not evaluated on the split "${request.split}" yet.`,
    {
      action: 'Evaluate it on this split first.',
    },
  );
}

function readSet(
  context: ServiceContext,
  record: ModelRecord,
  evaluation: { readonly id: number; readonly split: SplitName; readonly createdAt: string },
  pooling: StudyPooling,
): JudgedSet {
  const images = evaluatedImages(context.library.db, evaluation.id);
  const classes = record.classes.length;
  const positive = positiveIndexOf(record);
  const logits = new Float64Array(images.length * classes);
  images.forEach((image, i) => {
    for (let c = 0; c < classes; c++) logits[i * classes + c] = (image.logits[c] as number) / record.temperature;
  });
  const probabilities = softmaxRows(logits, classes);
  const pooled = poolStudies(
    probabilities,
    classes,
    images.map((image) => String(image.studyId)),
    pooling,
  );
  const members = pooled.members.map((rows) => rows.map((i) => images[i] as EvaluatedImage));
  // A study whose images carry different labels has no label of its own.
  const whole = members.flatMap((study, s) => (study.every((i) => i.classIndex === study[0]?.classIndex) ? [s] : []));
  return {
    record,
    run: runOf(context, record),
    split: evaluation.split,
    evaluatedAt: evaluation.createdAt,
    mixedStudies: members.length - whole.length,
    image: {
      scores: { classes, positive, targets: images.map((i) => i.classIndex), probabilities },
      patients: images.map((i) => i.patientId),
      members: images.map((i) => [i]),
    },
    study: {
      scores: {
        classes,
        positive,
        targets: whole.map((s) => members[s]?.[0]?.classIndex as number),
        probabilities: Float64Array.from(
          whole.flatMap((s) => [...pooled.probabilities.subarray(s * classes, (s + 1) * classes)]),
        ),
      },
      patients: whole.map((s) => members[s]?.[0]?.patientId as number),
      members: whole.map((s) => members[s] as readonly EvaluatedImage[]),
    },
  };
}

/** Notes in the audit trail that figures of the test split were seen. */
export function recordView(context: ServiceContext, model: string, split: SplitName): void {
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

/** The counts of class `c` against the rest when a probability of at least `threshold` is called positive. */
export function countsAt({ scores }: JudgedLevel, c: number, threshold: number): Counts {
  let [truePositive, falsePositive, falseNegative, trueNegative] = [0, 0, 0, 0];
  for (let i = 0; i < scores.targets.length; i++) {
    const called = (scores.probabilities[i * scores.classes + c] as number) >= threshold;
    if (scores.targets[i] === c) {
      if (called) truePositive++;
      else falseNegative++;
    } else if (called) falsePositive++;
    else trueNegative++;
  }
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

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

/** What one threshold of one class means; of more than two classes the confusion matrix is that of the most probable class. */
export function judgeAtThreshold(
  set: JudgedSet,
  request: {
    readonly level: JudgeLevel;
    readonly classIndex: number;
    readonly threshold: number;
    readonly prevalence: number;
  },
): OperatingPointView {
  const { record } = set;
  checkClass(record, request.classIndex);
  const level = set[request.level];
  const { scores } = level;
  const counts = countsAt(level, request.classIndex, request.threshold);
  const total = scores.targets.length;
  const decisions = decide(scores.probabilities, scores.classes, request);
  const band = referBandOf(record);
  const point = operatingPoint(counts, request.prevalence);
  return {
    className: record.classes[request.classIndex] as string,
    threshold: request.threshold,
    counts,
    sensitivity: estimateOf(point.sensitivity),
    specificity: estimateOf(point.specificity),
    accuracy: estimateOf(point.accuracy),
    ppv: estimateOf(point.ppv),
    npv: estimateOf(point.npv),
    positiveLikelihoodRatio: estimateOf(point.positiveLikelihoodRatio),
    negativeLikelihoodRatio: estimateOf(point.negativeLikelihoodRatio),
    observedPrevalence: total === 0 ? null : (counts.truePositive + counts.falseNegative) / total,
    confusion: confusionMatrix(scores, decisions).map((row) => [...row]),
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
export function judgedCases(set: JudgedSet, which: JudgeLevel, filter: CaseFilter): JudgedCase[] {
  const { scores, members } = set[which];
  const { classIndex, threshold } = filter;
  checkClass(set.record, classIndex);
  const decisions = decide(scores.probabilities, scores.classes, threshold === null ? null : { classIndex, threshold });
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
