/** Kinds of jobs that the window adds, what the queue must remember of a job, and how fast this machine was. */
import type { Database } from '../database.ts';

/**
 * SQLite cannot widen a CHECK, so the table of jobs is made anew from its own text: `defer_foreign_keys` lets the batches point at
 * nothing until the rows are back.
 *
 * `is_paused`: stopped by its user, who means to go on. `crashes`: how often in a row the application died while it ran; a job that
 * took the application down twice is offered, not started by itself. `retries`: how often it was queued again after the engine
 * failed. `is_cleared`: taken out of the list by its user. `promise`: what its user was told before the start. `ran_seconds`: how long
 * it worked, waiting and pauses left out.
 *
 * `measured_rates`: seconds for one image or one step, measured on this machine; what a promise of time is computed from.
 */
export function widenJobs(database: Database): void {
  const parts = database.all<{ type: string; sql: string }>(
    `SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'jobs' AND sql IS NOT NULL`,
  );
  const wider = (parts.find(({ type }) => type === 'table')?.sql ?? '').replace(
    /kind IN \([^)]*\)/,
    `kind IN ('import', 'encode', 'train', 'evaluate', 'classify', 'demo', 'export', 'evidence', 'watch', 'forecast', 'measure')`,
  );
  database.execute(`
    PRAGMA defer_foreign_keys = ON;
    CREATE TEMP TABLE kept_jobs AS SELECT * FROM main.jobs;
    DROP TABLE main.jobs;
    ${wider};
    INSERT INTO main.jobs SELECT * FROM kept_jobs;
    DROP TABLE kept_jobs;
    ${parts
      .filter(({ type }) => type !== 'table')
      .map(({ sql }) => `${sql};`)
      .join('\n')}
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
