/** Migration 0210: libraries of before keep their patients, splits and versions. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../core/store/database.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('splits stay, data sets with pictures keep their folders as patients, and moved images are counted', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 210) });
    database.execute(`
      INSERT INTO patients (id, patient_key, created_at) VALUES (1, 'folder:/p', 'now'), (2, 'H2', 'now');
      INSERT INTO studies (id, patient_id, study_instance_uid) VALUES (1, 1, '1.1'), (2, 2, '1.2');
      INSERT INTO series (id, study_id, series_instance_uid) VALUES (1, 1, '1.1.1'), (2, 2, '1.2.1');
      INSERT INTO instances (id, series_id, kind, sop_instance_uid, number_of_frames, content_hash, size_bytes, created_at)
        VALUES (1, 1, 'picture', 'p', 1, 'h1', 1, 'now'), (2, 2, 'dicom', 'd', 1, 'h2', 1, 'now');
      INSERT INTO datasets (id, name, frame_rule, created_at) VALUES (1, 'pictures', 'first', 'now'), (2, 'studies', 'first', 'now');
      INSERT INTO dataset_instances (dataset_id, instance_id, added_at) VALUES (1, 1, 'now'), (2, 2, 'now');
      INSERT INTO dataset_splits (dataset_id, patient_id, split, origin, assigned_at)
        VALUES (1, 1, 'train', 'drawn', 'then'), (2, 2, 'test', 'given', 'then');`);
    migrate(database, { backUp: () => {} });
    expect(database.all('SELECT name, picture_patients AS rule FROM datasets ORDER BY id')).toEqual([
      { name: 'pictures', rule: 'folder' },
      { name: 'studies', rule: null },
    ]);
    expect(database.all('SELECT * FROM dataset_splits ORDER BY dataset_id')).toEqual([
      { dataset_id: 1, patient_id: 1, split: 'train', origin: 'drawn', assigned_at: 'then' },
      { dataset_id: 2, patient_id: 2, split: 'test', origin: 'given', assigned_at: 'then' },
    ]);
    expect(database.all('SELECT own_patient_key AS own FROM studies')).toEqual([{ own: null }, { own: null }]);
    database.execute('UPDATE instances SET series_id = 2 WHERE id = 1');
    expect(database.all('SELECT instance_count AS n FROM studies ORDER BY id')).toEqual([{ n: 0 }, { n: 2 }]);
  } finally {
    database.close();
  }
});
