/** Migrations 0170 and 0190, and vectors of weights as they lie in a library since. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import {
  bestParameters,
  dropCheckpoints,
  lastCheckpoint,
  modelWeights,
  type OptimiserState,
  saveEpoch,
} from '../../../core/store/index.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { addModelRow, temporaryLibrary } from '../../support/library.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { appErrorOf } from '../../support/thrown.ts';

const figures = {
  trainLoss: 1,
  valLoss: 1,
  valAuc: 0.9,
  valAccuracy: 0.5,
  learningRate: 1,
  gradientNorm: 2,
  seconds: 3,
};

/** Numbers that tell where they stand, here and there among zeros: writing all of them would take longer than storing. */
function vector(length: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 65_537) values[i] = i;
  if (length > 0) values[length - 1] = -1;
  return values;
}

/** Moments of a checkpoint as its optimiser's state. */
const moments = (m: Float32Array, v: Float32Array): OptimiserState => ({
  optimiser: 'adamw',
  entries: [
    { name: 'm', shape: [m.length] },
    { name: 'v', shape: [v.length] },
  ],
  vectors: [m, v],
});

const isEqual = (a: Float32Array | undefined, b: Float32Array): boolean =>
  a !== undefined && Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;

/** As isEqual, for a part of a larger array too. */
const isNumbers = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

test('a checkpoint may be larger than the largest row of SQLite', () => {
  const library = temporaryLibrary();
  const db = library.writer;
  addModelRow(library, 'm');
  // Three times 180 MB; a row holds 537 MB.
  const parameters = vector(45_000_000);
  const layout = { version: 1 as const, entries: [{ name: 'all', shape: [parameters.length] }] };
  const checkpoint = {
    epoch: 1,
    step: 5,
    parameters,
    optimiser: moments(parameters, parameters),
    layout,
    state: {},
  };
  saveEpoch(db, 1, { epoch: 1, ...figures }, checkpoint, { isBest: false });
  const found = lastCheckpoint(db, 1);
  expect(isEqual(found?.parameters, parameters)).toBe(true);
  expect(found?.optimiser.vectors.map((values) => isNumbers(values, parameters))).toEqual([true, true]);
  // Another in its place, shorter: nothing is left of the longer one.
  const short = { ...checkpoint, epoch: 2, parameters: vector(3), optimiser: moments(vector(2), vector(1)) };
  saveEpoch(db, 1, { epoch: 2, ...figures }, short, { isBest: true });
  expect(lastCheckpoint(db, 1)).toEqual(short);
  expect(bestParameters(db, 1)?.parameters).toEqual(short.parameters);
  dropCheckpoints(db, 1);
  expect(db.all('SELECT run_id FROM checkpoint_vectors')).toEqual([]);
});

test('a vector of which a part is missing is damaged, not shorter', () => {
  const library = temporaryLibrary();
  const id = addModelRow(library, 'm');
  library.writer.run(`UPDATE model_vectors SET part = 1 WHERE vector = 'best'`);
  expect(() => modelWeights(library.db, id)).toThrow('part 1 of 1 of a vector of numbers is missing');
  expect(modelWeights(library.db, id, 'final')).toEqual(new Float32Array(1));
});

test('vectors of older models and checkpoints are the same afterwards, whatever their size', () => {
  const path = join(temporaryFolder(), 'sidelight.sqlite');
  const before = Database.open(path, { readonly: false });
  migrate(before, { backUp: () => {}, list: migrations.filter(({ number }) => number < 170) });
  before.close();
  const sqlite = new Sqlite(path);
  sqlite.exec(`
    INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'middle', 'now');
    INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${'a'.repeat(64)}', 0, 'now');
    INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at) VALUES (1, 'm', 1, '${'b'.repeat(64)}', '{}', 'cancelled', 'now');
  `);
  const bytes = (values: Float32Array) => Buffer.from(values.buffer);
  // Three parts and a number; a part to the byte; small; none.
  const [long, whole, small, none] = [vector(3 * 2 ** 22 + 1), vector(2 ** 22), vector(5), vector(0)];
  const insertModel = sqlite.prepare(
    `INSERT INTO models (name, run_id, config, preprocessing, classes, temperature, learnable, weights_hash, best_weights, final_weights, created_at)
     VALUES (?, 1, '{}', '{}', '[]', 1, 1, ?, ?, ?, 'now')`,
  );
  insertModel.run('m', 'c'.repeat(64), bytes(long), bytes(whole));
  insertModel.run('n', 'c'.repeat(64), bytes(small), bytes(none));
  const insertCheckpoint = sqlite.prepare(
    `INSERT INTO checkpoints (run_id, kind, epoch, step, parameters, first_moment, second_moment, state) VALUES (1, ?, 1, 1, ?, ?, ?, '{}')`,
  );
  insertCheckpoint.run('last', bytes(long), bytes(whole), bytes(small));
  insertCheckpoint.run('best', bytes(whole), null, null);
  const layout = '[{"name":"all","shape":[1]}]';
  sqlite.exec(
    `INSERT INTO checkpoint_layouts (run_id, kind, version, entries) VALUES (1, 'last', 1, '${layout}'), (1, 'best', 1, '${layout}')`,
  );
  sqlite.close();

  const database = Database.open(path, { readonly: false });
  migrate(database, { backUp: () => {} });
  expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
  expect(isEqual(modelWeights(database, 1), long)).toBe(true);
  expect(isEqual(modelWeights(database, 1, 'final'), whole)).toBe(true);
  expect(modelWeights(database, 2)).toEqual(small);
  expect(modelWeights(database, 2, 'final')).toEqual(none);
  expect(modelWeights(database, 3)).toBeUndefined();
  const last = lastCheckpoint(database, 1);
  expect(isEqual(last?.parameters, long)).toBe(true);
  expect(last?.optimiser).toEqual(moments(whole, small));
  expect(isEqual(bestParameters(database, 1)?.parameters, whole)).toBe(true);
  expect(
    database.all(
      `SELECT vector, count(*) AS parts, max(length(bytes)) AS longest FROM model_vectors GROUP BY model_id, vector`,
    ),
  ).toEqual([
    { vector: 'best', parts: 4, longest: 2 ** 24 },
    { vector: 'final', parts: 1, longest: 2 ** 24 },
    { vector: 'best', parts: 1, longest: 20 },
  ]);
  database.close();
});

describe('the moments of an earlier checkpoint', () => {
  /** A library of before migration 0190 with the parts of some vectors, and what its run would go on with. */
  function checkpointOf(parts: readonly (readonly [vector: string, part: number, values: Float32Array])[]) {
    const path = join(temporaryFolder(), 'sidelight.sqlite');
    const before = Database.open(path, { readonly: false });
    migrate(before, { backUp: () => {}, list: migrations.filter(({ number }) => number < 190) });
    before.execute(`
      INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'middle', 'now');
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${'a'.repeat(64)}', 0, 'now');
      INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at) VALUES (1, 'm', 1, '${'b'.repeat(64)}', '{}', 'cancelled', 'now');
      INSERT INTO checkpoints (run_id, kind, epoch, step, state) VALUES (1, 'last', 1, 1, '{}'), (1, 'best', 1, 1, '{}');
      INSERT INTO checkpoint_layouts (run_id, kind, version, entries) VALUES (1, 'last', 1, '[{"name":"all","shape":[4]}]');
    `);
    for (const [vector, part, values] of [...parts, ['parameters', 0, Float32Array.of(9, 9)] as const]) {
      const bytes = new Uint8Array(values.buffer);
      before.run(
        `INSERT INTO checkpoint_vectors (run_id, kind, vector, part, bytes) VALUES (1, 'last', :vector, :part, :bytes)`,
        { vector, part, bytes },
      );
    }
    migrate(before, { backUp: () => {} });
    expect(before.all('PRAGMA foreign_key_check')).toEqual([]);
    return { database: before, read: () => lastCheckpoint(before, 1) };
  }

  test('become one state of AdamW, the parts of the second behind those of the first', () => {
    const { database, read } = checkpointOf([
      ['firstMoment', 0, Float32Array.of(1, 2)],
      ['firstMoment', 1, Float32Array.of(3)],
      ['firstMoment', 2, Float32Array.of(4)],
      ['secondMoment', 0, Float32Array.of(5, 6, 7)],
      ['secondMoment', 1, Float32Array.of(8)],
    ]);
    expect(read()?.optimiser).toEqual(moments(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8)));
    expect(read()?.parameters).toEqual(Float32Array.of(9, 9));
    expect(database.all('SELECT vector, part FROM checkpoint_vectors ORDER BY vector, part')).toEqual([
      ...[0, 1, 2, 3, 4].map((part) => ({ vector: 'optimiser', part })),
      { vector: 'parameters', part: 0 },
    ]);
  });

  test('are refused where one of the two is missing', () => {
    const { read } = checkpointOf([['firstMoment', 0, Float32Array.of(1)]]);
    const error = appErrorOf(read);
    expect([error.code, error.message]).toEqual([
      'WEIGHTS_INVALID',
      "Nothing says which number of the optimiser's state of run-1 is which.",
    ]);
  });

  test('of another number than their list says are damaged', () => {
    const { database, read } = checkpointOf([
      ['firstMoment', 0, Float32Array.of(1)],
      ['secondMoment', 0, Float32Array.of(2)],
    ]);
    database.run(`UPDATE checkpoint_optimisers SET entries = replace(entries, '[1]', '[3]')`);
    const error = appErrorOf(read);
    expect([error.code, error.message]).toEqual([
      'DB_DAMAGED',
      "In the library the optimiser's state of run-1 has 2 numbers; its vectors have 6.",
    ]);
  });
});
