/** Migration 0440: each run names the search that its recipe came from, as the search named the run. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('a run keeps its search, the newest of several, and outlives it', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 440) });
    const hash = 'a'.repeat(64);
    const run = (id: number): string => `(${id}, 'm${id}', 1, '${hash}', '{}', 'succeeded', 'now')`;
    database.execute(`
      INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'first', 'now');
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${hash}', 0, 'now');
      INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at)
        VALUES ${[1, 2, 3].map(run).join(', ')};
      INSERT INTO recipe_searches (id, key, version_id, plan, winner, run_id, created_at)
        VALUES (1, 'a', 1, '{}', 0, 1, 'now'), (2, 'b', 1, '{}', 0, 1, 'now'), (3, 'c', 1, '{}', 0, 3, 'now'), (4, 'd', 1, '{}', NULL, NULL, 'now');`);
    const searches = database.all<{ run_id: unknown }>('SELECT * FROM recipe_searches');
    migrate(database, { backUp: () => {} });
    const links = (): unknown[] => database.all('SELECT id, search_id AS search FROM runs ORDER BY id');
    expect(links()).toEqual([
      { id: 1, search: 2 },
      { id: 2, search: null },
      { id: 3, search: 3 },
    ]);
    expect(database.all('SELECT * FROM recipe_searches')).toEqual(searches.map(({ run_id: _, ...rest }) => rest));
    expect(() => database.execute('UPDATE runs SET search_id = 7')).toThrow('FOREIGN KEY');
    database.execute('DELETE FROM recipe_searches WHERE id = 3');
    expect(links()).toContainEqual({ id: 3, search: null });
  } finally {
    database.close();
  }
});
