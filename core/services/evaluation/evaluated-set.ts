/**
 * What a model said about a split, as everything that judges it takes it: the command line, the report, Judge and the model card.
 *
 * It is read from the logits that an evaluation stored, never from those just computed, so that all of them see the same. A set is read
 * once and kept with its pooled studies while the library is open; moving a threshold then costs a pass over the cases.
 */
import { AppError, invariant } from '../../base/errors.ts';
import type { ModelRecord, RunRecord, SplitName, StudyId, StudyPooling } from '../../contract/index.ts';
import type { Scores } from '../../statistics/metrics.ts';
import { type EvaluatedImage, evaluatedImages, evaluationsOf, modelByName, runByName } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { NewestEntries, type SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import { probabilitiesOf } from '../training/model.ts';
import { positiveIndexOf } from '../training/operating-point.ts';

export interface EvaluationRequest {
  readonly model: string;
  readonly split: SplitName;
  readonly pooling: StudyPooling;
}

/** Images or studies with their truth and probabilities, row by row. */
export interface EvaluatedLevel {
  readonly scores: Scores;
  readonly patients: readonly number[];
  /** The images behind each row; one at image level. */
  readonly members: readonly (readonly EvaluatedImage[])[];
}

/** An evaluation ready to be asked. */
export interface EvaluatedSet {
  readonly id: number;
  readonly record: ModelRecord;
  readonly run: RunRecord;
  readonly split: SplitName;
  readonly evaluatedAt: string;
  readonly pooling: StudyPooling;
  /** Studies that have no label of their own, because their images carry different ones. */
  readonly mixedStudies: readonly StudyId[];
  readonly image: EvaluatedLevel;
  readonly study: EvaluatedLevel;
}

/** Sets kept in memory: a few models side by side on two splits. */
const keptSets = 12;
const evaluatedSets: SessionCache<NewestEntries<string, EvaluatedSet>> = {
  name: 'evaluated sets',
  until: 'change',
  make: () => new NewestEntries(keptSets),
};

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
export function evaluatedSet(context: ServiceContext, request: EvaluationRequest): EvaluatedSet | null {
  const { library } = context;
  const record = requireRecord(context, request.model);
  const evaluation = evaluationsOf(library.db, record.id).find(({ split }) => split === request.split);
  if (evaluation === undefined) return null;
  const kept = context.caches.of(evaluatedSets);
  const key = [evaluation.id, evaluation.createdAt, record.temperature, record.positiveClass, request.pooling].join(
    '/',
  );
  const found = kept.get(key);
  // Threshold and band may have changed since; they are not part of what is kept.
  if (found !== undefined) return { ...found, record };
  const set = readSet(context, record, evaluation, request.pooling);
  if (set.image.scores.targets.length === 0) return null;
  kept.set(key, set);
  return set;
}

/** As `evaluatedSet`. @throws DATASET_NOT_READY where the model was not evaluated on the split */
export function requireSet(context: ServiceContext, request: EvaluationRequest): EvaluatedSet {
  const set = evaluatedSet(context, request);
  if (set !== null) return set;
  throw new AppError(
    'DATASET_NOT_READY',
    `Model "${request.model}" was not evaluated on the split "${request.split}" yet.`,
    {
      action: 'Evaluate it on this split first.',
    },
  );
}

/** Drops what is kept in memory; the next question reads anew. For whoever stored an evaluation. */
export function forgetSets({ caches }: Pick<ServiceContext, 'caches'>): void {
  caches.forget(evaluatedSets);
}

function readSet(
  context: ServiceContext,
  record: ModelRecord,
  evaluation: { readonly id: number; readonly split: SplitName; readonly createdAt: string },
  pooling: StudyPooling,
): EvaluatedSet {
  const images = evaluatedImages(context.library.db, evaluation.id);
  const target = targets[record.target];
  const classes = target.logits(record.classes.length);
  const positive = positiveIndexOf(record);
  const logits = new Float32Array(images.length * classes);
  images.forEach((image, i) => {
    logits.set(image.logits, i * classes);
  });
  const probabilities = probabilitiesOf(record, logits);
  const pooled = target.poolStudies(
    probabilities,
    classes,
    images.map((image) => String(image.studyId)),
    pooling,
  );
  const members = pooled.members.map((rows) => rows.map((i) => images[i] as EvaluatedImage));
  // A study whose images carry different labels has no label of its own: its images count, it does not.
  const isWhole = members.map((study) => study.every((i) => i.classIndex === study[0]?.classIndex));
  const whole = [...isWhole.keys()].filter((s) => isWhole[s]);
  return {
    id: evaluation.id,
    record,
    run: runOf(context, record),
    split: evaluation.split,
    evaluatedAt: evaluation.createdAt,
    pooling,
    mixedStudies: members.flatMap((study, s) => (isWhole[s] ? [] : [(study[0] as EvaluatedImage).studyId])),
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
