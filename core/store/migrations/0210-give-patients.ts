/** Patients that a file or a user gives to studies beside what the headers say, and how a version's patients came to their parts. */
import type { Database } from '../database.ts';

/**
 * `own_patient_key` of a study: the patient by its header (or, of pictures, by the rule for them) where another was given; NULL where
 * the study is filed under that one. So a given patient can be taken back, and a corrected header is noted without moving the study. `header_patient_key` of an
 * instance is the patient by its header where its study is another's: once all images of a study say the same, the study follows.
 *
 * `picture_patients` of a data set is the rule that its pictures were last imported by. Data sets with pictures of before have their folders for
 * patients, and keep them until somebody chooses another rule.
 *
 * A patient whom the seed took out of the given training for validation has the origin `cut`. `version_splits` says of a frozen version
 * how many patients came to each part in which way; versions of before are without.
 */
export function givePatients(database: Database): void {
  database.execute(`
    ALTER TABLE studies ADD COLUMN own_patient_key TEXT;
    ALTER TABLE instances ADD COLUMN header_patient_key TEXT;
    ALTER TABLE datasets ADD COLUMN picture_patients TEXT CHECK (picture_patients IN ('picture', 'folder', 'prefix'));

    UPDATE datasets SET picture_patients = 'folder' WHERE id IN (
      SELECT d.dataset_id FROM patients p JOIN studies st ON st.patient_id = p.id JOIN series s ON s.study_id = st.id
        JOIN instances i ON i.series_id = s.id JOIN dataset_instances d ON d.instance_id = i.id
      WHERE p.patient_key LIKE 'folder:%' AND i.kind = 'picture');

    CREATE TABLE dataset_splits_remade (
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      patient_id INTEGER NOT NULL REFERENCES patients (id),
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
      origin TEXT NOT NULL CHECK (origin IN ('given', 'drawn', 'cut')),
      assigned_at TEXT NOT NULL,
      PRIMARY KEY (dataset_id, patient_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO dataset_splits_remade SELECT dataset_id, patient_id, split, origin, assigned_at FROM dataset_splits;
    DROP TABLE dataset_splits;
    ALTER TABLE dataset_splits_remade RENAME TO dataset_splits;

    CREATE INDEX dataset_splits_by_patient ON dataset_splits (patient_id);
    CREATE INDEX version_images_by_patient ON version_images (patient_id);
    CREATE INDEX version_images_by_study ON version_images (study_id);

    CREATE TABLE version_splits (
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
      origin TEXT NOT NULL CHECK (origin IN ('given', 'drawn', 'cut')),
      patients INTEGER NOT NULL CHECK (patients >= 0),
      PRIMARY KEY (version_id, split, origin)
    ) STRICT, WITHOUT ROWID;

    CREATE TRIGGER moved_instances_are_counted AFTER UPDATE OF series_id ON instances WHEN old.series_id <> new.series_id BEGIN
      UPDATE studies SET instance_count = instance_count - 1 WHERE id = (SELECT study_id FROM series WHERE id = old.series_id);
      UPDATE studies SET instance_count = instance_count + 1 WHERE id = (SELECT study_id FROM series WHERE id = new.series_id);
    END;
  `);
}
