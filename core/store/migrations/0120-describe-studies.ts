/** What a list of studies shows and is searched by: names, dates, descriptions, how many series and images; the order of classes. */
import type { Database } from '../database.ts';

/**
 * Columns are DICOM attributes by their keywords. Those that may tell who somebody is (patient, dates, free text) stand here and
 * nowhere else of the library, and a pseudonymised import leaves them null. `search_name` is the name in lower case without accents.
 *
 * `is_described` of an instance: its header was read for these columns. Rows of an earlier version are 0 until the files are imported
 * again. Counts and modalities of a study are kept by triggers, so that a list of a hundred thousand studies need not count images.
 */
export function describeStudies(database: Database): void {
  database.execute(`
    ALTER TABLE patients ADD COLUMN patient_name TEXT;
    ALTER TABLE patients ADD COLUMN search_name TEXT;
    ALTER TABLE patients ADD COLUMN patient_sex TEXT;
    ALTER TABLE patients ADD COLUMN patient_birth_date TEXT;

    ALTER TABLE studies ADD COLUMN study_date TEXT;
    ALTER TABLE studies ADD COLUMN study_time TEXT;
    ALTER TABLE studies ADD COLUMN study_description TEXT;
    ALTER TABLE studies ADD COLUMN accession_number TEXT;
    ALTER TABLE studies ADD COLUMN modalities TEXT NOT NULL DEFAULT '';
    ALTER TABLE studies ADD COLUMN body_part_examined TEXT;
    ALTER TABLE studies ADD COLUMN series_count INTEGER NOT NULL DEFAULT 0 CHECK (series_count >= 0);
    ALTER TABLE studies ADD COLUMN instance_count INTEGER NOT NULL DEFAULT 0 CHECK (instance_count >= 0);

    ALTER TABLE series ADD COLUMN series_description TEXT;
    ALTER TABLE series ADD COLUMN series_number INTEGER;
    ALTER TABLE series ADD COLUMN body_part_examined TEXT;

    ALTER TABLE instances ADD COLUMN instance_number INTEGER;
    ALTER TABLE instances ADD COLUMN is_described INTEGER NOT NULL DEFAULT 0 CHECK (is_described IN (0, 1));

    ALTER TABLE label_classes ADD COLUMN position INTEGER CHECK (position >= 0);

    UPDATE studies SET
      modalities = coalesce((SELECT group_concat(modality, '/') FROM
        (SELECT DISTINCT modality FROM series WHERE study_id = studies.id AND modality IS NOT NULL ORDER BY modality)), ''),
      series_count = (SELECT count(*) FROM series WHERE study_id = studies.id),
      instance_count = (SELECT count(*) FROM instances i JOIN series s ON s.id = i.series_id WHERE s.study_id = studies.id);

    CREATE INDEX studies_by_date ON studies (study_date, study_time, id);
    CREATE INDEX patients_by_name ON patients (search_name);

    CREATE TRIGGER series_are_counted AFTER INSERT ON series BEGIN
      UPDATE studies SET series_count = series_count + 1, modalities = coalesce((SELECT group_concat(modality, '/') FROM
        (SELECT DISTINCT modality FROM series WHERE study_id = new.study_id AND modality IS NOT NULL ORDER BY modality)), '')
      WHERE id = new.study_id;
    END;
    CREATE TRIGGER series_are_uncounted AFTER DELETE ON series BEGIN
      UPDATE studies SET series_count = series_count - 1, modalities = coalesce((SELECT group_concat(modality, '/') FROM
        (SELECT DISTINCT modality FROM series WHERE study_id = old.study_id AND modality IS NOT NULL ORDER BY modality)), '')
      WHERE id = old.study_id;
    END;
    CREATE TRIGGER instances_are_counted AFTER INSERT ON instances BEGIN
      UPDATE studies SET instance_count = instance_count + 1
      WHERE id = (SELECT study_id FROM series WHERE id = new.series_id);
    END;
    CREATE TRIGGER instances_are_uncounted AFTER DELETE ON instances BEGIN
      UPDATE studies SET instance_count = instance_count - 1
      WHERE id = (SELECT study_id FROM series WHERE id = old.series_id);
    END;
  `);
}
