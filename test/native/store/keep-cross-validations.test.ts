/** Migration 0300: epochs, evaluations with their intervals, and thresholds of libraries of before stay as they were. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('rows stay, and a cross-validation has a place beside them', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 300) });
    const hash = 'a'.repeat(64);
    database.execute(`
      INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'd', 'first', 'now');
      INSERT INTO dataset_versions (id, dataset_id, number, content_hash, seed, created_at) VALUES (1, 1, 1, '${hash}', 0, 'now');
      INSERT INTO runs (id, model_name, version_id, lpm_hash, settings, state, created_at)
        VALUES (1, 'm', 1, '${hash}', '{}', 'succeeded', 'now');
      INSERT INTO run_epochs (run_id, epoch, train_loss, val_loss, val_auc, val_accuracy, learning_rate, gradient_norm, seconds)
        VALUES (1, 1, 0.5, 0.4, 0.9, 0.8, 0.1, 2, 3), (1, 2, 0.3, NULL, NULL, NULL, 0.05, NULL, 3);
      INSERT INTO models (id, name, run_id, config, preprocessing, classes, threshold, temperature, learnable, weights_hash, created_at, threshold_split)
        VALUES (1, 'm', 1, '{}', '{}', '[]', 0.4, 1, 5, '${hash}', 'now', 'test'), (2, 'n', 1, '{}', '{}', '[]', NULL, 1, 5, '${hash}', 'now', 'val');
      INSERT INTO model_vectors (model_id, vector, part, bytes) VALUES (1, 'best', 0, x'01020304');
      INSERT INTO evaluations (id, model_id, split, created_at) VALUES (7, 1, 'val', 'then'), (8, 1, 'test', 'later');
      INSERT INTO evaluation_images (evaluation_id, position, logits) VALUES (7, 0, x'00'), (8, 3, x'01'), (8, 4, x'02');
      INSERT INTO evaluation_intervals (evaluation_id, part, inputs_hash, intervals) VALUES (8, 'study mean', 'h', '{}');`);
    migrate(database, { backUp: () => {} });
    expect(database.all('SELECT * FROM run_epochs')).toEqual([
      {
        ...{
          run_id: 1,
          fold: 0,
          attempt: 1,
          epoch: 1,
          train_loss: 0.5,
          val_loss: 0.4,
          val_auc: 0.9,
          val_accuracy: 0.8,
        },
        ...{ learning_rate: 0.1, gradient_norm: 2, seconds: 3 },
      },
      {
        ...{ run_id: 1, fold: 0, attempt: 1, epoch: 2, train_loss: 0.3, val_loss: null, val_auc: null },
        ...{ val_accuracy: null, learning_rate: 0.05, gradient_norm: null, seconds: 3 },
      },
    ]);
    expect(database.all('SELECT id, name, threshold, threshold_split FROM models')).toEqual([
      { id: 1, name: 'm', threshold: 0.4, threshold_split: 'test' },
      { id: 2, name: 'n', threshold: null, threshold_split: 'val' },
    ]);
    expect(database.all('SELECT model_id, length(bytes) AS size FROM model_vectors')).toEqual([
      { model_id: 1, size: 4 },
    ]);
    expect(database.all('SELECT * FROM evaluations ORDER BY id')).toEqual([
      { id: 7, model_id: 1, split: 'val', created_at: 'then' },
      { id: 8, model_id: 1, split: 'test', created_at: 'later' },
    ]);
    expect(database.all('SELECT evaluation_id, position, hex(logits) AS logits FROM evaluation_images')).toEqual([
      { evaluation_id: 7, position: 0, logits: '00' },
      { evaluation_id: 8, position: 3, logits: '01' },
      { evaluation_id: 8, position: 4, logits: '02' },
    ]);
    expect(database.all('SELECT evaluation_id, part, inputs_hash, intervals FROM evaluation_intervals')).toEqual([
      { evaluation_id: 8, part: 'study mean', inputs_hash: 'h', intervals: '{}' },
    ]);
    database.execute(`
      INSERT INTO evaluations (model_id, split, created_at) VALUES (2, 'cross-validation', 'now');
      UPDATE models SET threshold_split = 'cross-validation' WHERE id = 2;
      DELETE FROM models WHERE id = 1;`);
    expect(() => database.execute(`UPDATE models SET threshold_split = 'fold' WHERE id = 2`)).toThrow('CHECK');
    expect(database.all('SELECT evaluation_id FROM evaluation_images')).toEqual([]);
    expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
  } finally {
    database.close();
  }
});
