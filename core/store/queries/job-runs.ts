/** Which run a training job is about. */
import type { JobRecord, RunRecord } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { giveWarningsToRun } from './job-warnings.ts';
import { listRuns, runById, runByName } from './runs.ts';

/** Notes the run that a job began or goes on with; what the job warned of until now is about it. */
export function setRunOfJob(db: WriteDb, jobId: number, runId: number): void {
  db.transaction(() => {
    db.run('UPDATE jobs SET run_id = :runId WHERE id = :jobId', { jobId, runId });
    giveWarningsToRun(db, jobId, runId);
  });
}

/** The parts of a job that say which run is its own. */
export type TrainingJob = Pick<JobRecord<'train'>, 'runId' | 'payload' | 'result' | 'createdAt'>;

/**
 * The run that a training job began or went on with; undefined before that.
 *
 * A job of before migration 0165 names none. Its own row tells where it can: the run in its result, or the one that it was asked to go
 * on with. Where it cannot, it is the newest run that fits: of the same model name and data set, begun after the job was queued, and
 * named by no job. A job queued since finds nothing by this before its run began: every run of now is named by a job.
 */
export function runOfJob(db: ReadDb, job: TrainingJob): RunRecord | undefined {
  if (job.runId !== null) return runById(db, job.runId);
  const told = job.result?.run ?? job.payload?.resume;
  if (told !== undefined) return runByName(db, told);
  const { name, dataset } = job.payload ?? {};
  if (name === undefined) return undefined;
  const named = new Set(
    db.all<{ id: number }>('SELECT DISTINCT run_id AS id FROM jobs WHERE run_id IS NOT NULL').map(({ id }) => id),
  );
  return listRuns(db).findLast(
    (run) => run.modelName === name && run.dataset === dataset && run.createdAt >= job.createdAt && !named.has(run.id),
  );
}

/** The model names that training jobs, whatever became of them, were given. */
export function modelNamesOfJobs(db: ReadDb): string[] {
  return db
    .all<{ name: string }>(
      `SELECT DISTINCT json_extract(payload, '$.name') AS name FROM jobs
       WHERE kind = 'train' AND json_extract(payload, '$.name') IS NOT NULL`,
    )
    .map(({ name }) => name);
}
