/** Adding an LPM is a job: one more kind. */
import type { Database } from '../database.ts';
import { remakeJobs } from './remake-jobs.ts';

export function addLpmsAsJobs(database: Database): void {
  remakeJobs(database, (sql) => sql.replace(/kind IN \(/, `kind IN ('lpm-add', `));
}
