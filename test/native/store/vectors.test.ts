/** Migration 0170, and vectors of weights as they lie in a library since. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { bestParameters, dropCheckpoints, lastCheckpoint, modelWeights, saveEpoch } from '../../../core/store/index.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { addModelRow, temporaryLibrary } from '../../support/library.ts';
import { temporaryFolder } from '../../support/temporary.ts';

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

const isEqual = (a: Float32Array | undefined, b: Float32Array): boolean =>
  a !== undefined && Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;

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
    firstMoment: parameters,
    secondMoment: parameters,
    layout,
    state: {},
  };
  saveEpoch(db, 1, { epoch: 1, ...figures }, checkpoint, { isBest: false });
  const found = lastCheckpoint(db, 1);
  for (const name of ['parameters', 'firstMoment', 'secondMoment'] as const)
    expect(isEqual(found?.[name], parameters)).toBe(true);
  // Another in its place, shorter: nothing is left of the longer one.
  const short = { ...checkpoint, epoch: 2, parameters: vector(3), firstMoment: vector(2), secondMoment: vector(0) };
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
  expect(isEqual(last?.firstMoment, whole)).toBe(true);
  expect(last?.secondMoment).toEqual(small);
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
