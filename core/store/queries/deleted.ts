/**
 * Models and data sets under another name, out of sight, and back again. What is out of sight keeps its row, because results, decisions and
 * frozen versions name it; its name is free for others.
 */
import { invariant } from '../../base/errors.ts';
import { comparedModelsBegin, yieldingJobKinds } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { type JobSubject, jobIsAbout, renameDatasetOfJobs, renameModelOfJobs } from './jobs.ts';
import {
  renameDatasetOfStoppedWatches,
  renameModelOfStoppedWatches,
  renameModelOfWatches,
  startWatchesOfDataset,
  startWatchesOfModel,
  stoppedFoldersOfDataset,
  stoppedFoldersOfModel,
  stopWatchesOfDataset,
  stopWatchesOfModel,
} from './watches.ts';

/** Something that is out of sight. */
export interface DeletedRow {
  readonly id: number;
  /** The name that it had. */
  readonly name: string;
  readonly deletedAt: string;
}

type Table = 'models' | 'datasets';

/** Models that were deleted by themselves, newest first; those of a deleted data set come back with it. */
export function deletedModels(db: ReadDb): DeletedRow[] {
  return db.all(
    `SELECT m.id, m.deleted_name AS name, m.deleted_at AS deletedAt FROM models m JOIN runs r ON r.id = m.run_id
     JOIN dataset_versions v ON v.id = r.version_id JOIN datasets d ON d.id = v.dataset_id
     WHERE m.deleted_at IS NOT NULL AND d.deleted_at IS NULL ORDER BY m.deleted_at DESC, m.id DESC`,
  );
}

/** Data sets that were deleted, newest first. */
export function deletedDatasets(db: ReadDb): DeletedRow[] {
  return db.all(
    `SELECT id, deleted_name AS name, deleted_at AS deletedAt FROM datasets WHERE deleted_at IS NOT NULL
     ORDER BY deleted_at DESC, id DESC`,
  );
}

/** What hangs on a model besides itself. */
export function modelDependants(
  db: ReadDb,
  { id, name }: { readonly id: number; readonly name: string },
): { readonly evaluations: number; readonly batches: number; readonly watches: number } {
  return (
    db.get(
      `SELECT (SELECT count(*) FROM evaluations WHERE model_id = :id) AS evaluations,
         (SELECT count(*) FROM batches WHERE model_id = :id) AS batches,
         (SELECT count(*) FROM watches WHERE model = :name AND is_active = 1) AS watches`,
      { id, name },
    ) ?? { evaluations: 0, batches: 0, watches: 0 }
  );
}

/** What is in a data set and goes out of sight with it. Labels are those that were not taken back. */
export function datasetDependants(
  db: ReadDb,
  datasetId: number,
): { readonly labels: number; readonly comments: number; readonly models: readonly string[] } {
  const counts = db.get<{ labels: number; comments: number }>(
    `SELECT (SELECT count(*) FROM labels l JOIN label_schemas s ON s.id = l.schema_id
         WHERE s.dataset_id = :datasetId AND l.id NOT IN (SELECT label_id FROM label_withdrawals)) AS labels,
       (SELECT count(*) FROM label_comments WHERE dataset_id = :datasetId) AS comments`,
    { datasetId },
  );
  const models = db.all<{ name: string }>(
    `SELECT m.name FROM models m JOIN runs r ON r.id = m.run_id JOIN dataset_versions v ON v.id = r.version_id
     WHERE v.dataset_id = :datasetId AND m.deleted_at IS NULL ORDER BY m.id`,
    { datasetId },
  );
  return { labels: counts?.labels ?? 0, comments: counts?.comments ?? 0, models: models.map(({ name }) => name) };
}

/** Jobs that run, or wait, and name the model or the data set in what they are asked; none of those that give way. */
export function jobsAbout(
  db: ReadDb,
  { kind, name }: JobSubject,
  states: readonly ('queued' | 'running')[] = ['queued', 'running'],
): number {
  const row = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM jobs WHERE state IN (SELECT value FROM json_each(:states)) AND ${jobIsAbout}
       AND jobs.kind NOT IN (SELECT value FROM json_each(:yielding))`,
    { kind, name, states: JSON.stringify(states), yielding: JSON.stringify(yieldingJobKinds) },
  );
  return row?.n ?? 0;
}

/** Comparisons of methods that run, or wait, whose own the model is: they find it by its name when all are trained, hours later. */
export function comparisonsAbout(
  db: ReadDb,
  model: string,
  states: readonly ('queued' | 'running')[] = ['queued', 'running'],
): number {
  const rows = db.all<{ id: number }>(
    `SELECT DISTINCT c.id FROM models m JOIN runs r ON r.id = m.run_id JOIN comparisons c ON c.version_id = r.version_id
       JOIN dataset_versions v ON v.id = c.version_id JOIN datasets d ON d.id = v.dataset_id
       JOIN jobs j ON j.kind = 'compare' AND json_extract(j.payload, '$.dataset') = d.name
     WHERE m.name = :model AND c.report IS NULL AND j.state IN (SELECT value FROM json_each(:states))`,
    { model, states: JSON.stringify(states) },
  );
  return rows.filter(({ id }) => model.startsWith(comparedModelsBegin(id))).length;
}

/** Gives a model another name; its run, the training in the list, jobs that have not come to their end, and folders watched with it, follow. */
export function renameModelRow(db: WriteDb, { id, from, to }: { id: number; from: string; to: string }): void {
  db.run('UPDATE models SET name = :to WHERE id = :id', { id, to });
  db.run('UPDATE runs SET model_name = :to WHERE id = (SELECT run_id FROM models WHERE id = :id)', { id, to });
  db.run(
    `UPDATE jobs SET payload = json_set(payload, '$.name', :to)
     WHERE kind = 'train' AND run_id = (SELECT run_id FROM models WHERE id = :id)`,
    { id, to },
  );
  renameModelOfJobs(db, from, to);
  renameModelOfWatches(db, from, to);
}

/** Takes a model out of sight; folders watched with it are watched no more, until it is back. */
export function hideModel(
  db: WriteDb,
  { id, name }: { readonly id: number; readonly name: string },
  now: string,
): void {
  stopWatchesOfModel(db, { id, name });
  hide(db, 'models', id, name, now);
}

/** Takes a data set out of sight, and the models that were trained on it; folders whose studies join it are watched no more, until it is back. */
export function hideDataset(
  db: WriteDb,
  { id, name }: { readonly id: number; readonly name: string },
  now: string,
): void {
  const models = db.all<{ id: number; name: string }>(
    `SELECT m.id, m.name FROM models m JOIN runs r ON r.id = m.run_id JOIN dataset_versions v ON v.id = r.version_id
     WHERE v.dataset_id = :id AND m.deleted_at IS NULL`,
    { id },
  );
  for (const model of models) hideModel(db, model, now);
  stopWatchesOfDataset(db, { id, name });
  hide(db, 'datasets', id, name, now);
}

function hide(db: WriteDb, table: Table, id: number, name: string, now: string): void {
  const base = `${name} (deleted ${now.slice(0, 10)})`;
  let hidden = base;
  for (let n = 2; isNameTaken(db, table, hidden); n++) hidden = `${base} ${n}`;
  db.run(`UPDATE ${table} SET deleted_at = :now, deleted_name = :name, name = :hidden WHERE id = :id`, {
    id,
    name,
    hidden,
    now,
  });
}

/** Whether something has this name, out of sight or not. */
export function isNameTaken(db: ReadDb, table: Table, name: string): boolean {
  return db.get(`SELECT 1 AS found FROM ${table} WHERE name = :name`, { name }) !== undefined;
}

/** Folders of what is back. */
export interface WatchesBack {
  /** How many are watched again. */
  readonly watches: number;
  /** Those that stay stopped. */
  readonly stopped: readonly string[];
}

/** Brings a model back, under `name`. */
export function showModel(db: WriteDb, id: number, name: string): WatchesBack {
  const { from, at } = was(db, 'models', id);
  if (from !== name) renameModelOfJobs(db, from, name, at);
  db.run('UPDATE models SET deleted_at = NULL, deleted_name = NULL, name = :name WHERE id = :id', { id, name });
  const watches = startWatchesOfModel(db, { id, name });
  renameModelOfStoppedWatches(db, { from, name });
  return { watches, stopped: stoppedFoldersOfModel(db, name) };
}

/** What something that is out of sight was called, and when it went. */
function was(db: ReadDb, table: Table, id: number): { readonly from: string; readonly at: string } {
  const row = db.get<{ from: string; at: string }>(
    `SELECT deleted_name AS "from", deleted_at AS at FROM ${table} WHERE id = :id AND deleted_at IS NOT NULL`,
    { id },
  );
  invariant(row !== undefined, `${table} ${id} is not out of sight`);
  return row;
}

/** What came back with a data set. */
export interface DatasetBack extends WatchesBack {
  /** Models that went when it did and stay away, because others have their names. */
  readonly modelsLeft: readonly string[];
}

/** Brings a data set back under `name`, with the models that went when it did and whose names are free still. */
export function showDataset(db: WriteDb, id: number, name: string): DatasetBack {
  const models = db.all<{ id: number; name: string }>(
    `SELECT m.id, m.deleted_name AS name FROM models m JOIN runs r ON r.id = m.run_id
     JOIN dataset_versions v ON v.id = r.version_id JOIN datasets d ON d.id = v.dataset_id
     WHERE d.id = :id AND m.deleted_at = d.deleted_at`,
    { id },
  );
  const { from, at } = was(db, 'datasets', id);
  if (from !== name) renameDatasetOfJobs(db, from, name, at);
  db.run('UPDATE datasets SET deleted_at = NULL, deleted_name = NULL, name = :name WHERE id = :id', { id, name });
  const left = models.filter((model) => isNameTaken(db, 'models', model.name));
  const ofDataset = startWatchesOfDataset(db, { id, name });
  const back = models.filter((model) => !left.includes(model)).map((model) => showModel(db, model.id, model.name));
  renameDatasetOfStoppedWatches(db, { from, name });
  // Asked last: some may have waited for one of the models, too.
  const stopped = [...stoppedFoldersOfDataset(db, name), ...back.flatMap((model) => model.stopped)];
  return {
    modelsLeft: left.map((model) => model.name),
    watches: back.reduce((sum, model) => sum + model.watches, ofDataset),
    stopped: [...new Set(stopped)],
  };
}
