/** Studies leave a data set, and come back as they were. */
import { randomInt } from 'node:crypto';
import { AppError } from '../../base/errors.ts';
import type { StudyId } from '../../contract/index.ts';
import {
  addAuditEvent,
  type DatasetImage,
  datasetByName,
  datasetNameOf,
  putBackIntoDataset,
  removeStudiesFromDataset,
} from '../../store/index.ts';
import type { SessionCache } from '../session/caches.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { requireDataset } from './dataset.ts';

/** What went at once. */
interface Removal {
  readonly datasetId: number;
  readonly studies: number;
  readonly images: readonly DatasetImage[];
}

/** An offer to undo stands for half a minute. */
const mostRemembered = 20;
const removalsCache: SessionCache<Map<number, Removal>> = { name: 'removals', until: 'change', make: () => new Map() };

/**
 * Gives the number of images that went, and by which number `putBackStudies` brings them back; labels stay, and frozen versions keep their images.
 * @throws DATASET_NOT_FOUND
 */
export function removeStudies(
  context: ServiceContext,
  name: string,
  studyIds: readonly StudyId[],
): { readonly instances: number; readonly removal: number } {
  const { id: datasetId } = requireDataset(context, name);
  const db = context.library.writer;
  const images = db.transaction(() => {
    const went = removeStudiesFromDataset(db, datasetId, studyIds);
    const details = { studies: studyIds.length, instances: went.length };
    addAuditEvent(db, { happenedAt: timeOf(context), action: 'dataset.studiesRemoved', subject: name, details });
    return went;
  });
  const removals = context.caches.of(removalsCache);
  // Never one of before: an old offer to undo must not bring back what another call took out.
  const removal = randomInt(1, 2 ** 47);
  removals.set(removal, { datasetId, studies: studyIds.length, images });
  for (const old of [...removals.keys()].slice(0, -mostRemembered)) removals.delete(old);
  return { instances: images.length, removal };
}

/**
 * Puts back exactly the images that went, into the same data set, whatever its name is now. Gives how many came back: an image that was deleted from the
 * library meanwhile does not.
 * @throws BAD_INPUT where it is not known any more, or the data set is gone
 */
export function putBackStudies(
  context: ServiceContext,
  removal: number,
): { readonly dataset: string; readonly instances: number } {
  const removals = context.caches.of(removalsCache);
  const found = removals.get(removal);
  // What was deleted has no name under which it is found.
  const name = found === undefined ? undefined : datasetNameOf(context.library.db, found.datasetId);
  const row = name === undefined ? undefined : datasetByName(context.library.db, name);
  if (found === undefined || row === undefined || row.id !== found.datasetId) {
    throw new AppError(
      'BAD_INPUT',
      found === undefined
        ? 'What left the data set is not known any more: it came back already, a patient was deleted since, or the program was started anew.'
        : 'The data set that the studies left is not there any more.',
      { action: 'Choose the studies in Library and add them to a data set.' },
    );
  }
  const db = context.library.writer;
  const instances = db.transaction(() => {
    const back = putBackIntoDataset(db, row.id, found.images);
    const details = { studies: found.studies, instances: back };
    addAuditEvent(db, { happenedAt: timeOf(context), action: 'dataset.studiesAdded', subject: row.name, details });
    return back;
  });
  removals.delete(removal);
  return { dataset: row.name, instances };
}
