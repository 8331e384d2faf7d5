/**
 * A first look at images that were imported before images were looked into: what their samples are, and whether what is kept of them was read
 * otherwise then. Such records are taken away, so that the same commands compute them anew; all others stay as they are.
 */
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import type { InstanceId } from '../../contract/index.ts';
import { readsOtherwise } from '../../dicom/index.ts';
import { overwriteRecords } from '../../features/index.ts';
import { type RangeRule, storedOrientation } from '../../images/index.ts';
import {
  instanceById,
  notLookedInto,
  recordsOfInstance,
  removeRecordsOfInstance,
  sampleLookOf,
  saveSampleLook,
} from '../../store/index.ts';
import { readInstance } from '../files/files.ts';
import { isPictureFile, lookAtBytes } from '../files/look.ts';
import { imageKey } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';

/**
 * Looks into those of `instanceIds` that nobody has looked into. An instance whose file is not there keeps what is kept of it. In a library
 * open for reading nothing is done.
 * @throws CANCELLED, DISK_FULL
 */
export async function lookIntoInstances(context: ServiceContext, instanceIds: readonly InstanceId[]): Promise<void> {
  const { library } = context;
  if (library.mode === 'read') return;
  const waiting = notLookedInto(library.db, [...new Set(instanceIds)]);
  for (const [i, id] of waiting.entries()) {
    throwIfCancelled(context.signal, 'Looking into images');
    const contentHash = instanceById(library.db, id)?.contentHash;
    const bytes = await bytesOf(context, id);
    if (bytes !== undefined && contentHash !== undefined) {
      const look = lookAtBytes(bytes);
      const isOtherwise = isPictureFile(bytes) ? storedOrientation(bytes) !== 1 : readsOtherwise(bytes);
      if (isOtherwise) takeAway(context, id);
      saveSampleLook(library.writer, id, contentHash, look);
    }
    context.progress({ stage: 'decoding', done: i + 1, total: waiting.length, unit: 'images' });
  }
}

async function bytesOf(context: ServiceContext, id: InstanceId): Promise<Uint8Array | undefined> {
  try {
    return await readInstance(context.library, id);
  } catch (thrown) {
    // Without its file nothing better than what is kept can be had.
    if (thrown instanceof AppError && thrown.code === 'FILE_NOT_FOUND') return undefined;
    throw thrown;
  }
}

/** Bytes first, rows after: see `patient delete`. */
function takeAway({ library }: ServiceContext, id: InstanceId): void {
  const rows = recordsOfInstance(library.db, id);
  for (const [folder, members] of Map.groupBy(rows, (row) => row.folder)) {
    overwriteRecords(
      library.path(...folder.split('/')),
      members.map(({ instanceId, frame, ...record }) => ({ ...record, key: imageKey(instanceId, frame) })),
    );
  }
  removeRecordsOfInstance(library.writer, id);
}

/** Whether what is kept of an instance may stand for its file under a rule; looks into it first where nobody has. */
export async function mayUseKept(context: ServiceContext, id: InstanceId, rule: RangeRule): Promise<boolean> {
  await lookIntoInstances(context, [id]);
  const look = sampleLookOf(context.library.db, id);
  if (look === undefined || look.kind === null || rule === 'format') return true;
  return rule !== 'own' && rule[look.kind] !== undefined;
}
