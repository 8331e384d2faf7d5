/**
 * What a model said about a split where each name of its data set is a question: all findings, or the number. What is said of one finding
 * alone is an `EvaluatedSet` of two classes, which is taken from here.
 */
import {
  type EvaluationPart,
  type ModelRecord,
  type RunRecord,
  type StudyId,
  targetFacts,
} from '../../contract/index.ts';
import type { MarkedScores } from '../../statistics/findings.ts';
import { worthOutOfFold } from '../../statistics/out-of-fold.ts';
import { type EvaluatedImage, evaluatedImages } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { probabilitiesOf } from '../training/model.ts';

/** Images or studies with what is true and what was answered, [n, names] row by row; NaN where nothing is known. */
export interface AnswerLevel {
  readonly names: number;
  readonly truths: Float64Array;
  /** Probabilities of presence, or numbers in their unit. */
  readonly answers: Float64Array;
  readonly patients: readonly number[];
  /** As how many independent patients each one counts (`worthOf`). */
  readonly worth: number;
  /** The images behind each row; one at image level. */
  readonly members: readonly (readonly EvaluatedImage[])[];
}

export interface AnswerLevels {
  readonly image: AnswerLevel;
  readonly study: AnswerLevel;
  /** Studies that have no number of their own, because their images carry different ones. */
  readonly mixedStudies: readonly StudyId[];
}

/** An evaluation of a model of findings or of numbers, whole. */
export interface EvaluatedAnswers extends AnswerLevels {
  readonly id: number;
  readonly record: ModelRecord;
  readonly run: RunRecord;
  readonly split: EvaluationPart;
  readonly evaluatedAt: string;
  readonly pooling: 'mean' | 'max';
}

/** As how many independent patients each one of a part counts: less than one where the answers are out-of-fold ones. */
export function worthOf({ folds }: Pick<ModelRecord, 'folds'>, part: EvaluationPart): number {
  return part === 'cross-validation' ? worthOutOfFold(folds) : 1;
}

/** What a model said of every image of an evaluation, and of their studies. */
export function readAnswers(
  context: ServiceContext,
  record: ModelRecord,
  evaluationId: number,
  pooling: EvaluatedAnswers['pooling'],
) {
  const images = evaluatedImages(context.library.db, evaluationId);
  const target = targets[record.target];
  const columns = target.logits(record.classes.length);
  const logits = new Float32Array(images.length * columns);
  images.forEach((image, i) => {
    logits.set(image.logits, i * columns);
  });
  const probabilities = probabilitiesOf(record, logits);
  const pooled = target.poolStudies(
    probabilities,
    columns,
    images.map((image) => String(image.studyId)),
    pooling,
  );
  return { images, probabilities, columns, pooled };
}

/**
 * Images and studies of an evaluation with everything that is known of them; those of which nothing is, are left out. A finding is present in
 * a study where it is in one of its images, and absent where it is in none of those that say something. A number is that of all its images.
 */
export function readLevels(
  context: ServiceContext,
  record: ModelRecord,
  { id, split }: Pick<EvaluatedAnswers, 'id' | 'split'>,
  pooling: EvaluatedAnswers['pooling'],
): AnswerLevels {
  const { images, probabilities, columns, pooled } = readAnswers(context, record, id, pooling);
  const worth = worthOf(record, split);
  const { hasMarks } = targetFacts[record.target];
  // In the unit of the labels, as people read them.
  const truths = targets[record.target].labelsOf(images, { uncertain: record.uncertain, scale: null });
  const rowOf = (i: number): number[] => Array.from({ length: columns }, (_, k) => truths[i * columns + k] as number);
  const studies = pooled.members.map((rows, s) => {
    const own = Array.from({ length: columns }, (_, k) =>
      rows.map((i) => truths[i * columns + k] as number).filter((value) => !Number.isNaN(value)),
    );
    const isMixed = !hasMarks && own.some((values) => new Set(values).size > 1);
    return {
      isMixed,
      row: s,
      truths: own.map((values) => (values.length === 0 || isMixed ? Number.NaN : Math.max(...values))),
      members: rows.map((i) => images[i] as EvaluatedImage),
    };
  });
  return {
    mixedStudies: studies.flatMap(({ isMixed, members }) => (isMixed ? [(members[0] as EvaluatedImage).studyId] : [])),
    image: {
      ...levelOf(
        columns,
        probabilities,
        images.map((image, i) => ({ row: i, truths: rowOf(i), members: [image] })),
      ),
      worth,
    },
    study: { ...levelOf(columns, pooled.probabilities, studies), worth },
  };
}

function levelOf(
  names: number,
  answers: Float64Array,
  rows: readonly {
    readonly row: number;
    readonly truths: readonly number[];
    readonly members: readonly EvaluatedImage[];
  }[],
): Omit<AnswerLevel, 'worth'> {
  const known = rows.filter((row) => row.truths.some((value) => !Number.isNaN(value)));
  return {
    names,
    truths: Float64Array.from(known.flatMap((row) => row.truths)),
    answers: Float64Array.from(known.flatMap(({ row }) => [...answers.subarray(row * names, (row + 1) * names)])),
    patients: known.map(({ members }) => members[0]?.patientId as number),
    members: known.map(({ members }) => members),
  };
}

/** A level as the statistics of findings take it. */
export function markedScores({ names, truths, answers }: AnswerLevel): MarkedScores {
  return { findings: names, marks: truths, probabilities: answers };
}
