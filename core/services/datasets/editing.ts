/** Data sets made and changed by hand, each change in the audit trail. */
import { AppError } from '../../base/errors.ts';
import type { FrameRule, StudyId, TargetKind } from '../../contract/index.ts';
import type { DatasetDetails } from '../../contract/ipc/library.ts';
import {
  addAuditEvent,
  addStudiesToDataset,
  datasetByName,
  datasetCounts,
  datasetVersionRows,
  ensureDataset,
  labelClasses,
  renameDatasetOfJobs,
  renameDatasetOfWatches,
  renameDatasetRow,
  setClassesFixed,
  setLabelClasses,
  splitCounts,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import {
  checkedList,
  choosePositiveClass,
  countedClasses,
  refuseSameButCase,
  refuseSecondQuantity,
  requireClassName,
  shownClasses,
} from './classes.ts';
import { requireDataset } from './dataset.ts';

function note(context: ServiceContext, action: string, subject: string, details: Record<string, unknown>): void {
  addAuditEvent(context.library.writer, { happenedAt: timeOf(context), action, subject, details });
}

/** @throws DATASET_NOT_FOUND */
export function datasetDetails(context: ServiceContext, name: string): DatasetDetails {
  const row = requireDataset(context, name);
  const { db } = context.library;
  const { hasFixedClasses, positiveClass, positiveClassSource } = shownClasses(context, row);
  return {
    ...row,
    ...datasetCounts(db, row.id),
    hasFixedClasses,
    positiveClass,
    positiveClassSource,
    classes: countedClasses(db, row),
    splits: splitCounts(db, row.id),
    versions: datasetVersionRows(db, row.id),
  };
}

function refuseTaken(context: ServiceContext, name: string): void {
  if (datasetByName(context.library.db, name) === undefined) return;
  throw new AppError('NAME_TAKEN', `There is a data set "${name}" already.`, { action: 'Choose another name.' });
}

/** @throws NAME_TAKEN */
export function createDataset(
  context: ServiceContext,
  options: {
    readonly name: string;
    readonly target: TargetKind;
    readonly frames: FrameRule;
    readonly studyIds: readonly StudyId[];
    readonly classes: readonly string[];
  },
): DatasetDetails {
  const { name, target, frames, studyIds } = options;
  refuseTaken(context, name);
  const classes = checkedList(options.classes);
  refuseSecondQuantity(target, classes);
  const db = context.library.writer;
  db.transaction(() => {
    const dataset = ensureDataset(db, name, frames, timeOf(context), target);
    const instances = addStudiesToDataset(db, dataset.id, studyIds, timeOf(context));
    setLabelClasses(
      db,
      dataset.id,
      classes.map((className) => ({ name: className })),
    );
    note(context, 'dataset.created', name, { studies: studyIds.length, instances });
  });
  return datasetDetails(context, name);
}

/** Jobs that wait for their turn follow, and folders that are watched for it. @throws DATASET_NOT_FOUND, NAME_TAKEN */
export function renameDataset(context: ServiceContext, from: string, to: string): void {
  const row = requireDataset(context, from);
  if (from === to) return;
  refuseTaken(context, to);
  context.library.writer.transaction(() => {
    renameDatasetRow(context.library.writer, row.id, to);
    renameDatasetOfJobs(context.library.writer, from, to);
    renameDatasetOfWatches(context.library.writer, from, to);
    note(context, 'dataset.renamed', to, { from });
  });
}

/** Gives the number of images that were new to the data set. @throws DATASET_NOT_FOUND */
export function addStudies(context: ServiceContext, name: string, studyIds: readonly StudyId[]): number {
  const row = requireDataset(context, name);
  return context.library.writer.transaction(() => {
    const instances = addStudiesToDataset(context.library.writer, row.id, studyIds, timeOf(context));
    note(context, 'dataset.studiesAdded', name, { studies: studyIds.length, instances });
    return instances;
  });
}

/**
 * Makes the classes of a data set what is given, and with `isFixed` all that there may be. A name that stays as it was is kept, whatever
 * it is.
 * @throws DATASET_NOT_FOUND, NAME_TAKEN, BAD_INPUT for a class that goes although labels name it and for a new name that is none
 */
export function setClasses(
  context: ServiceContext,
  name: string,
  given: readonly { readonly id?: number | undefined; readonly name: string }[],
  isFixed?: boolean,
): DatasetDetails {
  const row = requireDataset(context, name);
  const before = new Map(labelClasses(context.library.db, row.id).map((entry) => [entry.id, entry.name]));
  const classes = given.map((entry) =>
    entry.id !== undefined && before.get(entry.id) === entry.name
      ? entry
      : { ...entry, name: requireClassName(entry.name) },
  );
  const names = classes.map((entry) => entry.name);
  refuseSecondQuantity(row.target, names);
  for (const entry of classes) {
    const isKept = entry.id !== undefined && before.get(entry.id) === entry.name;
    if (!isKept) refuseSameButCase(entry.name, names);
  }
  context.library.writer.transaction(() => {
    setLabelClasses(context.library.writer, row.id, classes);
    if (isFixed !== undefined) setClassesFixed(context.library.writer, row.id, isFixed);
    note(context, 'dataset.classesChanged', name, { classes: names, ...(isFixed === undefined ? {} : { isFixed }) });
  });
  return datasetDetails(context, name);
}

/** Makes a class the positive one of two; null leaves it to the names. @throws DATASET_NOT_FOUND, BAD_INPUT */
export function setPositive(context: ServiceContext, name: string, className: string | null): DatasetDetails {
  choosePositiveClass(context, requireDataset(context, name), className);
  return datasetDetails(context, name);
}
