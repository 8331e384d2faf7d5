/** Migration 0360: bands and results of libraries of before stay, without a promise and without answers of single folds. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('rows stay as they were; a decision about a label is kept as it was made', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 360) });
    const hash = 'a'.repeat(64);
    database.execute(`
      INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'first', 'now');
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${hash}', 0, 'now');
      INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at)
        VALUES (1, 'm', 1, '${hash}', '{}', 'succeeded', 'now');
      INSERT INTO models (id, name, run_id, config, preprocessing, classes, threshold, temperature, learnable, weights_hash, created_at, refer_class, refer_low, refer_high)
        VALUES (1, 'm', 1, '{}', '{}', '[]', 0.4, 1, 5, '${hash}', 'now', 'b', 0.3, 0.6);
      INSERT INTO model_findings (model_id, position, threshold, refer_low, refer_high) VALUES (1, 0, 0.5, 0.2, 0.7);
      INSERT INTO batches (id, model_id, created_at) VALUES (1, 1, 'now');
      INSERT INTO predictions (id, batch_id, level, study_instance_uid, images, decision) VALUES (1, 1, 'study', '1.2', 1, 'b');
      INSERT INTO classified_images (model_id, content_hash, frame, engine, probabilities) VALUES (1, '${hash}', 0, 'e', x'00');`);
    migrate(database, { backUp: () => {} });
    expect(database.all('SELECT refer_class, refer_low, refer_high, refer_promise FROM models')).toEqual([
      { refer_class: 'b', refer_low: 0.3, refer_high: 0.6, refer_promise: null },
    ]);
    expect(database.all('SELECT refer_low, refer_high, refer_promise FROM model_findings')).toEqual([
      { refer_low: 0.2, refer_high: 0.7, refer_promise: null },
    ]);
    expect(database.all('SELECT decision, referred, fold_answers FROM predictions')).toEqual([
      { decision: 'b', referred: null, fold_answers: null },
    ]);
    expect(database.all('SELECT hex(probabilities) AS p, fold_answers FROM classified_images')).toEqual([
      { p: '00', fold_answers: null },
    ]);
    const check = (decision: string, before: string, after: string): void =>
      database.execute(`
        INSERT INTO label_checks (dataset_id, model_id, level, target_id, decision, label_before, label_after, reader, decided_at)
          VALUES (1, 1, 'study', 7, '${decision}', '${before}', '${after}', 'R', 'now')`);
    check('kept', 'a', 'a');
    check('changed', 'a', 'b');
    expect(() => check('kept', 'a', 'b')).toThrow('CHECK');
    expect(() => check('changed', 'a', 'a')).toThrow('CHECK');
    expect(() => database.execute('DELETE FROM label_checks')).toThrow('append-only');
    expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
  } finally {
    database.close();
  }
});
