/** The two kinds of record stores of a library: kept keys and values, and resized images for the side network. */

import { availableMemory } from 'node:process';
import { AppError } from '../../base/errors.ts';
import type { InstanceId } from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { MemoryBudget, type MemoryHolder, type RecordName, RecordStore } from '../../features/index.ts';
import { type RangeRule, type SampleRanges, sampleKinds } from '../../images/index.ts';
import {
  addRecords,
  ensureRecordStore,
  type Library,
  type RecordRow,
  recordStoreByFolder,
  recordsOf,
  removeRecords,
} from '../../store/index.ts';
import type { SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';

/** The key of an image in a record store. */
export function imageKey(instanceId: InstanceId, frame: number): string {
  return `${instanceId}/${frame}`;
}

function parseKey(key: string): { instanceId: InstanceId; frame: number } {
  const [instanceId, frame] = key.split('/').map(Number);
  return { instanceId: (instanceId ?? 0) as InstanceId, frame: frame ?? 0 };
}

interface StoreIdentity {
  readonly folder: string;
  readonly lpmHash: string | null;
  readonly preprocessing: Readonly<Record<string, unknown>>;
}

/** Stores open for writing, by folder: a job beside another shares them (see RecordStore). */
const openStores: SessionCache<Map<string, RecordStore>> = {
  name: 'open record stores',
  until: 'close',
  make: () => new Map(),
};

/**
 * What the stores of a session hold in memory together: a quarter of what the system can give at the first opening, so that the engine,
 * decoding and whatever else runs on a workstation keep their room, and never more than 4 GiB.
 */
const recordMemory: SessionCache<MemoryBudget> = {
  name: 'records held in memory',
  until: 'close',
  make: () => new MemoryBudget(Math.min(4 * 2 ** 30, availableMemory() / 4)),
};

/** Room in memory for what is read every epoch; whoever takes it ends it. */
export function holdMemory({ caches }: Pick<ServiceContext, 'caches'>): MemoryHolder {
  return caches.of(recordMemory).holder();
}

type StoreContext = Pick<ServiceContext, 'library' | 'caches' | 'now'>;

function openStore({ library, caches, now }: StoreContext, identity: StoreIdentity): RecordStore {
  const stores = caches.of(openStores);
  const open = stores.get(identity.folder);
  if (open?.isOpen === true) return open.share();
  const store = makeStore(library, identity, now(), holdMemory({ caches }));
  if (library.mode === 'write') stores.set(identity.folder, store);
  return store;
}

function makeStore(library: Library, identity: StoreIdentity, now: Date, memory: MemoryHolder): RecordStore {
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
    { mode: library.mode, memory },
  );
}

/**
 * Features of one LPM under one preprocessing, whatever data set asks. `preprocessing` holds everything that changes the numbers
 * (input size, mean, std, token rule, ratio, layers, ...); equal content, in any key order, is one store.
 * @throws DISK_FULL, LIBRARY_READ_ONLY
 */
export function openFeatureStore(
  context: StoreContext,
  lpmHash: string,
  preprocessing: Readonly<Record<string, unknown>>,
): RecordStore {
  if (!/^[0-9a-f]{64}$/.test(lpmHash)) throw new AppError('LPM_NOT_FOUND', 'The LPM has no hash.');
  const { folder, sorted } = featureFolder(lpmHash, preprocessing);
  return openStore(context, { folder, lpmHash, preprocessing: sorted });
}

/** The folder of a feature store, and its preprocessing in the order in which it is hashed. */
export function featureFolder(
  lpmHash: string,
  preprocessing: Readonly<Record<string, unknown>>,
): { readonly folder: string; readonly sorted: Readonly<Record<string, unknown>> } {
  const sorted = Object.fromEntries(Object.entries(preprocessing).sort(([a], [b]) => (a < b ? -1 : 1)));
  const hash = sha256(Buffer.from(JSON.stringify(sorted)));
  return { folder: `features/${lpmHash.slice(0, 16)}-${hash.slice(0, 16)}`, sorted };
}

/**
 * The folder of images resized to `inputSize` pixels. Images that a data set's ranges draw lie apart from those that are drawn without:
 * the same picture has other values there.
 */
export function previewFolder(inputSize: number, rule: RangeRule): string {
  const ranges = keyedRanges(rule);
  return ranges === null ? `previews/${inputSize}` : `previews/${inputSize}-${rangesHash(ranges)}`;
}

/** The ranges that change what is kept, in one order; null where there are none. */
export function keyedRanges(rule: RangeRule): SampleRanges | null {
  if (typeof rule === 'string') return null;
  const entries = sampleKinds.flatMap((kind) => (rule[kind] === undefined ? [] : [[kind, rule[kind]] as const]));
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function rangesHash(ranges: SampleRanges): string {
  return sha256(Buffer.from(JSON.stringify(ranges))).slice(0, 16);
}

/** Keys and checksums of what a store holds, without opening it. */
export function storedRecords(library: Library, folder: string): Map<string, RecordRow> {
  const row = recordStoreByFolder(library.db, folder);
  const records = row === undefined ? [] : recordsOf(library.db, row.id);
  return new Map(records.map((record) => [imageKey(record.instanceId, record.frame), record]));
}

/** Images resized to `inputSize` pixels, from which the side network's input is cut. Shared by every LPM and data set of these ranges. */
export function openPreviewStore(context: StoreContext, inputSize: number, rule: RangeRule): RecordStore {
  const ranges = keyedRanges(rule);
  const preprocessing = { inputSize, ...(ranges === null ? {} : { ranges }) };
  return openStore(context, { folder: previewFolder(inputSize, rule), lpmHash: null, preprocessing });
}
