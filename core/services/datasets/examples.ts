/** The images of a data set that have labels, whatever its labels are. */
import { targetFacts } from '../../contract/index.ts';
import {
  type AnsweredInstance,
  answeredInstances,
  classListOf,
  type DatasetRow,
  type LabelledInstance,
  labelledInstances,
  type ReadDb,
} from '../../store/index.ts';

/** An instance with what is true of it. */
export interface LabelledExample extends Omit<AnsweredInstance, 'answers' | 'isDisputed'> {
  /** Its label; null where each name of the data set is a question. */
  readonly label: string | null;
  /** Where each name is a question, the answers by name. */
  readonly answers: ReadonlyMap<string, string>;
  /** What splits are balanced over: the label, the findings that are present, the number. */
  readonly strata: readonly string[];
}

/** The instances of a data set with a label or an answer that counts, without those that are set aside; in the order of `labelledInstances`. */
export function labelledExamples(db: ReadDb, { id, target }: Pick<DatasetRow, 'id' | 'target'>): LabelledExample[] {
  if (!targetFacts[target].isPerName) {
    return labelledInstances(db, id)
      .filter((row): row is LabelledInstance & { label: string } => row.label !== null && !row.isExcluded)
      .map(({ isDisputed: _, ...row }) => ({ ...row, answers: new Map(), strata: [row.label] }));
  }
  const questions = classListOf(db, id).names;
  return answeredInstances(db, id, questions).flatMap(({ answers: words, isDisputed: _, ...row }) => {
    if (row.isExcluded) return [];
    const answers = answersByName(questions, words);
    if (answers.size === 0) return [];
    return [{ ...row, label: null, answers, strata: strataOf(answers) }];
  });
}

/** The answers that there are, by the names of their questions. */
export function answersByName(
  questions: readonly string[],
  words: readonly (string | null)[],
): ReadonlyMap<string, string> {
  return new Map(words.flatMap((word, k) => (word === null ? [] : [[questions[k] as string, word] as const])));
}

/** What splits are balanced over: of findings those that are present; of a quantity its number. */
export function strataOf(answers: ReadonlyMap<string, string>): string[] {
  return [...answers].flatMap(([name, word]) =>
    word === 'present' ? [name] : Number.isFinite(Number(word)) ? [word] : [],
  );
}

/** The names that labels say or answer. */
export function namesUsed(examples: readonly Pick<LabelledExample, 'label' | 'answers'>[]): string[] {
  return [...new Set(examples.flatMap(({ label, answers }) => (label === null ? [...answers.keys()] : [label])))];
}
