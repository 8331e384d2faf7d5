/** Answers to the questions of a data set that asks several (findings), or for a number: what readers said to each of them. */
import { AppError } from '../../base/errors.ts';
import {
  type ReadingItem,
  type ReadingTarget,
  type ReadingUnit,
  targetFacts,
  targetKey,
} from '../../contract/index.ts';
import {
  answeredInstances,
  classNames,
  type DatasetRow,
  type LabelledInstance,
  ownLabel,
  type Question,
  type ReadDb,
  standingLabels,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';

type ItemAnswers = Pick<ReadingItem, 'answers' | 'standing' | 'isDisputed'>;

/** What the page says a label is about, as the data set asks it: null where names are no questions. @throws BAD_INPUT */
export function requireQuestion(
  db: ReadDb,
  { id, name, target }: Pick<DatasetRow, 'id' | 'name' | 'target'>,
  question: Question | undefined,
): Question {
  const { isPerName, noun } = targetFacts[target];
  if (!isPerName) {
    if (question === null || question === undefined) return null;
    throw new AppError('BAD_INPUT', `"${name}" asks for one label an image, so none can be about "${question}".`, {
      action: 'Give the label without it.',
    });
  }
  const names = classNames(db, id);
  if (question !== null && question !== undefined && names.includes(question)) return question;
  const [one, several] = noun;
  throw new AppError(
    'BAD_INPUT',
    question === null || question === undefined
      ? `"${name}" asks for ${several}, and none was named (allowed: ${quoted(names)}).`
      : `"${question}" is no ${one} of "${name}" (allowed: ${quoted(names)}).`,
    { action: `Name one of them, or add the ${one} to the data set first.` },
  );
}

/** An answer as it is kept. @throws BAD_INPUT for a word that says nothing to the question */
export function readAnswer({ target }: Pick<DatasetRow, 'target'>, question: string, word: string): string {
  const read = targets[target].readLabel(word, []);
  if ('label' in read) return read.label;
  throw new AppError('BAD_INPUT', `"${question}": ${read.problem}.`, {
    action: 'Give an answer of that kind; nothing was stored.',
  });
}

/** The current answers of one reader to each question about a target, in the order of the questions. */
export function ownAnswers(db: ReadDb, datasetId: number, target: ReadingTarget, reader: string): (string | null)[] {
  return classNames(db, datasetId).map((name) => ownLabel(db, datasetId, target, reader, name)?.label ?? null);
}

/** Gives what is said to each question about an item of a data set, as one reader may see it; nothing where names are no questions. */
export function answersOf(
  db: ReadDb,
  { id, target }: Pick<DatasetRow, 'id' | 'target'>,
  { unit, isBlinded, reader }: { readonly unit: ReadingUnit; readonly isBlinded: boolean; readonly reader: string },
): {
  of(
    item: ReadingTarget,
    instances: readonly Pick<LabelledInstance, 'instanceId'>[],
  ): ItemAnswers | Omit<ItemAnswers, 'isDisputed'>;
} {
  if (!targetFacts[target].isPerName) return { of: () => ({ answers: [], standing: [] }) };
  const names = classNames(db, id);
  const own = names.map((name) => {
    const labels = standingLabels(db, id, unit, name).filter((row) => row.reader === reader && !row.isAdjudicated);
    // Oldest first, so that the newest stays.
    return new Map(labels.map((row) => [targetKey(row.target), row.label]));
  });
  const decided = new Map(isBlinded ? [] : answeredInstances(db, id, names).map((row) => [row.instanceId, row]));
  return {
    of: (item, instances) => {
      const standing = names.map((_, k) => ({
        reference: isBlinded
          ? null
          : shared(instances.map(({ instanceId }) => decided.get(instanceId)?.answers[k] ?? null)),
        isDisputed: instances.some(({ instanceId }) => decided.get(instanceId)?.isDisputed[k] === true),
      }));
      return {
        answers: own.map((labels) => labels.get(targetKey(item)) ?? null),
        standing,
        isDisputed: standing.some(({ isDisputed }) => isDisputed),
      };
    },
  };
}

/** What all labels say, or null where they differ or one says nothing. */
export function shared(labels: readonly (string | null)[]): string | null {
  const words = new Set(labels);
  return words.size === 1 ? ([...words][0] ?? null) : null;
}

function quoted(names: readonly string[]): string {
  return names.length === 0 ? 'none yet' : names.map((name) => `"${name}"`).join(', ');
}
