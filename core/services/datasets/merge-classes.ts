/** Two classes of a data set made one, and taken apart again. */
import { AppError } from '../../base/errors.ts';
import { targetFacts } from '../../contract/index.ts';
import {
  addAuditEvent,
  type ClassMerge,
  classMerges,
  labelClasses,
  labelsToMerge,
  mergeClassRows,
  takeMergeBack,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { requireDataset } from './dataset.ts';

function pairOf(context: ServiceContext, dataset: string, from: string, into: string) {
  const row = requireDataset(context, dataset);
  const { noun, isPerName } = targetFacts[row.target];
  if (isPerName) {
    throw new AppError(
      'BAD_INPUT',
      `Data set "${dataset}" asks for ${noun[1]}, each a question of its own; they cannot become one.`,
      {
        action: 'Rename one, or leave one out of the list.',
      },
    );
  }
  const classes = labelClasses(context.library.db, row.id);
  const found = (name: string) => {
    const one = classes.find((entry) => entry.name === name);
    if (one !== undefined) return one;
    throw new AppError(
      'BAD_INPUT',
      `Data set "${dataset}" has no ${noun[0]} "${name}"; it has ${classes.map((entry) => `"${entry.name}"`).join(', ')}.`,
    );
  };
  const [a, b] = [found(from), found(into)];
  if (a.id === b.id)
    throw new AppError('BAD_INPUT', `"${from}" cannot become part of itself.`, { action: 'Name two.' });
  return { row, classId: a.id, intoId: b.id };
}

/** How many labels would say `into` from then on. @throws as `mergeClasses` */
export function planClassMerge(context: ServiceContext, dataset: string, from: string, into: string): number {
  const { row, classId } = pairOf(context, dataset, from, into);
  return labelsToMerge(context.library.db, row.id, classId);
}

/**
 * Makes class `from` part of `into`: what counts and says the one says the other from now on, by the same readers; history shows both. Frozen
 * versions and models stay as they are. Gives the number of labels.
 * @throws DATASET_NOT_FOUND; BAD_INPUT for a class that is not there, for twice the same, and where each name is a question
 */
export function mergeClasses(context: ServiceContext, dataset: string, from: string, into: string): number {
  const { row, classId, intoId } = pairOf(context, dataset, from, into);
  const db = context.library.writer;
  return db.transaction(() => {
    const now = timeOf(context);
    const labels = mergeClassRows(db, row.id, { classId, intoId }, now);
    addAuditEvent(db, {
      happenedAt: now,
      action: 'dataset.classesMerged',
      subject: dataset,
      details: { from, into, labels },
    });
    return labels;
  });
}

/** Merges that can be taken back, newest first. @throws DATASET_NOT_FOUND */
export function listClassMerges(context: ServiceContext, dataset: string): ClassMerge[] {
  return classMerges(context.library.db, requireDataset(context, dataset).id);
}

/**
 * Takes the newest merge of a class back. Gives the number of labels that count no more.
 * @param into the class that it went into, where that was said: it must be the one
 * @throws DATASET_NOT_FOUND, BAD_INPUT
 */
export function takeClassMergeBack(context: ServiceContext, dataset: string, from: string, into?: string): number {
  const found = listClassMerges(context, dataset).find(({ name }) => name === from);
  if (found !== undefined && into !== undefined && found.into !== into)
    throw new AppError(
      'BAD_INPUT',
      `Class "${from}" of data set "${dataset}" became part of "${found.into}", not of "${into}".`,
      {
        action: `Name the class that it became part of: "${found.into}".`,
      },
    );
  if (found === undefined) {
    throw new AppError('BAD_INPUT', `No class "${from}" of data set "${dataset}" became part of another one.`);
  }
  const db = context.library.writer;
  return db.transaction(() => {
    const now = timeOf(context);
    const labels = takeMergeBack(db, found.id, now);
    const details = { from, into: found.into, labels };
    addAuditEvent(db, { happenedAt: now, action: 'dataset.mergeTakenBack', subject: dataset, details });
    return labels;
  });
}
