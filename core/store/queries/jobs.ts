/** Jobs: what runs, what ran and how it ended. */
import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import {
  type JobKind,
  type JobRecord,
  type JobState,
  jobName,
  jobRecordSchema,
  type TimePromise,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';
import { forgetPlacesRead, messageWithoutPlaces, savePlaces, withoutPlaces, withPlaces } from './job-places.ts';
import { forgetWarnings, warningsOfJob } from './job-warnings.ts';

/** JSON columns as their text, flags as numbers; the other columns as the record has them. */
interface JobRow {
  readonly id: number;
  readonly payload: string;
  readonly result: string | null;
  readonly error: string | null;
  readonly promise: string | null;
  readonly isPaused: number;
  readonly isCleared: number;
}

const columns = `
  SELECT id, kind, state, payload, result, error, done, total, unit, is_paused AS isPaused, is_cleared AS isCleared,
    crashes, retries, promise, run_id AS runId, ran_seconds AS ranSeconds, created_at AS createdAt, started_at AS startedAt,
    ended_at AS endedAt
  FROM jobs`;

/**
 * The job of a row, its payload and result as the schemas of its kind have them; `place` may put paths back before they are read.
 * @throws DB_DAMAGED for a row that is of no kind that this version has, or without what every job has
 */
function toJob(db: ReadDb, row: JobRow, place: (value: unknown) => unknown = (value) => value): JobRecord {
  const json = (column: 'payload' | 'result' | 'error' | 'promise'): unknown => {
    const text = row[column];
    return text === null ? null : readJson(z.unknown(), text, `the ${column} of ${jobName(row.id)}`);
  };
  const parsed = jobRecordSchema.safeParse({
    ...row,
    name: jobName(row.id),
    payload: place(json('payload')),
    result: place(json('result')),
    error: json('error'),
    promise: json('promise'),
    warnings: warningsOfJob(db, row.id),
    isPaused: row.isPaused === 1,
    isCleared: row.isCleared === 1,
  });
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.'));
  throw new AppError('DB_DAMAGED', `In the library ${jobName(row.id)} cannot be read: ${fields.join(', ')}.`, {
    details: { fields },
  });
}

/** The job with the paths that its payload and result name; lists do without. */
function toWholeJob(db: ReadDb, row: JobRow): JobRecord {
  return toJob(db, row, (value) => withPlaces(db, row.id, value));
}

/** Jobs, newest first; of some kinds only, and at most so many, where that is asked. Paths are shortened: see job-places.ts. */
export function listJobs(
  db: ReadDb,
  only: { readonly kinds?: readonly JobKind[] | undefined; readonly limit?: number } = {},
): JobRecord[] {
  return db
    .all<JobRow>(
      `${columns} WHERE is_removed = 0 AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
       ORDER BY id DESC LIMIT :limit`,
      { kinds: only.kinds === undefined ? null : JSON.stringify(only.kinds), limit: only.limit ?? -1 },
    )
    .map((row) => toJob(db, row));
}

export function jobById(db: ReadDb, id: number): JobRecord | undefined {
  const row = db.get<JobRow>(`${columns} WHERE id = :id`, { id });
  return row === undefined ? undefined : toWholeJob(db, row);
}

/** What a job may be about. */
export interface JobSubject {
  readonly kind: 'model' | 'dataset';
  readonly name: string;
}

/** Whether what a job was asked names the subject that is bound as `:kind` and `:name`. */
export const jobIsAbout = `(json_extract(payload, '$.' || :kind) = :name
  OR :kind = 'model' AND :name IN (SELECT value FROM json_each(payload, '$.otherModels')))`;

/** Jobs of some kinds that run or wait, oldest first. */
export function activeJobs(db: ReadDb, kinds: readonly JobKind[]): readonly number[] {
  return db
    .all<{ id: number }>(
      `SELECT id FROM jobs WHERE state IN ('queued', 'running') AND kind IN (SELECT value FROM json_each(:kinds)) ORDER BY id`,
      { kinds: JSON.stringify(kinds) },
    )
    .map(({ id }) => id);
}

/** The oldest queued job of these kinds, or undefined. */
export function nextQueuedJob(db: ReadDb, kinds: readonly JobKind[]): JobRecord | undefined {
  const row = db.get<JobRow>(
    `${columns} WHERE state = 'queued' AND kind IN (SELECT value FROM json_each(:kinds)) ORDER BY id LIMIT 1`,
    { kinds: JSON.stringify(kinds) },
  );
  return row === undefined ? undefined : toWholeJob(db, row);
}

/** Adds a queued job and gives its row id. */
export function addJob(db: WriteDb, kind: JobKind, payload: unknown, now: string): number {
  const { value, places } = withoutPlaces(payload);
  return db.transaction(() => {
    const { id } = db.run(
      `INSERT INTO jobs (kind, state, payload, created_at) VALUES (:kind, 'queued', :payload, :now)`,
      { kind, payload: JSON.stringify(value), now },
    );
    savePlaces(db, id, places);
    return id;
  });
}

/** Later than every time. */
const always = '9999';

/**
 * Makes jobs that have not come to their end name a data set as it is called now: those that wait, and those that are asked to go on or to begin again
 * later. What ended says what its data set was called then.
 * @param before jobs that were ordered later are about another one of that name
 */
export function renameDatasetOfJobs(db: WriteDb, from: string, to: string, before: string = always): void {
  db.run(
    `UPDATE jobs SET payload = json_set(payload, '$.dataset', :to)
     WHERE state <> 'succeeded' AND created_at <= :before AND json_extract(payload, '$.dataset') = :from`,
    { from, to, before },
  );
}

/** As `renameDatasetOfJobs`, of a model. */
export function renameModelOfJobs(db: WriteDb, from: string, to: string, before: string = always): void {
  for (const place of ['$.model', '$.again', '$.on']) {
    db.run(
      `UPDATE jobs SET payload = json_set(payload, :place, :to)
       WHERE state <> 'succeeded' AND created_at <= :before AND json_extract(payload, :place) = :from`,
      { place, from, to, before },
    );
  }
  db.run(
    `UPDATE jobs SET payload = json_set(payload, '$.otherModels', json(
       (SELECT json_group_array(CASE value WHEN :from THEN :to ELSE value END) FROM json_each(payload, '$.otherModels'))))
     WHERE state <> 'succeeded' AND created_at <= :before AND :from IN (SELECT value FROM json_each(payload, '$.otherModels'))`,
    { from, to, before },
  );
}

/** Moves a job to `running`. */
export function startJob(db: WriteDb, id: number, now: string): void {
  db.transaction(() => {
    db.run(
      `UPDATE jobs SET state = 'running', started_at = :now, ended_at = NULL, error = NULL, is_paused = 0 WHERE id = :id`,
      { id, now },
    );
    forgetWarnings(db, id);
  });
}

/** Notes how far a job is. */
export function saveJobProgress(db: WriteDb, id: number, done: number, total: number | null, unit: string): void {
  db.run('UPDATE jobs SET done = :done, total = :total, unit = :unit WHERE id = :id', { id, done, total, unit });
}

/** Ends a job with its result or its error. */
export function endJob(
  db: WriteDb,
  id: number,
  state: JobState,
  outcome: { readonly result?: unknown; readonly error?: NonNullable<JobRecord['error']> },
  now: string,
): void {
  const { value } = withoutPlaces(outcome.result);
  db.transaction(() => {
    db.run('UPDATE jobs SET state = :state, result = :result, error = :error, ended_at = :now WHERE id = :id', {
      id,
      state,
      result: value === undefined ? null : JSON.stringify(value),
      // A message may name a path as the user typed it: right on the screen, wrong in a row that stays.
      error:
        outcome.error === undefined
          ? null
          : JSON.stringify({ ...outcome.error, message: messageWithoutPlaces(db, id, outcome.error.message) }),
      now,
    });
    if (state === 'succeeded') forgetPlacesRead(db, id);
  });
}

/** Jobs that a killed process left `running` become `interrupted`. Call it with the writer's lock held. */
export function interruptJobs(db: WriteDb, now: string): number {
  return db.run(`UPDATE jobs SET state = 'interrupted', ended_at = :now WHERE state = 'running'`, { now }).changes;
}

/** Jobs that a killed process left behind, oldest first. */
export function interruptedJobs(db: ReadDb): JobRecord[] {
  return db.all<JobRow>(`${columns} WHERE state = 'interrupted' ORDER BY id`).map((row) => toWholeJob(db, row));
}

/**
 * Jobs that the next window would carry on by itself, oldest first: those that wait, and those that were interrupted fewer than `crashes` times in a row.
 * Of a model or a data set, where one is named. With the writer's lock held, and no queue of one's own, nobody works on any of them.
 */
export function leftJobs(
  db: ReadDb,
  crashes: number,
  subject: JobSubject | null,
): readonly { readonly id: number; readonly kind: JobKind; readonly state: JobState }[] {
  return db.all(
    `SELECT id, jobs.kind, state FROM jobs WHERE (state = 'queued' OR state = 'interrupted' AND crashes < :crashes)
       AND (:kind IS NULL OR ${jobIsAbout}) ORDER BY id`,
    { crashes, kind: subject?.kind ?? null, name: subject?.name ?? null },
  );
}

/** Puts a job that ended early back into the queue; it keeps its place by age. */
export function queueJobAgain(db: WriteDb, id: number): void {
  putJobBack(db, { id, state: 'queued' });
}

/** Undoes that a job ended or was put aside: it waits again, or is interrupted, as it was. */
export function putJobBack(db: WriteDb, { id, state }: { readonly id: number; readonly state: JobState }): void {
  db.run(
    'UPDATE jobs SET state = :state, ended_at = NULL, error = NULL, is_paused = 0, is_cleared = 0 WHERE id = :id',
    { id, state },
  );
}

/** What the queue notes about a job besides its state. */
export interface JobMarks {
  readonly isPaused?: boolean;
  readonly isCleared?: boolean;
  readonly crashes?: number;
  readonly retries?: number;
  readonly promise?: TimePromise | null;
  /** Added to what it already worked. */
  readonly ranSeconds?: number;
}

/** Writes the marks that are given; the others stay. */
export function markJob(db: WriteDb, id: number, marks: JobMarks): void {
  const flag = (value: boolean | undefined): number | null => (value === undefined ? null : Number(value));
  db.run(
    `UPDATE jobs SET is_paused = coalesce(:isPaused, is_paused), is_cleared = coalesce(:isCleared, is_cleared),
       crashes = coalesce(:crashes, crashes), retries = coalesce(:retries, retries), promise = coalesce(:promise, promise),
       ran_seconds = ran_seconds + :ranSeconds WHERE id = :id`,
    {
      id,
      isPaused: flag(marks.isPaused),
      isCleared: flag(marks.isCleared),
      crashes: marks.crashes ?? null,
      retries: marks.retries ?? null,
      promise: marks.promise == null ? null : JSON.stringify(marks.promise),
      ranSeconds: marks.ranSeconds ?? 0,
    },
  );
}

/**
 * How the newest trainings went against their promises, newest first: what each took as a share of what it was promised. Without
 * those of seconds, which say little, those whose engine failed, and those that were free to stop early.
 */
export function promiseShares(db: ReadDb, limit: number): number[] {
  return db
    .all<{ share: number }>(
      `SELECT ran_seconds / json_extract(promise, '$.seconds') AS share FROM jobs
       WHERE kind = 'train' AND state = 'succeeded' AND retries = 0 AND json_extract(promise, '$.seconds') >= 10
         AND json_extract(payload, '$.earlyStop') IS NULL ORDER BY id DESC LIMIT :limit`,
      { limit },
    )
    .map(({ share }) => share);
}

/** Takes every job that ended out of the list; a paused one stays. Gives how many. */
export function clearJobs(db: WriteDb): number {
  return db.run(
    `UPDATE jobs SET is_cleared = 1 WHERE is_cleared = 0 AND is_paused = 0 AND state IN ('succeeded', 'failed', 'cancelled')`,
  ).changes;
}

/** Takes a job out of every list, or brings it back there; what came of it stays. */
export function setJobRemoved(db: WriteDb, id: number, isRemoved: boolean): void {
  db.run('UPDATE jobs SET is_removed = :isRemoved WHERE id = :id', { id, isRemoved: isRemoved ? 1 : 0 });
}

/** Replaces what a job was asked to do, by what it is to go on with. Paths stay where they are kept. */
export function replaceJobPayload(db: WriteDb, id: number, payload: unknown): void {
  db.run('UPDATE jobs SET payload = :payload WHERE id = :id', { id, payload: JSON.stringify(payload) });
}
