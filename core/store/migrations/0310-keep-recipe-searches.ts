/** Searches among recipes: what was tried and what it gave. */
import type { Database } from '../database.ts';

/**
 * `key` is a hash of all that a search follows from, so that the same command goes on with it. `plan` and `trials` are JSON: the latter grows
 * with every training that ended. `run_id` names the run that was trained with the recipe that won.
 */
export function keepRecipeSearches(database: Database): void {
  database.execute(`
    CREATE TABLE recipe_searches (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      version_id INTEGER NOT NULL REFERENCES dataset_versions (id) ON DELETE CASCADE,
      plan TEXT NOT NULL CHECK (json_valid(plan)),
      trials TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(trials)),
      winner INTEGER,
      run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX recipe_searches_by_version ON recipe_searches (version_id);
    CREATE INDEX recipe_searches_by_run ON recipe_searches (run_id);
  `);
}
