/** Trainings of several networks, each without a fold of the patients, and what they say of the patients that they did not learn from. */
import type { Database } from '../database.ts';

/**
 * An epoch is that of a network: `fold` is the fold that it did not learn from, 0 where there are none, `attempt` which training of it. A network
 * that ended has a row of `run_members`; its weights lie in `member_vectors`, named by `version` and `entries`, until the model is stored.
 *
 * Evaluations, and the cases that a threshold was chosen on, may be those of a cross-validation. SQLite cannot widen a CHECK, so the tables of
 * evaluations are made anew with their rows, and the column of the models is.
 */
export function keepCrossValidations(database: Database): void {
  const children = database.all<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name IN ('evaluation_images', 'evaluation_intervals') ORDER BY name`,
  );
  database.execute(`
    CREATE TABLE run_epochs_remade (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      fold INTEGER NOT NULL DEFAULT 0 CHECK (fold >= 0),
      attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt > 0),
      epoch INTEGER NOT NULL CHECK (epoch > 0),
      train_loss REAL NOT NULL,
      val_loss REAL,
      val_auc REAL,
      val_accuracy REAL,
      learning_rate REAL NOT NULL,
      gradient_norm REAL,
      seconds REAL NOT NULL CHECK (seconds >= 0),
      PRIMARY KEY (run_id, fold, attempt, epoch)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO run_epochs_remade (run_id, epoch, train_loss, val_loss, val_auc, val_accuracy, learning_rate, gradient_norm, seconds)
      SELECT run_id, epoch, train_loss, val_loss, val_auc, val_accuracy, learning_rate, gradient_norm, seconds FROM run_epochs;
    DROP TABLE run_epochs;
    ALTER TABLE run_epochs_remade RENAME TO run_epochs;

    CREATE TABLE run_members (
      run_id INTEGER NOT NULL REFERENCES runs (id),
      fold INTEGER NOT NULL CHECK (fold > 0),
      attempt INTEGER NOT NULL CHECK (attempt > 0),
      seed INTEGER NOT NULL,
      images INTEGER NOT NULL CHECK (images >= 0),
      patients INTEGER NOT NULL CHECK (patients >= 0),
      train_loss REAL NOT NULL,
      guess_loss REAL,
      is_stuck INTEGER NOT NULL DEFAULT 0 CHECK (is_stuck IN (0, 1)),
      is_kept INTEGER NOT NULL DEFAULT 0 CHECK (is_kept IN (0, 1)),
      version INTEGER,
      entries TEXT CHECK (entries IS NULL OR json_valid(entries)),
      PRIMARY KEY (run_id, fold, attempt)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE member_vectors (
      run_id INTEGER NOT NULL,
      fold INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      vector TEXT NOT NULL CHECK (vector IN ('parameters')),
      part INTEGER NOT NULL CHECK (part >= 0),
      bytes BLOB NOT NULL,
      PRIMARY KEY (run_id, fold, attempt, vector, part),
      FOREIGN KEY (run_id, fold, attempt) REFERENCES run_members (run_id, fold, attempt) ON DELETE CASCADE
    ) STRICT;

    ALTER TABLE models ADD COLUMN threshold_part TEXT NOT NULL DEFAULT 'val'
      CHECK (threshold_part IN ('train', 'val', 'test', 'cross-validation'));
    UPDATE models SET threshold_part = threshold_split;
    ALTER TABLE models DROP COLUMN threshold_split;
    ALTER TABLE models RENAME COLUMN threshold_part TO threshold_split;

    CREATE TEMP TABLE kept_evaluations AS SELECT * FROM main.evaluations;
    ${children.map(({ name }) => `CREATE TEMP TABLE kept_${name} AS SELECT * FROM main.${name}; DROP TABLE main.${name};`).join('\n')}
    DROP TABLE main.evaluations;
    CREATE TABLE main.evaluations (
      id INTEGER PRIMARY KEY,
      model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test', 'cross-validation')),
      created_at TEXT NOT NULL,
      UNIQUE (model_id, split)
    ) STRICT;
    INSERT INTO main.evaluations (id, model_id, split, created_at) SELECT id, model_id, split, created_at FROM kept_evaluations;
    DROP TABLE kept_evaluations;
    ${children.map(({ name, sql }) => `${sql}; INSERT INTO main.${name} SELECT * FROM kept_${name}; DROP TABLE kept_${name};`).join('\n')}
  `);
}
