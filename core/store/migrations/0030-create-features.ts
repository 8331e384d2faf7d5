/** LPMs, and the index of everything computed once and kept in shard files. */
import type { Database } from '../database.ts';

/**
 * A record store is one folder of shards (features of one LPM and preprocessing, or resized images of one size).
 * A row of `records` is written only after its bytes are on the disk, so a row without bytes is a sign of damage, never normal.
 */
export function createFeatures(database: Database): void {
  database.execute(`
    CREATE TABLE lpms (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
      family TEXT NOT NULL,
      config TEXT NOT NULL CHECK (json_valid(config)),
      folder TEXT NOT NULL,
      size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
      added_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE record_stores (
      id INTEGER PRIMARY KEY,
      folder TEXT NOT NULL UNIQUE,
      lpm_hash TEXT,
      preprocessing TEXT NOT NULL CHECK (json_valid(preprocessing)),
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE records (
      store_id INTEGER NOT NULL REFERENCES record_stores (id),
      instance_id INTEGER NOT NULL REFERENCES instances (id),
      frame INTEGER NOT NULL CHECK (frame >= 0),
      kind TEXT NOT NULL,
      shard INTEGER NOT NULL CHECK (shard >= 0),
      offset INTEGER NOT NULL CHECK (offset >= 0),
      length INTEGER NOT NULL CHECK (length >= 0),
      checksum INTEGER NOT NULL,
      PRIMARY KEY (store_id, instance_id, frame, kind)
    ) STRICT, WITHOUT ROWID;
  `);
}
