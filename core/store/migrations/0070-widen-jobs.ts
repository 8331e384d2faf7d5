/** Kinds of jobs that the window adds, what the queue must remember of a job, and how fast this machine was. */
import type { Database } from '../database.ts';
import { remakeJobs } from './remake-jobs.ts';

/**
 * `is_paused`: stopped by its user, who means to go on. `crashes`: how often in a row the application died while it ran; a job that
 * took the application down twice is offered, not started by itself. `retries`: how often it was queued again after the engine
 * failed. `is_cleared`: taken out of the list by its user. `promise`: what its user was told before the start. `ran_seconds`: how long
 * it worked, waiting and pauses left out.
 *
 * `measured_rates`: seconds for one image or one step, measured on this machine; what a promise of time is computed from.
 */
export function widenJobs(database: Database): void {
  remakeJobs(database, (sql) =>
    sql.replace(
      /kind IN \([^)]*\)/,
      `kind IN ('import', 'encode', 'train', 'evaluate', 'classify', 'demo', 'export', 'evidence', 'watch', 'forecast', 'measure')`,
    ),
  );
  database.execute(`
    ALTER TABLE jobs ADD COLUMN is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1));
    ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0);
    ALTER TABLE jobs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0);
    ALTER TABLE jobs ADD COLUMN is_cleared INTEGER NOT NULL DEFAULT 0 CHECK (is_cleared IN (0, 1));
    ALTER TABLE jobs ADD COLUMN promise TEXT CHECK (json_valid(promise));
    ALTER TABLE jobs ADD COLUMN ran_seconds REAL NOT NULL DEFAULT 0 CHECK (ran_seconds >= 0);

    CREATE TABLE measured_rates (
      machine TEXT NOT NULL,
      lpm_hash TEXT NOT NULL,
      input_size INTEGER NOT NULL CHECK (input_size > 0),
      what TEXT NOT NULL,
      seconds REAL NOT NULL CHECK (seconds >= 0),
      measured_at TEXT NOT NULL,
      PRIMARY KEY (machine, lpm_hash, input_size, what)
    ) STRICT, WITHOUT ROWID;
  `);
}
