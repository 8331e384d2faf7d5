/**
 * What a model said about a split, as everything that judges it takes it: the command line, the report, Judge and the model card.
 *
 * It is read from the logits that an evaluation stored, never from those just computed, so that all of them see the same. A set is read
 * once and kept with its pooled studies while the library is open; moving a threshold then costs a pass over the cases.
 */
import { AppError, invariant } from '../../base/errors.ts';
import {
  type EvaluationPart,
  type Mark,
  type ModelRecord,
  type RunRecord,
  type StudyId,
  type StudyPooling,
  targetFacts,
} from '../../contract/index.ts';
import { findingScores } from '../../statistics/findings.ts';
import type { Scores } from '../../statistics/metrics.ts';
import { type EvaluatedImage, evaluationsOf, modelByName, runByName } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { NewestEntries, type SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import { positiveIndexOf } from '../training/operating-point.ts';
import {
  type AnswerLevel,
  type EvaluatedAnswers,
  markedScores,
  readAnswers,
  readLevels,
  worthOf,
} from './evaluated-answers.ts';

export interface EvaluationRequest {
  readonly model: string;
  readonly split: EvaluationPart;
  readonly pooling: StudyPooling;
  /** Of a model of several findings, the one that is asked about. */
  readonly finding?: string | null;
}

/** Images or studies with their truth and probabilities, row by row. */
export interface EvaluatedLevel {
  readonly scores: Scores;
  readonly patients: readonly number[];
  /** As how many independent patients each one counts (`worthOf`). */
  readonly worth: number;
  /** The images behind each row; one at image level. */
  readonly members: readonly (readonly EvaluatedImage[])[];
}

/** An evaluation ready to be asked. */
export interface EvaluatedSet {
  readonly id: number;
  /** The model; of a finding, the model as it answers that one question: two classes, absent and present. */
  readonly record: ModelRecord;
  readonly finding: string | null;
  readonly run: RunRecord;
  readonly split: EvaluationPart;
  readonly evaluatedAt: string;
  readonly pooling: StudyPooling;
  /** Studies that have no label of their own, because their images carry different ones. */
  readonly mixedStudies: readonly StudyId[];
  readonly image: EvaluatedLevel;
  readonly study: EvaluatedLevel;
}

/** Sets kept in memory: a few models side by side on two splits, or the findings of one. */
const keptSets = 40;
const evaluatedSets: SessionCache<NewestEntries<string, EvaluatedSet>> = {
  name: 'evaluated sets',
  until: 'change',
  make: () => new NewestEntries(keptSets),
};

const evaluatedWholes: SessionCache<NewestEntries<string, EvaluatedAnswers>> = {
  name: 'evaluated answers',
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
  const whole = requireRecord(context, request.model);
  const finding = askedFinding(whole, request.finding ?? null);
  const record = finding === null ? whole : recordOfFinding(whole, finding);
  const evaluation = evaluationsOf(library.db, record.id).find(({ split }) => split === request.split);
  if (evaluation === undefined) return null;
  const kept = context.caches.of(evaluatedSets);
  const key = JSON.stringify([
    ...[evaluation.id, evaluation.createdAt, record.temperature, record.positiveClass, request.pooling],
    finding,
  ]);
  const found = kept.get(key);
  // Threshold and band may have changed since; they are not part of what is kept.
  if (found !== undefined) return { ...found, record };
  const levels =
    finding === null
      ? readClasses(context, whole, evaluation, request.pooling)
      : readFinding(context, { ...request, finding });
  const set: EvaluatedSet = {
    id: evaluation.id,
    record,
    finding,
    run: runOf(context, record),
    split: evaluation.split,
    evaluatedAt: evaluation.createdAt,
    pooling: request.pooling,
    ...levels,
  };
  // Of a finding nothing may be known there while the split was evaluated all the same.
  if (finding === null && set.image.scores.targets.length === 0) return null;
  kept.set(key, set);
  return set;
}

/** As `evaluatedSet`. @throws DATASET_NOT_READY where the model was not evaluated on the split */
export function requireSet(context: ServiceContext, request: EvaluationRequest): EvaluatedSet {
  return evaluatedSet(context, request) ?? refuse(request);
}

function refuse(request: EvaluationRequest): never {
  throw new AppError(
    'DATASET_NOT_READY',
    `Model "${request.model}" was not evaluated on the split "${request.split}" yet, or the library has none of its images any more.`,
    {
      action: 'Evaluate it on this split first.',
    },
  );
}

/** Drops what is kept in memory; the next question reads anew. For whoever stored an evaluation. */
export function forgetSets({ caches }: Pick<ServiceContext, 'caches'>): void {
  caches.forget(evaluatedSets);
  caches.forget(evaluatedWholes);
}

/**
 * The evaluation of a model of findings or of numbers on a split, whole; null where there is none.
 * @throws MODEL_NOT_FOUND; BAD_INPUT for a model whose answer is one name out of several
 */
export function evaluatedAnswers(context: ServiceContext, request: EvaluationRequest): EvaluatedAnswers | null {
  const record = requireRecord(context, request.model);
  const { isPerName, meaning } = targetFacts[record.target];
  if (!isPerName) throw new AppError('BAD_INPUT', `Model "${record.name}" answers ${meaning}: it has one answer only.`);
  const evaluation = evaluationsOf(context.library.db, record.id).find(({ split }) => split === request.split);
  if (evaluation === undefined) return null;
  const kept = context.caches.of(evaluatedWholes);
  const key = JSON.stringify([evaluation.id, evaluation.createdAt, record.temperature, request.pooling]);
  const found = kept.get(key);
  // Thresholds and bands may have changed since; they are not part of what is kept.
  if (found !== undefined) return { ...found, record };
  const answers: EvaluatedAnswers = {
    id: evaluation.id,
    record,
    run: runOf(context, record),
    split: evaluation.split,
    evaluatedAt: evaluation.createdAt,
    pooling: request.pooling,
    ...readLevels(context, record, evaluation, request.pooling),
  };
  if (answers.image.members.length === 0) return null;
  kept.set(key, answers);
  return answers;
}

/** As `evaluatedAnswers`. @throws DATASET_NOT_READY where the model was not evaluated on the split */
export function requireAnswers(context: ServiceContext, request: EvaluationRequest): EvaluatedAnswers {
  return evaluatedAnswers(context, request) ?? refuse(request);
}

/** The levels of one finding. */
function readFinding(
  context: ServiceContext,
  request: EvaluationRequest & { readonly finding: string },
): Pick<EvaluatedSet, 'image' | 'study' | 'mixedStudies'> {
  const { record, image, study } = requireAnswers(context, request);
  const k = record.classes.indexOf(request.finding);
  return { mixedStudies: [], image: findingLevel(image, k), study: findingLevel(study, k) };
}

/** The levels of a model whose answer is one name out of several. */
function readClasses(
  context: ServiceContext,
  record: ModelRecord,
  { id, split }: Pick<EvaluatedSet, 'id' | 'split'>,
  pooling: StudyPooling,
): Pick<EvaluatedSet, 'image' | 'study' | 'mixedStudies'> {
  const { images, probabilities, columns: classes, pooled } = readAnswers(context, record, id, pooling);
  const worth = worthOf(record, split);
  const positive = positiveIndexOf(record);
  const truth = targets[record.target].labelsOf(images, { uncertain: record.uncertain, scale: record.labelScale });
  const members = pooled.members.map((rows) => rows.map((i) => images[i] as EvaluatedImage));
  // A study whose images carry different labels has no label of its own: its images count, it does not.
  const isWhole = pooled.members.map((rows) => rows.every((i) => truth[i] === truth[rows[0] as number]));
  const whole = [...isWhole.keys()].filter((s) => isWhole[s]);
  return {
    mixedStudies: members.flatMap((study, s) => (isWhole[s] ? [] : [(study[0] as EvaluatedImage).studyId])),
    image: {
      scores: { classes, positive, targets: truth, probabilities },
      patients: images.map((i) => i.patientId),
      worth,
      members: images.map((i) => [i]),
    },
    study: {
      scores: {
        classes,
        positive,
        targets: whole.map((s) => truth[pooled.members[s]?.[0] as number] as number),
        probabilities: Float64Array.from(
          whole.flatMap((s) => [...pooled.probabilities.subarray(s * classes, (s + 1) * classes)]),
        ),
      },
      patients: whole.map((s) => members[s]?.[0]?.patientId as number),
      worth,
      members: whole.map((s) => members[s] as readonly EvaluatedImage[]),
    },
  };
}

/** A level of one finding, on the rows where it is known. */
function findingLevel(level: AnswerLevel, k: number): EvaluatedLevel {
  const { scores, rows } = findingScores(markedScores(level), k);
  return {
    scores,
    patients: Array.from(rows, (row) => level.patients[row] as number),
    worth: level.worth,
    members: Array.from(rows, (row) => level.members[row] ?? []),
  };
}

/** The finding that is asked about; null of a model whose answer is one name out of several. @throws BAD_INPUT */
export function askedFinding({ name, target, classes }: ModelRecord, finding: string | null): string | null {
  const { hasMarks, isPerName, meaning } = targetFacts[target];
  if (isPerName && !hasMarks) {
    throw new AppError('BAD_INPUT', `Model "${name}" answers ${meaning}; it has no decisions that could be judged so.`);
  }
  if (finding === null ? !hasMarks : hasMarks && classes.includes(finding)) return finding;
  const list = classes.map((one) => `"${one}"`).join(', ');
  throw new AppError(
    'BAD_INPUT',
    hasMarks
      ? `Model "${name}" is judged finding by finding: ${finding === null ? 'none was named' : `it has no finding "${finding}"`}; it has ${list}.`
      : `Model "${name}" answers ${meaning}; it has no finding "${finding}".`,
    { action: hasMarks ? 'Name one of these findings.' : 'Leave the finding out.' },
  );
}

/** What the two answers to one finding are called. */
export const findingClasses = ['absent', 'present'] as const satisfies readonly Mark[];

/** A model as it answers one finding: so everything that is known of two classes holds for it. */
export function recordOfFinding(record: ModelRecord, finding: string): ModelRecord {
  const point = record.findings[record.classes.indexOf(finding)];
  invariant(point !== undefined, 'a model of findings has an operating point for each');
  const [, present] = findingClasses;
  return {
    ...record,
    target: 'class',
    classes: [...findingClasses],
    positiveClass: present,
    positiveClassSource: 'recognised',
    threshold: point.threshold,
    thresholdClass: present,
    referBand: point.referBand === null ? null : { className: present, ...point.referBand },
    findings: [],
  };
}
