/** What jobs warned of, by job and by the run that each is about. */
import { z } from 'zod';
import { isSameWarning, type JobWarning, jobWarningSchema, type WarningCode } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';
import { messageWithoutPlaces } from './job-places.ts';

interface WarningRow {
  readonly id: number;
  readonly warning: string;
}

/** The warnings of rows, in order; those that this version does not know are left out, and of several that say the same the last one counts. */
function toWarnings(rows: readonly WarningRow[]): JobWarning[] {
  const all: JobWarning[] = [];
  for (const { warning } of rows) {
    const read = jobWarningSchema.safeParse(readJson(z.unknown(), warning, 'a warning of a job'));
    if (!read.success) continue;
    const before = all.findIndex((other) => isSameWarning(other, read.data));
    if (before < 0) all.push(read.data);
    else all[before] = read.data;
  }
  return all;
}

/**
 * What is about a job of several runs as a whole. That a method is left out may be said while the job still names the run of the method before it, and
 * is no run's: it is said once, when the method is given up, and stays when the job goes on.
 */
const ofWholeJob: readonly WarningCode[] = ['methodLeftOut'];
const isOfARun = `json_extract(warning, '$.code') NOT IN (SELECT value FROM json_each(:ofWholeJob))`;
const ofWhole = { ofWholeJob: JSON.stringify(ofWholeJob) };

/** Keeps what a job warned of. What it said before with other counts goes. */
export function keepJobWarning(db: WriteDb, jobId: number, said: JobWarning, now: string): void {
  // A message may name a path as the user typed it: right on the screen, wrong in a row that stays.
  const warning =
    'cause' in said
      ? { ...said, cause: { ...said.cause, message: messageWithoutPlaces(db, jobId, said.cause.message) } }
      : said;
  db.transaction(() => {
    const current = db.get<{ id: number | null }>('SELECT run_id AS id FROM jobs WHERE id = :jobId', { jobId })?.id;
    const run = ofWholeJob.includes(warning.code) ? null : (current ?? null);
    const rows = db.all<WarningRow>(
      'SELECT id, warning FROM job_warnings WHERE job_id = :jobId AND run_id IS :run ORDER BY id',
      { jobId, run },
    );
    for (const row of rows) {
      const [known] = toWarnings([row]);
      if (known !== undefined && isSameWarning(known, warning))
        db.run('DELETE FROM job_warnings WHERE id = :id', { id: row.id });
    }
    db.run('INSERT INTO job_warnings (job_id, run_id, warning, said_at) VALUES (:jobId, :run, :warning, :now)', {
      jobId,
      run,
      warning: JSON.stringify(warning),
      now,
    });
  });
}

/** What was warned of before a run began is about that run. */
export function giveWarningsToRun(db: WriteDb, jobId: number, runId: number): void {
  db.run(`UPDATE job_warnings SET run_id = :runId WHERE job_id = :jobId AND run_id IS NULL AND ${isOfARun}`, {
    ...{ jobId, runId },
    ...ofWhole,
  });
}

/** Forgets what a job warned of that has come to no run yet: it begins anew, and says what is still so. */
export function forgetWarnings(db: WriteDb, jobId: number): void {
  db.run(`DELETE FROM job_warnings WHERE job_id = :jobId AND run_id IS NULL AND ${isOfARun}`, { jobId, ...ofWhole });
}

/** Forgets what a job said of its work as a whole: it begins with other data. */
export function forgetWholeJobWarnings(db: WriteDb, jobId: number): void {
  db.run(`DELETE FROM job_warnings WHERE job_id = :jobId AND NOT (${isOfARun})`, { jobId, ...ofWhole });
}

/** What a job warned of, in order. */
export function warningsOfJob(db: ReadDb, jobId: number): JobWarning[] {
  return toWarnings(db.all('SELECT id, warning FROM job_warnings WHERE job_id = :jobId ORDER BY id', { jobId }));
}

/** What was warned of a run, by whichever jobs, in order. */
export function warningsOfRun(db: ReadDb, runId: number): JobWarning[] {
  return toWarnings(db.all('SELECT id, warning FROM job_warnings WHERE run_id = :runId ORDER BY id', { runId }));
}
