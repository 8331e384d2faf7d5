/** Migration 0150: what weights stored before it consist of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { earlierLayouts, earlierLibrary } from '../../support/earlier-library.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Row {
  readonly name: string;
  readonly version: number;
  readonly entries: string;
}

const models =
  'SELECT m.name, l.version, l.entries FROM models m JOIN model_layouts l ON l.model_id = m.id ORDER BY m.id';

/** `name [shape]` of stored entries. */
function lines(entries: string): string[] {
  const list = JSON.parse(entries) as { name: string; shape: number[] }[];
  return list.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
}

/** Lists by their titles: test/golden/layouts.txt as it was when the migration was written, and never to change. */
const golden = new Map(
  readFileSync(join(repositoryRoot, 'test/golden/layouts-0150.txt'), 'utf8')
    .split('\n\n')
    .map((part) => part.trim().split('\n'))
    .map(([title = '', ...rest]) => [title, rest.map((line) => line.trim())]),
);

const numbers = (list: readonly string[]): number =>
  list.reduce((sum, line) => sum + (line.match(/\d+(?=[,\]])/g) ?? []).map(Number).reduce((a, b) => a * b, 1), 0);

const lpm = {
  naming: 'hf-vit',
  width: 32,
  layers: 3,
  heads: 2,
  patch: 8,
  channels: 3,
  mlpWidth: 128,
  eps: 1e-12,
  grid: [8, 8],
  classPosition: true,
  distillationToken: false,
  registers: 0,
  layerScale: false,
  qkvBias: true,
  positionRule: { offset: 0.1, antialias: false },
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};
const furnished = { ...lpm, distillationToken: true, registers: 4, layerScale: true, qkvBias: false };
const network = {
  lpm: { width: 32, heads: 2, patch: 8, eps: 1e-12, channels: 3 },
  layers: 2,
  classes: 3,
  sideSize: 128,
  sideWidth: 4,
  prompts: 16,
  tokens: 13,
};

/** What the code of then stored of each network: [title in the golden text, method, configuration, LPM]. */
const networks: readonly (readonly [title: string, method: string, config: object, lpm: object])[] = [
  ['fpt+', 'fpt+', { ...network, method: 'fpt+' }, lpm],
  ['fpt', 'fpt', { ...network, method: 'fpt', layers: 3, sideSize: 224 }, lpm],
  ['side-only', 'side-only', { ...network, method: 'side-only' }, lpm],
  ['linear', 'linear', { ...network, method: 'linear' }, lpm],
  ['full', 'full', { ...network, method: 'full', sideSize: 64, encoder: lpm }, lpm],
  [
    'full, registers and no biases of queries, keys and values',
    'full',
    { ...network, method: 'full', sideSize: 64, encoder: furnished },
    furnished,
  ],
];

/** A database of the version before. */
function olderDatabase(): Sqlite.Database {
  const path = join(temporaryFolder(), 'sidelight.sqlite');
  const database = Database.open(path, { readonly: false });
  migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 150) });
  database.close();
  const sqlite = new Sqlite(path);
  sqlite.exec(`
    INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'middle', 'now');
    INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${'a'.repeat(64)}', 0, 'now');
    INSERT INTO version_classes (version_id, position, name) VALUES (1, 0, 'a'), (1, 1, 'b'), (1, 2, 'c');
  `);
  return sqlite;
}

function addRun(sqlite: Sqlite.Database, id: number, method: string, lpmHash: string): void {
  sqlite
    .prepare(
      `INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at) VALUES (?, ?, 1, ?, ?, 'cancelled', 'now')`,
    )
    .run(id, `m${id}`, lpmHash, JSON.stringify({ method, inputSize: 64 }));
}

function addModel(sqlite: Sqlite.Database, id: number, config: unknown, count: number): void {
  sqlite
    .prepare(
      `INSERT INTO models (name, run_id, config, preprocessing, classes, temperature, learnable, weights_hash, best_weights,
         final_weights, created_at) VALUES (?, ?, ?, '{}', '[]', 1, 1, ?, zeroblob(?), zeroblob(?), 'now')`,
    )
    .run(`m${id}`, id, JSON.stringify(config), 'c'.repeat(64), 4 * count, 4 * count);
}

function migrated<T>(sqlite: Sqlite.Database, sql: string): T[] {
  const path = sqlite.name;
  sqlite.close();
  const database = Database.open(path, { readonly: false });
  try {
    migrate(database, { backUp: () => {} });
    expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
    return database.all<T>(sql);
  } finally {
    database.close();
  }
}

describe('weights stored before they had names', () => {
  test('of the library of 2fb3ab2 get the lists that its code had', () => {
    const path = join(earlierLibrary(), 'sidelight.sqlite');
    const rows = migrated<Row>(new Sqlite(path), models);
    expect(Object.fromEntries(rows.map(({ name, entries }) => [name, JSON.parse(entries)]))).toEqual(earlierLayouts);
    expect(new Set(rows.map(({ version }) => version))).toEqual(new Set([1]));
  });

  test('of its stopped training too, at its last epoch and at its best', () => {
    const path = join(earlierLibrary(), 'sidelight.sqlite');
    const rows = migrated<{ kind: string; entries: string }>(
      new Sqlite(path),
      'SELECT kind, entries FROM checkpoint_layouts ORDER BY kind',
    );
    // It is a training of the same method and data as the model's.
    expect(rows.map(({ kind, entries }) => [kind, JSON.parse(entries)])).toEqual([
      ['best', earlierLayouts['fpt-plus']],
      ['last', earlierLayouts['fpt-plus']],
    ]);
  });

  test('get the list of their own configuration, whatever the method and the LPM', () => {
    const sqlite = olderDatabase();
    for (const [i, [title, method, config]] of networks.entries()) {
      addRun(sqlite, i + 1, method, 'b'.repeat(64));
      addModel(sqlite, i + 1, config, numbers(golden.get(title) ?? []));
    }
    const rows = migrated<Row>(sqlite, models);
    expect(rows.map(({ entries }) => lines(entries))).toEqual(networks.map(([title]) => golden.get(title)));
  });

  test('of a checkpoint get the list of their settings, their LPM and their number of classes', () => {
    const sqlite = olderDatabase();
    for (const [i, [title, method, , ofLpm]] of networks.entries()) {
      const hash = String(i).repeat(64);
      sqlite
        .prepare(
          `INSERT INTO lpms (name, hash, family, config, folder, size_bytes, added_at) VALUES (?, ?, 'vit', ?, 'lpm/x', 1, 'now')`,
        )
        .run(title, hash, JSON.stringify(ofLpm));
      addRun(sqlite, i + 1, method, hash);
      sqlite
        .prepare(
          `INSERT INTO checkpoints (run_id, kind, epoch, step, parameters, state) VALUES (?, 'best', 1, 1, zeroblob(?), '{}')`,
        )
        .run(i + 1, 4 * numbers(golden.get(title) ?? []));
    }
    const rows = migrated<{ entries: string }>(sqlite, 'SELECT entries FROM checkpoint_layouts ORDER BY run_id');
    expect(rows.map(({ entries }) => lines(entries))).toEqual(networks.map(([title]) => golden.get(title)));
  });

  test('that nothing explains get none, and the library opens all the same', () => {
    const sqlite = olderDatabase();
    const linear = networks[3]?.[2];
    const strange: readonly unknown[] = [{}, { ...linear, method: 'sixth' }, linear, null, 'text'];
    for (const [i, config] of strange.entries()) {
      addRun(sqlite, i + 1, 'linear', 'b'.repeat(64));
      // One number more than the head of three classes has.
      addModel(sqlite, i + 1, config, 3 * 32 + 3 + 1);
    }
    sqlite.exec(
      `INSERT INTO checkpoints (run_id, kind, epoch, step, parameters, state) VALUES (1, 'last', 1, 1, zeroblob(8), '{}')`,
    );
    expect(
      migrated(
        sqlite,
        `SELECT (SELECT count(*) FROM models) AS models, (SELECT count(*) FROM model_layouts) AS named,
           (SELECT count(*) FROM checkpoint_layouts) AS checkpoints`,
      ),
    ).toEqual([{ models: 5, named: 0, checkpoints: 0 }]);
  });
});
