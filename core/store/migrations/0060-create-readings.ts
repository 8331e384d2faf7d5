/** Readers, what they say besides labels, who decides when they disagree, and how a data set is read. */
import type { Database } from '../database.ts';

/**
 * Labels stay append-only: one that was taken back keeps its row and gets one in `label_withdrawals`. `reader_key` is what labels
 * carry in `reader`; it never changes, so that a renamed reader keeps every label. Names that are no reader's key are imports.
 */
export function createReadings(database: Database): void {
  database.execute(`
    CREATE TABLE readers (
      id INTEGER PRIMARY KEY,
      reader_key TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL UNIQUE,
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE label_withdrawals (
      label_id INTEGER PRIMARY KEY REFERENCES labels (id),
      reader TEXT NOT NULL,
      withdrawn_at TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER label_withdrawals_are_not_updated BEFORE UPDATE ON label_withdrawals
      BEGIN SELECT RAISE(ABORT, 'withdrawals are append-only'); END;
    CREATE TRIGGER label_withdrawals_are_not_deleted BEFORE DELETE ON label_withdrawals
      BEGIN SELECT RAISE(ABORT, 'withdrawals are append-only'); END;

    CREATE TABLE label_adjudications (
      label_id INTEGER PRIMARY KEY REFERENCES labels (id)
    ) STRICT;

    CREATE TABLE quality_tags (
      id INTEGER PRIMARY KEY,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      level TEXT NOT NULL CHECK (level IN ('instance', 'series', 'study', 'patient')),
      target_id INTEGER NOT NULL,
      tag TEXT NOT NULL CHECK (tag IN ('usable', 'limited', 'excluded')),
      reason TEXT NOT NULL,
      reader TEXT NOT NULL,
      tagged_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX quality_tags_by_target ON quality_tags (dataset_id, level, target_id);

    CREATE TABLE label_comments (
      id INTEGER PRIMARY KEY,
      dataset_id INTEGER NOT NULL REFERENCES datasets (id),
      level TEXT NOT NULL CHECK (level IN ('instance', 'series', 'study', 'patient')),
      target_id INTEGER NOT NULL,
      text TEXT NOT NULL,
      reader TEXT NOT NULL,
      written_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX label_comments_by_target ON label_comments (dataset_id, level, target_id);

    CREATE TABLE dataset_reading (
      dataset_id INTEGER PRIMARY KEY REFERENCES datasets (id),
      unit TEXT NOT NULL CHECK (unit IN ('instance', 'series', 'study')),
      is_blinded INTEGER NOT NULL CHECK (is_blinded IN (0, 1))
    ) STRICT;

    CREATE TABLE reading_preferences (
      name TEXT PRIMARY KEY CHECK (name IN ('reader', 'profile', 'keys')),
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
}
