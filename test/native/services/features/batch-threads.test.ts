import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { bytesIn } from '../../../../core/disk/index.ts';
import { tensorsOf } from '../../../../core/engine/index.ts';
import { MemoryBudget, type RecordIndex, RecordStore } from '../../../../core/features/index.ts';
import { networkConfig, plainVit } from '../../../../core/models/index.ts';
import { BatchThreads } from '../../../../core/services/features/batches/batch-threads.ts';
import { featureKinds } from '../../../../core/services/features/feature-kinds.ts';
import { exampleSource } from '../../../../core/services/features/source-examples.ts';
import { targets } from '../../../../core/targets/index.ts';
import type { BatchInputs } from '../../../../core/training/loop.ts';
import { instanceId } from '../../../support/ids.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const size = 128;
const lpm = plainVit({ width: 64, layers: 4, heads: 2, patch: 16, imageSize: size });
const options = { method: 'fpt+', classes: 2, inputSize: size } as const;
const config = networkConfig(lpm, options);
const recordBytes = bytesIn(featureKinds.keysValues.blocks(config, 1));
const images = [0, 1, 2, 3, 4].map((n) => ({ instanceId: instanceId(n + 1), frame: 0, classIndex: n % 2, values: [] }));
const keyOf = (n: number): string => `${n + 1}/0`;

function index(): RecordIndex {
  return { list: () => [], add: () => {}, remove: () => {} };
}

/** Stores of made-up records and pictures. */
function stores(ofRecord = recordBytes) {
  const folder = temporaryFolder();
  const options = { mode: 'write', pendingRecords: 1 } as const;
  const [sources, records] = ['sources', 'records'].map(
    (name) => new RecordStore(join(folder, name), index(), options),
  );
  for (const n of images.keys()) {
    const noise = (count: number): Uint16Array =>
      Uint16Array.from({ length: count }, (_, i) => (i * (n + 3) * 7919) % 30_000);
    sources?.append('image', keyOf(n), new Uint8Array(noise(size * size).buffer));
    records?.append('keysValues', keyOf(n), new Uint8Array(noise(ofRecord / 2).buffer));
  }
  return { folder, sources: sources as RecordStore, records: records as RecordStore };
}

const pool = new BatchThreads(async () => 4);
afterAll(() => pool.close());

function sourceOf(
  { sources, records }: ReturnType<typeof stores>,
  threads: BatchThreads | undefined,
  network = config,
) {
  return exampleSource(
    {
      sources,
      records: new Map([['keysValues', records]]),
      memory: new MemoryBudget(2 ** 30).holder(),
      ...(threads === undefined ? {} : { threads }),
    },
    network,
    images,
    {
      inputSize: size,
      statistics: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.3] },
      target: targets.class,
      reading: { uncertain: 'unknown', scale: null },
    },
  );
}

const change = {
  ...{ crop: { top: 3, left: 10, height: 100, width: 91 }, flip: true },
  ...{ brightness: 1.1, contrast: 0.9, brightnessFirst: false },
};
const bytes = (inputs: BatchInputs): Record<string, number[]> =>
  Object.fromEntries(Object.entries(tensorsOf(inputs)).map(([name, { data }]) => [name, [...(data as Uint16Array)]]));

test('threads put a batch together as the thread that trains does, bit for bit, in the memory of one that was given back', async () => {
  const made = stores();
  const [theirs, ours] = [sourceOf(made, pool), sourceOf(made, undefined)];
  const first = await theirs.load([4, 0, 2], [change, null, change]);
  expect(bytes(first)).toEqual(bytes(await ours.load([4, 0, 2], [change, null, change])));
  expect(tensorsOf(first)['keys']?.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  theirs.release?.(first);
  const second = await theirs.load([1, 3, 0], [null, change, null]);
  expect(tensorsOf(second)['keys']?.data).toBe(tensorsOf(first)['keys']?.data);
  expect(bytes(second)).toEqual(bytes(await ours.load([1, 3, 0], [null, change, null])));
});

test('records of 8 bits come to their places with the largest of their channels, in threads and without', async () => {
  const kept = networkConfig(lpm, { ...options, keptAs: 'int8' });
  const ofRecord = bytesIn(featureKinds.keysValues.blocks(kept, 1));
  const [L, T, D] = [kept.layers, kept.tokens, lpm.width];
  expect(ofRecord).toBe(2 * L * T * D + 2 * L * D * 2);
  const made = stores(ofRecord);
  const theirs = bytes(await sourceOf(made, pool, kept).load([4, 0, 2], [change, null, change]));
  expect(theirs).toEqual(bytes(await sourceOf(made, undefined, kept).load([4, 0, 2], [change, null, change])));
  // Keys, values, then the largest of both: layer 1 of the second example, which is image 0.
  const record = await made.records.read('keysValues', keyOf(0));
  const values = new Int8Array(record.buffer, L * T * D + T * D, T * D);
  expect(theirs['values']?.slice((3 + 1) * T * D, (3 + 2) * T * D)).toEqual([...values]);
  const largest = new Uint16Array(record.buffer, 2 * L * T * D + 2 * L * D + 2 * D, D);
  expect(theirs['values_largest']?.slice((3 + 1) * D, (3 + 2) * D)).toEqual([...largest]);
});

test('beside an engine that was told to compute in one thread there is no other, and batches are the same', async () => {
  const made = stores();
  const none = new BatchThreads(async () => 1);
  const theirs = await sourceOf(made, none).load([4, 0, 2], [change, null, change]);
  expect(await none.areThere()).toBe(false);
  expect(bytes(theirs)).toEqual(bytes(await sourceOf(made, undefined).load([4, 0, 2], [change, null, change])));
  await none.close();
});

test('more batches at once than a thread remembers are all right', async () => {
  const made = stores();
  const theirs = sourceOf(made, pool);
  const all = await Promise.all(Array.from({ length: 7 }, (_, k) => theirs.load([k % 5, (k + 1) % 5], [change, null])));
  for (const inputs of all) theirs.release?.(inputs);
  const again = await Promise.all(
    Array.from({ length: 7 }, (_, k) => theirs.load([k % 5, (k + 1) % 5], [change, null])),
  );
  const ours = sourceOf(made, undefined);
  for (const [k, inputs] of again.entries()) {
    expect(bytes(inputs)).toEqual(bytes(await ours.load([k % 5, (k + 1) % 5], [change, null])));
  }
});

test('a batch that is asked for again is kept as it is and lent to nobody else', async () => {
  const made = stores();
  const theirs = sourceOf(made, pool);
  const validation = await theirs.load([0, 1], [null, null], true);
  const before = bytes(validation);
  theirs.release?.(validation);
  const learned = await theirs.load([2, 3], [change, change]);
  expect(tensorsOf(learned)['keys']?.data).not.toBe(tensorsOf(validation)['keys']?.data);
  const again = await theirs.load([0, 1], [null, null], true);
  expect(tensorsOf(again)['keys']?.data).toBe(tensorsOf(validation)['keys']?.data);
  expect(bytes(again)).toEqual(before);
});

test('a record whose bytes have rotted is named and forgotten; what was right is not looked at again in the session', async () => {
  const made = stores();
  const shard = join(made.folder, 'records', '0000.shard');
  const rot = (n: number): void => {
    const all = readFileSync(shard);
    const { offset } = made.records.placeOf('keysValues', keyOf(n));
    all[offset + 5] = (all[offset + 5] as number) ^ 1;
    writeFileSync(shard, all);
  };
  // Nothing is verified, in what was just written or opened anew, before it was read from the disk.
  expect(made.records.placeOf('keysValues', keyOf(1)).isVerified).toBe(false);
  const rows = images.map((_, n) => ({
    kind: 'keysValues',
    key: keyOf(n),
    ...made.records.placeOf('keysValues', keyOf(n)),
  }));
  const listed = rows.map(({ kind, key, offset, length }) => {
    const checksum = crc32(readFileSync(shard).subarray(offset, offset + length));
    return { kind, key, offset, length, checksum, shard: 0 };
  });
  const records = new RecordStore(join(made.folder, 'records'), { ...index(), list: () => listed }, { mode: 'read' });
  const anew = sourceOf({ ...made, records }, pool);
  expect(records.placeOf('keysValues', keyOf(0))).toMatchObject({ checksum: listed[0]?.checksum, isVerified: false });
  await anew.load([0, 1], [null, null]);
  expect(records.placeOf('keysValues', keyOf(0)).isVerified).toBe(true);
  rot(2);
  await expect(anew.load([0, 2], [null, null])).rejects.toMatchObject({
    code: 'FEATURES_DAMAGED',
    message: expect.stringContaining('wrong checksum'),
  });
  expect(records.has('keysValues', keyOf(2))).toBe(false);
  await expect(anew.load([0, 2], [null, null])).rejects.toMatchObject({
    message: expect.stringContaining('not there'),
  });
});

test('threads that are ended fail what is under way as cancelled, and nothing is put together any more', async () => {
  const made = stores();
  const own = new BatchThreads(async () => 2);
  const theirs = sourceOf(made, own);
  const loading = theirs.load([0, 1], [change, change]);
  loading.catch(() => {});
  await own.close();
  await expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(theirs.load([0, 1], [change, change])).rejects.toMatchObject({ code: 'CANCELLED' });
});
