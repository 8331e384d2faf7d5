/** Patients, studies, series, instances, and the files in which instances were found. */
import type { Database } from '../database.ts';

/**
 * An instance may be found in several files (copied, moved, on a CD and on the server): `files` keeps each place, and reading
 * tries them in turn. `member` is the name inside a ZIP archive, '' for a plain file. `content_hash` is over the file's bytes.
 */
export function createStudies(database: Database): void {
  database.execute(`
    CREATE TABLE patients (
      id INTEGER PRIMARY KEY,
      patient_key TEXT NOT NULL UNIQUE,
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE studies (
      id INTEGER PRIMARY KEY,
      patient_id INTEGER NOT NULL REFERENCES patients (id),
      study_instance_uid TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE INDEX studies_by_patient ON studies (patient_id);

    CREATE TABLE series (
      id INTEGER PRIMARY KEY,
      study_id INTEGER NOT NULL REFERENCES studies (id),
      series_instance_uid TEXT NOT NULL,
      modality TEXT,
      UNIQUE (study_id, series_instance_uid)
    ) STRICT;
    CREATE INDEX series_by_uid ON series (series_instance_uid);

    CREATE TABLE instances (
      id INTEGER PRIMARY KEY,
      series_id INTEGER NOT NULL REFERENCES series (id),
      kind TEXT NOT NULL CHECK (kind IN ('dicom', 'picture')),
      sop_instance_uid TEXT NOT NULL UNIQUE,
      sop_class_uid TEXT,
      transfer_syntax_uid TEXT,
      pixel_rows INTEGER CHECK (pixel_rows > 0),
      pixel_columns INTEGER CHECK (pixel_columns > 0),
      number_of_frames INTEGER NOT NULL CHECK (number_of_frames > 0),
      content_hash TEXT NOT NULL,
      size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX instances_by_series ON instances (series_id);
    CREATE INDEX instances_by_hash ON instances (content_hash);

    CREATE TABLE files (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL,
      member TEXT NOT NULL,
      size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
      modified_ms INTEGER NOT NULL,
      content_hash TEXT NOT NULL,
      instance_id INTEGER NOT NULL REFERENCES instances (id),
      UNIQUE (path, member)
    ) STRICT;
    CREATE INDEX files_by_instance ON files (instance_id);
  `);
}
