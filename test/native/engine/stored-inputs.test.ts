/** Inputs that an engine in a process of its own reads from the disk. */
import { appendFileSync, mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { silentLogger } from '../../../core/base/logger.ts';
import { float32 } from '../../../core/base/tensor.ts';
import { damageOf, fileStateOf } from '../../../core/disk/index.ts';
import { type HostedEngine, openHosted } from '../../../core/engine/host/client.ts';
import { openEngine, type StoredRows, type StoredTensor, tensorsOf } from '../../../core/engine/index.ts';
import * as g from '../../../core/graph/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { appErrorOf } from '../../support/thrown.ts';

let engine: HostedEngine;
beforeAll(async () => {
  engine = await openHosted({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

/** Keys and values [2 layers, 2 examples, 3] of float32, and a scale: both sums by layer and example. */
const graph = () => {
  const [keys, values] = ['keys', 'values'].map((name) => g.input(name, [2, 2, 3]));
  const scaled = g.mul(g.sum(values as g.Value, [2]), g.input('scale', []));
  return g.defineGraph({ outputs: { ofKeys: g.sum(keys as g.Value, [2]), ofValues: scaled } });
};

const [shape, scale] = [[2, 2, 3], float32([], [10])];
const blocks = ['keys', 'values'].map((input) => ({ input, bytes: 12, count: 2, apart: 24, step: 12 }));

/** Records of keys of two layers and then values, one after the other in a file. */
function recordsIn(path: string) {
  const records = [0, 1].map((n) => Float32Array.from({ length: 12 }, (_, i) => 100 * n + i));
  writeFileSync(path, new Uint8Array(Float32Array.from(records.flatMap((record) => [...record])).buffer));
  const checksums = records.map((record) => crc32(new Uint8Array(record.buffer)));
  return [0, 1].map((n) => ({
    ...{ path, offset: 48 * n, length: 48 },
    ...{ checksum: checksums[n] as number, isVerified: false, file: fileStateOf(path) },
  }));
}

/** Stored inputs, with what was told of them. */
function storedAt(rows: StoredRows['rows']) {
  const told: string[] = [];
  const stored: StoredRows = {
    blocks,
    rows,
    verified: () => void told.push('verified'),
    damaged: (row, what) => {
      told.push(`${row} ${what}`);
      return new AppError('FEATURES_DAMAGED', 'as the store says it');
    },
  };
  const input: StoredTensor = { dtype: 'float32', shape, stored };
  return { inputs: { keys: input, values: input, scale }, told };
}

test('an engine in its own process reads records to their places, whose turn it is, and says that they were right', async () => {
  const rows = recordsIn(join(temporaryFolder(), 'records'));
  const executable = await engine.compile(graph());
  expect(engine.readsStored).toBe(true);
  const first = storedAt(rows);
  const sums = await executable.run(first.inputs);
  // Layer by layer, example by example: 0 + 1 + 2, 100 + 101 + 102, 3 + 4 + 5, ...
  expect([...(sums['ofKeys']?.data ?? [])]).toEqual([3, 303, 12, 312]);
  expect([...(sums['ofValues']?.data ?? [])]).toEqual([210, 3210, 300, 3300]);
  expect(first.told).toEqual(['verified']);
  const turned = await executable.run(storedAt(rows.toReversed()).inputs);
  expect([...(turned['ofKeys']?.data ?? [])]).toEqual([303, 3, 312, 12]);
  await executable.dispose();
});

test('a record that rotted, was cut or is gone is the error of whoever stored it, and nothing is computed', async () => {
  const path = join(temporaryFolder(), 'records');
  const [first, second] = recordsIn(path);
  const executable = await engine.compile(graph());
  const failing = async (rows: StoredRows['rows']): Promise<readonly string[]> => {
    const { inputs, told } = storedAt(rows);
    await expect(executable.run(inputs)).rejects.toMatchObject({ code: 'FEATURES_DAMAGED' });
    return told;
  };
  if (first === undefined || second === undefined) throw new Error('there are two records');
  expect(await failing([first, { ...second, checksum: 7 }])).toEqual(['1 has a wrong checksum']);
  expect(await failing([{ ...first, offset: 60 }, second])).toEqual(['0 ends too early']);
  expect(await failing([{ ...first, path: `${path} that is not there` }, second])).toEqual(['0 ends too early']);
  // What was verified before is not summed again while the file is as it was then; what is read of another is.
  const wrong = { ...second, checksum: 7, isVerified: true };
  await executable.run(storedAt([first, wrong]).inputs);
  appendFileSync(path, new Uint8Array(8));
  expect(await failing([first, wrong])).toEqual(['1 has a wrong checksum']);
  await executable.run(storedAt([first, second]).inputs);
  await executable.dispose();
  // Another network's reader, which never saw the file as it was.
  const other = await engine.compile(graph());
  const { inputs, told } = storedAt([first, wrong]);
  await expect(other.run(inputs)).rejects.toMatchObject({ code: 'FEATURES_DAMAGED' });
  expect(told).toEqual(['1 has a wrong checksum']);
  await other.dispose();
});

test('a library that is not reached, or may not be read any more, is not taken for damage', () => {
  const path = join(temporaryFolder(), 'features', '0000.shard');
  const refused = (code: string): Error => Object.assign(new Error(`${code}: '${path}'`), { code });
  const said = (code: string) => appErrorOf(() => damageOf(refused(code), path));
  expect(said('ENOENT')).toMatchObject({ code: 'DISK_FAILED' });
  expect(said('ESTALE')).toMatchObject({ code: 'DISK_FAILED' });
  expect(said('EACCES')).toMatchObject({ code: 'FILE_UNREADABLE', message: expect.stringContaining('may not read') });
  mkdirSync(dirname(path));
  // Only the file is gone: what it held is computed again.
  expect(damageOf(refused('ENOENT'), path)).toBe('ends too early');
});

test.runIf(process.platform === 'linux')(
  'files stay open while a network may read them, and no longer: what is deleted then is gone',
  async () => {
    const path = join(temporaryFolder(), 'records');
    const rows = recordsIn(path);
    const executable = await engine.compile(graph());
    await executable.run(storedAt(rows).inputs);
    const open = (): readonly string[] => {
      const folder = `/proc/${engine.processId()}/fd`;
      return readdirSync(folder).flatMap((handle) => {
        try {
          return readlinkSync(join(folder, handle));
        } catch {
          return []; // Closed since it was listed.
        }
      });
    };
    expect(open()).toContain(path);
    await executable.dispose();
    expect(open()).not.toContain(path);
    rmSync(path);
  },
);

test('an engine in our own process takes no stored inputs, which batches do not give it, and says so at once', async () => {
  const ours = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
  expect(ours.readsStored).toBeUndefined();
  const { inputs } = storedAt(recordsIn(join(temporaryFolder(), 'records')));
  const executable = await ours.compile(graph());
  await expect(executable.run(inputs)).rejects.toThrow(/reads no stored inputs/);
  expect(() => tensorsOf(inputs)).toThrow(/reads no stored inputs/);
  await ours.dispose();
});
