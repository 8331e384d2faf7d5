/** What was seen of an image's samples, and the ranges that a data set's version is drawn by. */
import type { Database } from '../database.ts';

/**
 * `instance_samples` has a row for every instance whose pixels were looked into since. `kind` is null where the format itself says what is
 * black and white; else `low` and `high` are the values that the samples have, or that the file states. `dark` and `bright` are what one in
 * a thousand samples lies below and above. An instance without a row was imported earlier, and what is kept of it may have been read
 * otherwise. A version without `ranges` was frozen earlier.
 */
export function noteSamples(database: Database): void {
  database.execute(`
    CREATE TABLE instance_samples (
      instance_id INTEGER PRIMARY KEY REFERENCES instances (id),
      content_hash TEXT NOT NULL,
      kind TEXT CHECK (kind IN ('uint16', 'uint32', 'signed', 'float')),
      low REAL NOT NULL,
      high REAL NOT NULL,
      dark REAL NOT NULL,
      bright REAL NOT NULL
    ) STRICT;

    ALTER TABLE dataset_versions ADD COLUMN ranges TEXT CHECK (ranges IS NULL OR json_valid(ranges));
  `);
}
