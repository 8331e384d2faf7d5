/** The kinds of jobs stand in the contract alone. */
import type { Database } from '../database.ts';
import { remakeJobs } from './remake-jobs.ts';

/**
 * SQLite cannot widen a CHECK, so each new kind of job had to make the table anew. What is written is of a kind of the contract by its
 * type, and what is read is checked against it.
 */
export function freeJobKinds(database: Database): void {
  remakeJobs(database, (sql) => sql.replace(/ CHECK \(kind IN \([^)]*\)\)/, ''));
}
