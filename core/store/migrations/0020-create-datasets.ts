/** Data sets, label schemas, labels, splits, and frozen versions of all of them. */
import type { Database } from '../database.ts';

/**
 * Labels are append-only: the newest row of a target counts, older ones stay as history, and triggers forbid any change.
 * A version is a snapshot: later labels or imports do not touch it, so that a run can name what it was trained on.
 */
export function createDatasets(database: Database): void {
  database.execute(`
    CREATE TABLE datasets (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      frame_rule TEXT NOT NULL CHECK (frame_rule IN ('middle', 'first', 'all')),
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE dataset_instances (
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      instance_id INTEGER NOT NULL REFERENCES instances (id),
      added_at TEXT NOT NULL,
      PRIMARY KEY (dataset_id, instance_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dataset_instances_by_instance ON dataset_instances (instance_id);

    CREATE TABLE label_schemas (
      id INTEGER PRIMARY KEY,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      name TEXT NOT NULL,
      created_at TEXT NOT NULL,
      UNIQUE (dataset_id, name)
    ) STRICT;

    CREATE TABLE label_classes (
      id INTEGER PRIMARY KEY,
      schema_id INTEGER NOT NULL REFERENCES label_schemas (id),
      name TEXT NOT NULL,
      UNIQUE (schema_id, name)
    ) STRICT;

    CREATE TABLE labels (
      id INTEGER PRIMARY KEY,
      class_id INTEGER NOT NULL REFERENCES label_classes (id),
      schema_id INTEGER NOT NULL REFERENCES label_schemas (id),
      level TEXT NOT NULL CHECK (level IN ('instance', 'series', 'study', 'patient')),
      target_id INTEGER NOT NULL,
      reader TEXT NOT NULL,
      labelled_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX labels_by_target ON labels (schema_id, level, target_id);
    CREATE TRIGGER labels_are_not_updated BEFORE UPDATE ON labels
      BEGIN SELECT RAISE(ABORT, 'labels are append-only'); END;
    CREATE TRIGGER labels_are_not_deleted BEFORE DELETE ON labels
      BEGIN SELECT RAISE(ABORT, 'labels are append-only'); END;

    CREATE TABLE dataset_splits (
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      patient_id INTEGER NOT NULL REFERENCES patients (id),
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
      origin TEXT NOT NULL CHECK (origin IN ('given', 'drawn')),
      assigned_at TEXT NOT NULL,
      PRIMARY KEY (dataset_id, patient_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dataset_versions (
      id INTEGER PRIMARY KEY,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      number INTEGER NOT NULL CHECK (number > 0),
      content_hash TEXT NOT NULL,
      seed INTEGER NOT NULL,
      created_at TEXT NOT NULL,
      UNIQUE (dataset_id, number),
      UNIQUE (dataset_id, content_hash)
    ) STRICT;

    CREATE TABLE version_classes (
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      name TEXT NOT NULL,
      PRIMARY KEY (version_id, position),
      UNIQUE (version_id, name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE version_images (
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      instance_id INTEGER NOT NULL REFERENCES instances (id),
      frame INTEGER NOT NULL CHECK (frame >= 0),
      patient_id INTEGER NOT NULL REFERENCES patients (id),
      study_id INTEGER NOT NULL REFERENCES studies (id),
      class_position INTEGER NOT NULL,
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
      PRIMARY KEY (version_id, position),
      FOREIGN KEY (version_id, class_position) REFERENCES version_classes (version_id, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE version_statistics (
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
      input_size INTEGER NOT NULL CHECK (input_size > 0),
      channel INTEGER NOT NULL CHECK (channel BETWEEN 0 AND 2),
      mean REAL NOT NULL,
      std REAL NOT NULL,
      PRIMARY KEY (version_id, input_size, channel)
    ) STRICT, WITHOUT ROWID;
  `);
}
