/** Searches among recipes: what was planned, each training that ended, and what won. */
import { z } from 'zod';
import { invariant } from '../../base/errors.ts';
import {
  type RecipeSearch,
  type RunRecord,
  type SearchPlan,
  searchPlanSchema,
  type Trial,
  trialSchema,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';
import { runById } from './runs.ts';

interface SearchRow {
  readonly id: number;
  readonly key: string;
  readonly version_id: number;
  readonly plan: string;
  readonly trials: string;
  readonly winner: number | null;
}

/** A search with its row number, what it is known by, and whose version it is of. */
export interface StoredSearch extends RecipeSearch {
  readonly id: number;
  readonly key: string;
  readonly versionId: number;
}

const columns = 'SELECT id, key, version_id, plan, trials, winner FROM recipe_searches';

function toSearch({ id, key, version_id: versionId, plan, trials, winner }: SearchRow): StoredSearch {
  const what = (part: string): string => `the ${part} of recipe search ${id}`;
  return {
    id,
    key,
    versionId,
    plan: readJson(searchPlanSchema, plan, what('plan')),
    trials: readJson(z.array(trialSchema), trials, what('trials')),
    winner,
  };
}

/** The search of this key, or undefined. @throws DB_DAMAGED */
export function searchByKey(db: ReadDb, key: string): StoredSearch | undefined {
  const row = db.get<SearchRow>(`${columns} WHERE key = :key`, { key });
  return row === undefined ? undefined : toSearch(row);
}

/** The searches on versions of a data set, the newest first. @throws DB_DAMAGED */
export function searchesOfDataset(db: ReadDb, datasetId: number): StoredSearch[] {
  return db
    .all<SearchRow>(
      `${columns} WHERE version_id IN (SELECT id FROM dataset_versions WHERE dataset_id = :datasetId) ORDER BY id DESC`,
      { datasetId },
    )
    .map(toSearch);
}

/** The search of this key, begun where there is none: what the same command, given again after a stop, goes on with. */
export function beginSearch(
  db: WriteDb,
  key: string,
  { versionId, plan, now }: { readonly versionId: number; readonly plan: SearchPlan; readonly now: string },
): StoredSearch {
  db.run(
    `INSERT INTO recipe_searches (key, version_id, plan, created_at) VALUES (:key, :versionId, :plan, :now)
     ON CONFLICT (key) DO NOTHING`,
    { key, versionId, plan: JSON.stringify(plan), now },
  );
  const search = searchByKey(db, key);
  invariant(search !== undefined, 'a search that was begun can be read');
  return search;
}

/** Keeps a training that ended. */
export function addTrial(db: WriteDb, searchId: number, trial: Trial): void {
  db.run(`UPDATE recipe_searches SET trials = json_insert(trials, '$[#]', json(:trial)) WHERE id = :searchId`, {
    searchId,
    trial: JSON.stringify(trial),
  });
}

/** Keeps what won. */
export function endSearch(db: WriteDb, searchId: number, winner: number): void {
  db.run('UPDATE recipe_searches SET winner = :winner WHERE id = :searchId', { searchId, winner });
}

/** Notes the search that a run's recipe came from; a run that is trained again keeps it, and a search may have several. */
export function setRunOfSearch(db: WriteDb, searchId: number, runId: number): void {
  db.run('UPDATE runs SET search_id = :searchId WHERE id = :runId', { searchId, runId });
}

/** The search that a run's recipe came from, or undefined. @throws DB_DAMAGED */
export function searchOfRun(db: ReadDb, runId: number): StoredSearch | undefined {
  const row = db.get<SearchRow>(`${columns} WHERE id = (SELECT search_id FROM runs WHERE id = :runId)`, { runId });
  return row === undefined ? undefined : toSearch(row);
}

/** The runs whose recipe came from a search. */
export function runsOfSearch(db: ReadDb, searchId: number): RunRecord[] {
  return db
    .all<{ id: number }>('SELECT id FROM runs WHERE search_id = :searchId', { searchId })
    .flatMap(({ id }) => runById(db, id) ?? []);
}
