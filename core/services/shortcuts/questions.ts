/** What a model is asked of each image, one question or several, and how well it answers: whatever its labels are. */
import { type ModelRecord, targetFacts } from '../../contract/index.ts';
import { averagedClasses, meanDefined, rank, rankedFigures } from '../../statistics/metrics.ts';
import { targets } from '../../targets/index.ts';
import { cutOf, positiveIndexOf } from '../training/operating-point.ts';

/** Images with what is true of them, [n] or where each name is a question [n, names]; NaN where it is not known. */
export interface AskedImages {
  readonly record: ModelRecord;
  readonly truths: Float64Array;
}

/** One question to some of the images. */
export interface Question {
  /** The finding that it is about; null where there is one question only. */
  readonly name: string | null;
  /** Which of the images it has a true answer for. */
  readonly rows: readonly number[];
  /** The kind of true answer of each row, for means over kinds; the same for all of numbers. */
  readonly kinds: readonly number[];
  /** How right the answer to a row is: the probability of what is true, or of numbers the distance from it, negative, in deviations of the labels. */
  readonly rightness: (at: number, answers: ArrayLike<number>) => number;
  /** What is decided of an answer; null of numbers, of which nothing is. */
  readonly decision: ((answers: Float64Array) => number) | null;
  /** The AUC of answers to `rows`, row by row; null of numbers. */
  readonly auc: (answers: readonly Float64Array[]) => number | null;
}

/** The questions of a model. */
export function questionsOf({ record, truths }: AskedImages): Question[] {
  const { isPerName, hasMarks } = targetFacts[record.target];
  if (!isPerName) return [classQuestion(record, truths)];
  return hasMarks
    ? record.classes.map((_, k) => findingQuestion(record, truths, k))
    : record.classes.map((_, k) => numberQuestion(record, truths, k));
}

function classQuestion(record: ModelRecord, truths: Float64Array): Question {
  const classes = record.classes.length;
  const target = targets[record.target];
  return {
    name: null,
    rows: [...truths.keys()],
    kinds: [...truths],
    rightness: (at, answers) => answers[truths[at] as number] as number,
    decision: (answers) => target.decide(answers, classes, cutOf(record))[0] as number,
    auc: (answers) => {
      const scores = {
        ...{ classes, positive: positiveIndexOf(record), targets: truths },
        probabilities: Float64Array.from(answers.flatMap((row) => [...row])),
      };
      return meanDefined(averagedClasses(scores).map((c) => rankedFigures(rank(scores, c)).auc));
    },
  };
}

function findingQuestion(record: ModelRecord, truths: Float64Array, k: number): Question {
  const names = record.classes.length;
  const truthOf = (row: number): number => truths[row * names + k] as number;
  const rows = knownRows(truths, names, k);
  const threshold = record.findings[k]?.threshold ?? 0.5;
  const presence = (answers: ArrayLike<number>): number => answers[k] as number;
  return {
    name: record.classes[k] ?? null,
    rows,
    kinds: rows.map(truthOf),
    rightness: (at, answers) => (truthOf(rows[at] as number) === 1 ? presence(answers) : 1 - presence(answers)),
    decision: (answers) => Number(presence(answers) >= threshold),
    auc: (answers) => {
      const probabilities = Float64Array.from(answers.flatMap((row) => [1 - presence(row), presence(row)]));
      return rankedFigures(rank({ classes: 2, positive: 1, targets: rows.map(truthOf), probabilities }, 1)).auc;
    },
  };
}

function numberQuestion(record: ModelRecord, truths: Float64Array, k: number): Question {
  const names = record.classes.length;
  const rows = knownRows(truths, names, k);
  const deviation = record.labelScale?.deviation ?? 1;
  return {
    name: names > 1 ? (record.classes[k] ?? null) : null,
    rows,
    kinds: rows.map(() => 0),
    rightness: (at, answers) =>
      -Math.abs((answers[k] as number) - (truths[(rows[at] as number) * names + k] as number)) / deviation,
    decision: null,
    auc: () => null,
  };
}

function knownRows(truths: Float64Array, names: number, k: number): number[] {
  return Array.from({ length: truths.length / names }, (_, row) => row).filter(
    (row) => !Number.isNaN(truths[row * names + k] as number),
  );
}
