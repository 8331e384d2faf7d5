/** Several models may come of one search: each run names its search, instead of the search one run. */
import type { Database } from '../database.ts';

/** Of a search with several models only the newest was known; the others name none until they are trained again. */
export function letSearchesHaveSeveralModels(database: Database): void {
  database.execute(`
    ALTER TABLE runs ADD COLUMN search_id INTEGER REFERENCES recipe_searches (id) ON DELETE SET NULL;
    UPDATE runs SET search_id = (SELECT max(id) FROM recipe_searches WHERE run_id = runs.id);
    CREATE INDEX runs_by_search ON runs (search_id);
    DROP INDEX recipe_searches_by_run;
    ALTER TABLE recipe_searches DROP COLUMN run_id;
  `);
}
