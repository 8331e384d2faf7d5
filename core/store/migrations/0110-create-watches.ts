/** Folders that are watched for new images, and the files that a batch could not use. */
import type { Database } from '../database.ts';

/**
 * `watched_files` knows a file by its content, so that it is classified once wherever it lies, and by a hash of its place, size and
 * time, so that a restart need not read every file again; the path itself is not kept.
 *
 * `batch_failures` keeps the paths: they are how a person finds the file, and what is tried again.
 */
export function createWatches(database: Database): void {
  database.execute(`
    CREATE TABLE watches (
      id INTEGER PRIMARY KEY,
      folder TEXT NOT NULL,
      model TEXT NOT NULL,
      dataset TEXT,
      is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE watched_files (
      watch_id INTEGER NOT NULL REFERENCES watches (id),
      content_hash TEXT NOT NULL,
      place_hash TEXT NOT NULL,
      taken_at TEXT NOT NULL,
      PRIMARY KEY (watch_id, content_hash, place_hash)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE batch_failures (
      id INTEGER PRIMARY KEY,
      batch_id INTEGER NOT NULL REFERENCES batches (id),
      path TEXT NOT NULL,
      member TEXT NOT NULL,
      code TEXT NOT NULL,
      message TEXT NOT NULL,
      action TEXT NOT NULL
    ) STRICT;
    CREATE INDEX batch_failures_by_batch ON batch_failures (batch_id);

    CREATE INDEX predictions_by_study ON predictions (batch_id, study_instance_uid, level);
    ALTER TABLE batches ADD COLUMN watch_id INTEGER REFERENCES watches (id);
  `);
}
