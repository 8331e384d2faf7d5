/** Jobs, batches with their predictions, and the audit trail. */
import type { Database } from '../database.ts';

/** A batch names the job that made it; predictions name what they are about by UID, because a classified file need not be in the library. */
export function createJobs(database: Database): void {
  database.execute(`
    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('import', 'encode', 'train', 'evaluate', 'classify')),
      state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
      payload TEXT NOT NULL CHECK (json_valid(payload)),
      result TEXT CHECK (json_valid(result)),
      error TEXT CHECK (json_valid(error)),
      done INTEGER NOT NULL DEFAULT 0 CHECK (done >= 0),
      total INTEGER CHECK (total >= 0),
      unit TEXT,
      created_at TEXT NOT NULL,
      started_at TEXT,
      ended_at TEXT
    ) STRICT;
    CREATE INDEX jobs_by_state ON jobs (state);

    CREATE TABLE batches (
      id INTEGER PRIMARY KEY,
      job_id INTEGER REFERENCES jobs (id),
      model_id INTEGER NOT NULL REFERENCES models (id),
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE predictions (
      id INTEGER PRIMARY KEY,
      batch_id INTEGER NOT NULL REFERENCES batches (id),
      level TEXT NOT NULL CHECK (level IN ('image', 'study')),
      study_instance_uid TEXT NOT NULL,
      sop_instance_uid TEXT,
      frame INTEGER CHECK (frame >= 0),
      images INTEGER NOT NULL CHECK (images > 0),
      decision TEXT NOT NULL,
      threshold REAL
    ) STRICT;
    CREATE INDEX predictions_by_batch ON predictions (batch_id);

    CREATE TABLE prediction_probabilities (
      prediction_id INTEGER NOT NULL REFERENCES predictions (id),
      class_position INTEGER NOT NULL CHECK (class_position >= 0),
      probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
      PRIMARY KEY (prediction_id, class_position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE audit_events (
      id INTEGER PRIMARY KEY,
      happened_at TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      details TEXT NOT NULL CHECK (json_valid(details))
    ) STRICT;
    CREATE TRIGGER audit_events_are_not_updated BEFORE UPDATE ON audit_events
      BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
    CREATE TRIGGER audit_events_are_not_deleted BEFORE DELETE ON audit_events
      BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
  `);
}
