/** A training job names its run. */
import type { Database } from '../database.ts';

/**
 * Until now the run of a job was found by the name of its model, which two trainings may share. The key is the job's, because several
 * jobs may be about one run: the same command given again goes on with the run that an earlier job began. Rows written until now stay
 * without: which run was theirs can only be guessed, and a guess is no key.
 */
export function noteRunsOfJobs(database: Database): void {
  database.execute(`
    ALTER TABLE jobs ADD COLUMN run_id INTEGER REFERENCES runs (id);
    CREATE INDEX jobs_by_run ON jobs (run_id);
  `);
}
