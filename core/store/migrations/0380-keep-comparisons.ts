/** Comparisons of fine-tuning methods: what was measured and decided before, and the table at the end. */
import type { Database } from '../database.ts';

/**
 * `key` is a hash of all that a comparison follows from, so that the same command goes on with it. `plan`, `failures` and `report` are JSON: the
 * first is null until everything is measured, the last until all trainings have ended. They hold counts and figures, and name no image or patient.
 * The trainings are ordinary runs, whose models are called after `id`.
 */
export function keepComparisons(database: Database): void {
  database.execute(`
    CREATE TABLE comparisons (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id) ON DELETE CASCADE,
      plan TEXT CHECK (json_valid(plan)),
      failures TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(failures)),
      report TEXT CHECK (json_valid(report)),
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX comparisons_by_version ON comparisons (version_id);
  `);
}
