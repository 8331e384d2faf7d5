/** The two kinds of record stores of a library: kept keys and values, and resized images for the side network. */
import { AppError } from '../base/errors.ts';
import { type RecordName, RecordStore } from '../features/index.ts';
import {
  addRecords,
  ensureRecordStore,
  type Library,
  type RecordRow,
  recordStoreByFolder,
  recordsOf,
  removeRecords,
} from '../store/index.ts';
import { sha256 } from './files.ts';

/** The key of an image in a record store. */
export function imageKey(instanceId: number, frame: number): string {
  return `${instanceId}/${frame}`;
}

function parseKey(key: string): { instanceId: number; frame: number } {
  const [instanceId, frame] = key.split('/').map(Number);
  return { instanceId: instanceId ?? 0, frame: frame ?? 0 };
}

interface StoreIdentity {
  readonly folder: string;
  readonly lpmHash: string | null;
  readonly preprocessing: Readonly<Record<string, unknown>>;
}

function openStore(library: Library, identity: StoreIdentity, now: Date): RecordStore {
  const folder = library.path(...identity.folder.split('/'));
  const row =
    library.mode === 'write'
      ? ensureRecordStore(library.writer, identity, now.toISOString())
      : recordStoreByFolder(library.db, identity.folder);
  const toRow = (record: RecordName & Omit<RecordRow, 'instanceId' | 'frame'>): RecordRow => {
    const { key, ...rest } = record;
    return { ...rest, ...parseKey(key) };
  };
  return new RecordStore(
    folder,
    {
      list: () =>
        row === undefined
          ? []
          : recordsOf(library.db, row.id).map(({ instanceId, frame, ...rest }) => ({
              ...rest,
              key: imageKey(instanceId, frame),
            })),
      add: (records) => addRecords(library.writer, row?.id ?? 0, records.map(toRow)),
      remove: (names) =>
        removeRecords(
          library.writer,
          row?.id ?? 0,
          names.map(({ kind, key }) => ({ kind, ...parseKey(key) })),
        ),
    },
    { mode: library.mode },
  );
}

/**
 * Features of one LPM under one preprocessing, whatever data set asks. `preprocessing` holds everything that changes the numbers
 * (input size, mean, std, token rule, ratio, layers, ...); equal content, in any key order, is one store.
 * @throws DISK_FULL, LIBRARY_READ_ONLY
 */
export function openFeatureStore(
  library: Library,
  lpmHash: string,
  preprocessing: Readonly<Record<string, unknown>>,
  now: Date,
): RecordStore {
  if (!/^[0-9a-f]{64}$/.test(lpmHash)) throw new AppError('LPM_NOT_FOUND', 'The LPM has no hash.');
  const sorted = Object.fromEntries(Object.entries(preprocessing).sort(([a], [b]) => (a < b ? -1 : 1)));
  const hash = sha256(Buffer.from(JSON.stringify(sorted)));
  const folder = `features/${lpmHash.slice(0, 16)}-${hash.slice(0, 16)}`;
  return openStore(library, { folder, lpmHash, preprocessing: sorted }, now);
}

/** Images resized to `inputSize` pixels, from which the side network's input is cut. Shared by every LPM and data set. */
export function openPreviewStore(library: Library, inputSize: number, now: Date): RecordStore {
  return openStore(library, { folder: `previews/${inputSize}`, lpmHash: null, preprocessing: { inputSize } }, now);
}
