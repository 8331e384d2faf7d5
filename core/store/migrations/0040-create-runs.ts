/** Training runs with their epochs and checkpoints, and the models that come out of them. */
import type { Database } from '../database.ts';

/**
 * A checkpoint and its epoch row are written in one transaction: after a kill the run stands exactly at the end of an epoch.
 * `last` is where a resumed run goes on (parameters and both AdamW moments), `best` the parameters of the best validation AUC.
 */
export function createRuns(database: Database): void {
  database.execute(`
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY,
      model_name TEXT NOT NULL,
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
      lpm_hash TEXT NOT NULL CHECK (length(lpm_hash) = 64),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
      best_epoch INTEGER CHECK (best_epoch > 0),
      best_val_auc REAL,
      seconds REAL NOT NULL DEFAULT 0 CHECK (seconds >= 0),
      peak_mb REAL,
      error TEXT,
      created_at TEXT NOT NULL,
      ended_at TEXT
    ) STRICT;

    CREATE TABLE run_epochs (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      epoch INTEGER NOT NULL CHECK (epoch > 0),
      train_loss REAL NOT NULL,
      val_loss REAL,
      val_auc REAL,
      val_accuracy REAL,
      learning_rate REAL NOT NULL,
      gradient_norm REAL,
      seconds REAL NOT NULL CHECK (seconds >= 0),
      PRIMARY KEY (run_id, epoch)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE checkpoints (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      kind TEXT NOT NULL CHECK (kind IN ('last', 'best')),
      epoch INTEGER NOT NULL CHECK (epoch > 0),
      step INTEGER NOT NULL CHECK (step >= 0),
      parameters BLOB NOT NULL,
      first_moment BLOB,
      second_moment BLOB,
      state TEXT NOT NULL CHECK (json_valid(state)),
      PRIMARY KEY (run_id, kind)
    ) STRICT;

    CREATE TABLE models (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      run_id INTEGER NOT NULL REFERENCES runs (id),
      config TEXT NOT NULL CHECK (json_valid(config)),
      preprocessing TEXT NOT NULL CHECK (json_valid(preprocessing)),
      classes TEXT NOT NULL CHECK (json_valid(classes)),
      threshold REAL,
      temperature REAL NOT NULL CHECK (temperature > 0),
      learnable INTEGER NOT NULL CHECK (learnable >= 0),
      weights_hash TEXT NOT NULL CHECK (length(weights_hash) = 64),
      best_weights BLOB NOT NULL,
      final_weights BLOB NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX models_by_run ON models (run_id);
  `);
}
