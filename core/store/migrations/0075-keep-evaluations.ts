/** What a model said about each image of a split, the band of its answers that a reader should see, and jobs about evidence. */
import type { Database } from '../database.ts';

/**
 * Logits are kept, not probabilities: a calibration set later changes every probability and no logit. `position` is the
 * image's place in the version that the model's run names; an image that was deleted since is left out when read.
 * The table of jobs is made anew from its own text, because SQLite cannot widen a CHECK: `defer_foreign_keys` lets the
 * batches point at nothing until the rows are back.
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
  widenJobKinds(database);
}

function widenJobKinds(database: Database): void {
  const parts = database.all<{ type: string; sql: string }>(
    `SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'jobs' AND sql IS NOT NULL`,
  );
  const table = parts.find(({ type }) => type === 'table')?.sql ?? '';
  const wider = table.replace(/kind IN \(([^)]*)\)/, (found, kinds: string) =>
    kinds.includes(`'evidence'`) ? found : `kind IN (${kinds}, 'evidence')`,
  );
  if (wider === table) return;
  database.execute(`
    PRAGMA defer_foreign_keys = ON;
    CREATE TEMP TABLE kept_jobs AS SELECT * FROM main.jobs;
    DROP TABLE main.jobs;
    ${wider};
    INSERT INTO main.jobs SELECT * FROM kept_jobs;
    DROP TABLE kept_jobs;
    ${parts
      .filter(({ type }) => type !== 'table')
      .map(({ sql }) => `${sql};`)
      .join('\n')}
  `);
}
