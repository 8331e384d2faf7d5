/** Migration 0420: where runs of before were computed stays, and 8 bits can be noted. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('places stay as they were noted, and an 8-bit pass is a place of its own', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  const note = (precision: string): void =>
    database.execute(`
      INSERT INTO run_places (run_id, engine, engine_version, device, threads, precision, program, system, noted_at)
        VALUES (1, 'onnxruntime', '1.30', 'CPU', 2, '${precision}', '0.1', 'Xeon', 'then')`);
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 420) });
    const hash = 'a'.repeat(64);
    database.execute(`
      INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'first', 'now');
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${hash}', 0, 'now');
      INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at)
        VALUES (1, 'm', 1, '${hash}', '{}', 'succeeded', 'now');`);
    note('f16');
    const before = database.all('SELECT * FROM run_places');
    expect(() => note('int8')).toThrow('CHECK');
    migrate(database, { backUp: () => {} });
    expect(database.all('SELECT * FROM run_places')).toEqual(before);
    note('int8');
    expect(() => note('int4')).toThrow('CHECK');
    expect(() => note('int8')).toThrow('UNIQUE');
    expect(database.all('SELECT precision FROM run_places ORDER BY precision')).toEqual([
      { precision: 'f16' },
      { precision: 'int8' },
    ]);
    expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
  } finally {
    database.close();
  }
});
