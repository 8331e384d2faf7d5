/** Watched folders, and which files were taken from them. */
import type { ReadDb, WriteDb } from '../database.ts';

export interface WatchRow {
  readonly id: number;
  readonly folder: string;
  readonly model: string;
  /** The data set that new studies join; null when they are classified only. */
  readonly dataset: string | null;
  readonly isActive: boolean;
  readonly createdAt: string;
  /** Files taken so far, and when the last was. */
  readonly taken: number;
  readonly lastAt: string | null;
}

/** Why a file that a folder handed over is taken again by itself: it was gone when its turn came, or its drive was away. */
export const awayCodes: readonly string[] = ['FILE_NOT_FOUND', 'DRIVE_AWAY'];
const isAway = `code IN ('${awayCodes.join("', '")}')`;

const columns = `
  SELECT w.id, w.folder, w.model, w.dataset, w.is_active AS isActive, w.created_at AS createdAt,
    (SELECT COUNT(DISTINCT content_hash) FROM watched_files f WHERE f.watch_id = w.id) AS taken,
    (SELECT MAX(taken_at) FROM watched_files f WHERE f.watch_id = w.id) AS lastAt
  FROM watches w`;

/** Every watched folder, oldest first. */
export function listWatches(db: ReadDb): WatchRow[] {
  return db
    .all<Omit<WatchRow, 'isActive'> & { isActive: number }>(`${columns} ORDER BY w.id`)
    .map((row) => ({ ...row, isActive: row.isActive === 1 }));
}

export function addWatch(
  db: WriteDb,
  watch: { readonly folder: string; readonly model: string; readonly dataset: string | null },
  now: string,
): number {
  return db.run(
    'INSERT INTO watches (folder, model, dataset, is_active, created_at) VALUES (:folder, :model, :dataset, 1, :now)',
    { ...watch, now },
  ).id;
}

/** Folders whose new studies join a data set follow it to its new name; not those that wait for one that had this name before. */
export function renameDatasetOfWatches(db: WriteDb, from: string, to: string): void {
  db.run('UPDATE watches SET dataset = :to WHERE dataset = :from AND waits_for_dataset IS NULL', { from, to });
}

/** As `renameDatasetOfWatches`, of a model. */
export function renameModelOfWatches(db: WriteDb, from: string, to: string): void {
  db.run('UPDATE watches SET model = :to WHERE model = :from AND waits_for_model IS NULL', { from, to });
}

/** Starts or stops watching a folder, as its user says: it waits for nothing that was deleted any more. */
export function setWatchActive(db: WriteDb, id: number, isActive: boolean): void {
  db.run('UPDATE watches SET is_active = :isActive, waits_for_model = NULL, waits_for_dataset = NULL WHERE id = :id', {
    id,
    isActive: isActive ? 1 : 0,
  });
}

/** What folders are watched with or for, and goes out of sight or comes back. */
interface WatchedFor {
  readonly id: number;
  readonly name: string;
}

/** Stops folders that are watched with a model. Those go on with `startWatchesOfModel`, and no others. */
export function stopWatchesOfModel(db: WriteDb, { id, name }: WatchedFor): void {
  db.run(
    `UPDATE watches SET is_active = 0, waits_for_model = :id
     WHERE model = :name AND waits_for_model IS NULL AND (is_active = 1 OR waits_for_dataset IS NOT NULL)`,
    { id, name },
  );
}

/** As `stopWatchesOfModel`, of the data set that new studies join. */
export function stopWatchesOfDataset(db: WriteDb, { id, name }: WatchedFor): void {
  db.run(
    `UPDATE watches SET is_active = 0, waits_for_dataset = :id
     WHERE dataset = :name AND waits_for_dataset IS NULL AND (is_active = 1 OR waits_for_model IS NOT NULL)`,
    { id, name },
  );
}

/** Has folders watched again that wait for a model, which is called `name` now, and for nothing else. Gives how many. */
export function startWatchesOfModel(db: WriteDb, { id, name }: WatchedFor): number {
  const started = db.run('UPDATE watches SET is_active = 1 WHERE waits_for_model = :id AND waits_for_dataset IS NULL', {
    id,
  });
  db.run('UPDATE watches SET model = :name, waits_for_model = NULL WHERE waits_for_model = :id', { id, name });
  return started.changes;
}

/** As `startWatchesOfModel`, of a data set. */
export function startWatchesOfDataset(db: WriteDb, { id, name }: WatchedFor): number {
  const started = db.run('UPDATE watches SET is_active = 1 WHERE waits_for_dataset = :id AND waits_for_model IS NULL', {
    id,
  });
  db.run('UPDATE watches SET dataset = :name, waits_for_dataset = NULL WHERE waits_for_dataset = :id', { id, name });
  return started.changes;
}

/** What was called `from` when it went out of sight, and is called `name` now that it is back. */
interface WatchedForAgain {
  readonly from: string;
  readonly name: string;
}

/**
 * Folders that were watched with a model that is back, and stay stopped, follow it to its new name: where no other model has or had the former one, and
 * where the folder is not watched with the new one already.
 */
export function renameModelOfStoppedWatches(db: WriteDb, { from, name }: WatchedForAgain): void {
  db.run(
    `UPDATE watches SET model = :name WHERE model = :from AND ${isStopped}
       AND NOT EXISTS (SELECT 1 FROM models WHERE name = :from OR deleted_name = :from)
       AND NOT EXISTS (SELECT 1 FROM watches other WHERE other.folder = watches.folder AND other.model = :name)`,
    { from, name },
  );
}

/** As `renameModelOfStoppedWatches`, of a data set. */
export function renameDatasetOfStoppedWatches(db: WriteDb, { from, name }: WatchedForAgain): void {
  db.run(
    `UPDATE watches SET dataset = :name WHERE dataset = :from AND ${isStopped}
       AND NOT EXISTS (SELECT 1 FROM datasets WHERE name = :from OR deleted_name = :from)`,
    { from, name },
  );
}

/**
 * Folders that are watched with a model and are stopped: by their user, or by a deletion of an earlier version, which left nothing to tell them by. Only
 * those that can be started: what else they are watched for is not deleted.
 */
export function stoppedFoldersOfModel(db: ReadDb, name: string): readonly string[] {
  return stoppedFolders(db, 'model', name);
}

/** As `stoppedFoldersOfModel`, of a data set. */
export function stoppedFoldersOfDataset(db: ReadDb, name: string): readonly string[] {
  return stoppedFolders(db, 'dataset', name);
}

function stoppedFolders(db: ReadDb, of: 'model' | 'dataset', name: string): readonly string[] {
  // A data set that never was is made when the first study arrives.
  const rows = db.all<{ folder: string }>(
    `SELECT folder FROM watches WHERE ${of} = :name AND ${isStopped}
       AND EXISTS (SELECT 1 FROM models WHERE name = watches.model)
       AND (EXISTS (SELECT 1 FROM datasets WHERE name = watches.dataset)
         OR NOT EXISTS (SELECT 1 FROM datasets WHERE deleted_name = watches.dataset))
     ORDER BY id`,
    { name },
  );
  return rows.map(({ folder }) => folder);
}

/** Not watched, and not to be watched by itself once something is back. */
const isStopped = 'is_active = 0 AND waits_for_model IS NULL AND waits_for_dataset IS NULL';

/** The folder that a job classifies files of; null of other jobs, and where it is watched no more. */
export function watchOfJob(db: ReadDb, jobId: number): number | null {
  const row = db.get<{ id: number }>(
    `SELECT w.id FROM jobs j JOIN watches w ON w.id = json_extract(j.payload, '$.watchId') WHERE j.id = :jobId`,
    { jobId },
  );
  return row?.id ?? null;
}

/** Forgets a watched folder and what was taken from it; its results stay, also those of jobs that wait or run. */
export function removeWatch(db: WriteDb, id: number): void {
  db.transaction(() => {
    // The row number is given again: what is still to come would stand among the results of another folder.
    db.run(
      `UPDATE jobs SET payload = json_remove(payload, '$.watchId')
       WHERE kind = 'classify' AND state <> 'succeeded' AND json_extract(payload, '$.watchId') = :id`,
      { id },
    );
    db.run('UPDATE batches SET watch_id = NULL WHERE watch_id = :id', { id });
    db.run('DELETE FROM watched_files WHERE watch_id = :id', { id });
    db.run('DELETE FROM watches WHERE id = :id', { id });
  });
}

/** Hashes of contents and of places that were taken from a folder. */
export function watchedFiles(db: ReadDb, watchId: number): { contents: Set<string>; places: Set<string> } {
  const rows = db.all<{ content: string; place: string }>(
    'SELECT content_hash AS content, place_hash AS place FROM watched_files WHERE watch_id = :watchId',
    { watchId },
  );
  return { contents: new Set(rows.map((row) => row.content)), places: new Set(rows.map((row) => row.place)) };
}

/**
 * The content that a folder last handed over from a path; where that is forgotten already, for it was gone before, what was known of it then. Undefined
 * where nothing is known of it.
 */
export function contentAt(
  db: ReadDb,
  watchId: number,
  at: { readonly path: string; readonly pathHash: string },
): string | undefined {
  return (
    db.get<{ contentHash: string }>(
      `SELECT content_hash AS contentHash FROM watched_files WHERE watch_id = :watchId AND path_hash = :pathHash
       ORDER BY taken_at DESC LIMIT 1`,
      { watchId, pathHash: at.pathHash },
    ) ??
    db.get<{ contentHash: string }>(
      `SELECT f.content_hash AS contentHash FROM batch_failures f JOIN batches b ON b.id = f.batch_id
       WHERE b.watch_id = :watchId AND f.path = :path AND f.content_hash IS NOT NULL ORDER BY f.id DESC LIMIT 1`,
      { watchId, path: at.path },
    )
  )?.contentHash;
}

/** Forgets where files were, whose turn has come: names of paths can be guessed from their hashes. */
export function forgetPlacesTaken(db: WriteDb, watchId: number, pathHashes: readonly string[]): void {
  db.run(
    `UPDATE watched_files SET path_hash = NULL
     WHERE watch_id = :watchId AND path_hash IN (SELECT value FROM json_each(:hashes))`,
    { watchId, hashes: JSON.stringify(pathHashes) },
  );
}

/** Takes files of a batch for new ones again that were gone when their turn came, or whose drive was away. */
export function forgetGoneFiles(db: WriteDb, watchId: number, batchId: number): void {
  db.run(
    `DELETE FROM watched_files WHERE watch_id = :watchId
       AND content_hash IN (SELECT content_hash FROM batch_failures WHERE batch_id = :batchId AND ${isAway})`,
    { watchId, batchId },
  );
}

/** Notes files that a folder handed over. Those among them that were gone or away before are failed ones no more. */
export function saveWatchedFiles(
  db: WriteDb,
  watchId: number,
  files: readonly { readonly contentHash: string; readonly placeHash: string; readonly pathHash?: string }[],
  now: string,
): void {
  db.transaction(() => {
    for (const { contentHash, placeHash, pathHash = null } of files) {
      db.run(
        `INSERT OR IGNORE INTO watched_files (watch_id, content_hash, place_hash, path_hash, taken_at)
         VALUES (:watchId, :contentHash, :placeHash, :pathHash, :now)`,
        { watchId, contentHash, placeHash, pathHash, now },
      );
    }
    db.run(
      `DELETE FROM batch_failures WHERE ${isAway} AND content_hash IN (SELECT value FROM json_each(:hashes))
         AND batch_id IN (SELECT id FROM batches WHERE watch_id = :watchId)`,
      { watchId, hashes: JSON.stringify(files.map(({ contentHash }) => contentHash)) },
    );
  });
}
