/** Migration 0430: watched folders of before stay as they were, and wait for nothing. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('watched folders stay as they were and wait for nothing', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 430) });
    database.execute(`
      INSERT INTO watches (id, folder, model, dataset, is_active, created_at)
        VALUES (1, '/in', 'm', 'd', 1, 'then'), (2, '/other', 'm', NULL, 0, 'then')`);
    const before = database.all<object>('SELECT * FROM watches');
    migrate(database, { backUp: () => {} });
    const waiting = { waits_for_model: null, waits_for_dataset: null };
    expect(database.all('SELECT * FROM watches')).toEqual(before.map((row) => ({ ...row, ...waiting })));
    expect(() => database.execute('UPDATE watches SET waits_for_model = 7')).toThrow('FOREIGN KEY');
  } finally {
    database.close();
  }
});
