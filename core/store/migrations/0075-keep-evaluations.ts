/** What a model said about each image of a split, and the band of its answers that a reader should see. */
import type { Database } from '../database.ts';

/**
 * Logits are kept, not probabilities: a calibration set later changes every probability and no logit. `position` is the
 * image's place in the version that the model's run names; an image that was deleted since is left out when read.
 */
export function keepEvaluations(database: Database): void {
  database.execute(`
    ALTER TABLE models ADD COLUMN refer_low REAL CHECK (refer_low BETWEEN 0 AND 1);
    ALTER TABLE models ADD COLUMN refer_high REAL CHECK (refer_high BETWEEN 0 AND 1);
    ALTER TABLE models ADD COLUMN threshold_split TEXT NOT NULL DEFAULT 'val' CHECK (threshold_split IN ('train', 'val', 'test'));

    CREATE TABLE evaluations (
      id INTEGER PRIMARY KEY,
      model_id INTEGER NOT NULL REFERENCES models (id) ON DELETE CASCADE,
      split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
      created_at TEXT NOT NULL,
      UNIQUE (model_id, split)
    ) STRICT;

    CREATE TABLE evaluation_images (
      evaluation_id INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
      position INTEGER NOT NULL CHECK (position >= 0),
      logits BLOB NOT NULL,
      PRIMARY KEY (evaluation_id, position)
    ) STRICT, WITHOUT ROWID;
  `);
}
