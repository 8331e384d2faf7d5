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
  removeStudiesFromDataset,
  renameDatasetRow,
  setLabelClasses,
  splitCounts,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { requireDataset } from './dataset.ts';

function note(context: ServiceContext, action: string, subject: string, details: Record<string, unknown>): void {
  addAuditEvent(context.library.writer, { happenedAt: timeOf(context), action, subject, details });
}

/** @throws DATASET_NOT_FOUND */
export function datasetDetails(context: ServiceContext, name: string): DatasetDetails {
  const row = requireDataset(context, name);
  const { db } = context.library;
  return {
    ...row,
    ...datasetCounts(db, row.id),
    classes: labelClasses(db, row.id),
    splits: splitCounts(db, row.id),
    versions: datasetVersionRows(db, row.id),
  };
}

function refuseTaken(context: ServiceContext, name: string): void {
  if (datasetByName(context.library.db, name) === undefined) return;
  throw new AppError('NAME_TAKEN', `There is a data set "${name}" already.`);
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
  const { name, target, frames, studyIds, classes } = options;
  refuseTaken(context, name);
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

/** @throws DATASET_NOT_FOUND, NAME_TAKEN */
export function renameDataset(context: ServiceContext, from: string, to: string): void {
  const row = requireDataset(context, from);
  if (from === to) return;
  refuseTaken(context, to);
  context.library.writer.transaction(() => {
    renameDatasetRow(context.library.writer, row.id, to);
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

/** Gives the number of images that went; labels stay, and frozen versions keep their images. @throws DATASET_NOT_FOUND */
export function removeStudies(context: ServiceContext, name: string, studyIds: readonly StudyId[]): number {
  const row = requireDataset(context, name);
  return context.library.writer.transaction(() => {
    const instances = removeStudiesFromDataset(context.library.writer, row.id, studyIds);
    note(context, 'dataset.studiesRemoved', name, { studies: studyIds.length, instances });
    return instances;
  });
}

/** @throws DATASET_NOT_FOUND, NAME_TAKEN, BAD_INPUT for a class that goes although labels name it */
export function setClasses(
  context: ServiceContext,
  name: string,
  classes: readonly { readonly id?: number | undefined; readonly name: string }[],
): DatasetDetails {
  const row = requireDataset(context, name);
  context.library.writer.transaction(() => {
    setLabelClasses(context.library.writer, row.id, classes);
    note(context, 'dataset.classesChanged', name, { classes: classes.map((entry) => entry.name) });
  });
  return datasetDetails(context, name);
}
