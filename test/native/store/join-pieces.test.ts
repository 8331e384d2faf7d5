/** Migration 0460: results of before have the temperature of their model where no calibration can have come after them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('a batch has the temperature of its model, unless a calibration came after it or while it was computed', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 460) });
    const hash = 'a'.repeat(64);
    const model = (id: number, temperature: number): string => `
      INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at)
        VALUES (${id}, 'm${id}', 1, '${hash}', '{}', 'succeeded', 'now');
      INSERT INTO models (id, name, run_id, config, preprocessing, classes, temperature, learnable, weights_hash, created_at)
        VALUES (${id}, 'm${id}', ${id}, '{}', '{}', '[]', ${temperature}, 5, '${hash}', 'now');`;
    database.execute(`
      INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'first', 'now');
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${hash}', 0, 'now');
      ${model(1, 1)} ${model(2, 2.5)}
      INSERT INTO jobs (id, kind, state, payload, created_at, started_at) VALUES
        (1, 'classify', 'succeeded', '{}', '2026-01-01', '2026-01-03');
      INSERT INTO audit_events (happened_at, action, subject, details) VALUES ('2026-01-04', 'model.calibrated', 'm', '{}');
      INSERT INTO batches (id, job_id, model_id, created_at) VALUES
        (1, NULL, 1, '2026-01-03'), (2, NULL, 2, '2026-01-03'), (3, 1, 2, '2026-01-05'), (4, NULL, 2, '2026-01-05');`);
    migrate(database, { backUp: () => {} });
    expect(database.all('SELECT id, temperature FROM batches ORDER BY id')).toEqual([
      { id: 1, temperature: 1 },
      { id: 2, temperature: null },
      { id: 3, temperature: null },
      { id: 4, temperature: 2.5 },
    ]);
  } finally {
    database.close();
  }
});
