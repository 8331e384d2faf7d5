/** Data sets out of sight, and back. Their studies stay in the library either way. */
import { AppError } from '../../base/errors.ts';
import type { DatasetBack, DatasetDeletion, DeletedThing } from '../../contract/index.ts';
import {
  addAuditEvent,
  datasetCounts,
  datasetDependants,
  deletedDatasets,
  hideDataset,
  isNameTaken,
  jobsAbout,
  modelsInUse,
  showDataset,
} from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

/** What goes out of sight with a data set, and what stays. @throws DATASET_NOT_FOUND */
export function planDatasetDeletion(context: ServiceContext, name: string): DatasetDeletion {
  const { db } = context.library;
  const { id } = requireDataset(context, name);
  const { studies, instances } = datasetCounts(db, id);
  const { labels, comments, models } = datasetDependants(db, id);
  const inUse = modelsInUse(db).find((row) => row.dataset === name)?.model ?? null;
  return { dataset: name, studies, instances, labels, comments, models: [...models], inUse };
}

/**
 * Takes a data set out of sight with its labels, comments, versions and models; `restoreDataset` brings them back.
 * @throws DATASET_NOT_FOUND; BAD_INPUT while a job is about it
 */
export function deleteDataset(context: ServiceContext, name: string): DatasetDeletion {
  const plan = planDatasetDeletion(context, name);
  const { db, writer } = context.library;
  const busy =
    jobsAbout(db, { kind: 'dataset', name }) +
    plan.models.reduce((sum, model) => sum + jobsAbout(db, { kind: 'model', name: model }), 0);
  if (busy > 0) {
    throw new AppError(
      'BAD_INPUT',
      `${busy === 1 ? 'A job is' : `${busy} jobs are`} under way with data set "${name}" or its models.`,
      { action: 'Wait for the end, or stop it; then delete the data set again.' },
    );
  }
  const { id } = requireDataset(context, name);
  writer.transaction(() => {
    hideDataset(writer, { id, name }, timeOf(context));
    const { studies, labels, models } = plan;
    addAuditEvent(writer, {
      happenedAt: timeOf(context),
      action: 'dataset.deleted',
      subject: name,
      details: { studies, labels, models },
    });
  });
  context.caches.libraryChanged();
  return plan;
}

/** Data sets that can be brought back, newest first. */
export function listDeletedDatasets({ library: { db } }: Pick<ServiceContext, 'library'>): DeletedThing[] {
  return deletedDatasets(db).map((row) => ({ ...row }));
}

/**
 * Brings the data set back that was deleted under this name last, with its models and the folders that were watched for it or them.
 * @throws DATASET_NOT_FOUND, NAME_TAKEN
 */
export function restoreDataset(context: ServiceContext, name: string, as: string = name): DatasetBack {
  const { db, writer } = context.library;
  const found = deletedDatasets(db).find((row) => row.name === name);
  if (found === undefined) {
    throw new AppError('DATASET_NOT_FOUND', `No data set "${name}" was deleted that could be brought back.`);
  }
  if (isNameTaken(db, 'datasets', as)) {
    throw new AppError('NAME_TAKEN', `There is a data set "${as}" already.`, {
      action: `Rename that one first, or bring this one back under another name: \`sidelight dataset restore "${name}" --as NAME\`.`,
    });
  }
  const { modelsLeft, watches, stopped } = writer.transaction(() => {
    const back = showDataset(writer, found.id, as);
    addAuditEvent(writer, {
      happenedAt: timeOf(context),
      action: 'dataset.restored',
      subject: as,
      details: { modelsLeft: back.modelsLeft },
    });
    return back;
  });
  context.caches.libraryChanged();
  return { modelsLeft: [...modelsLeft], watches, stopped: [...stopped] };
}
