/** Adding an LPM is a job. */
import type { Database } from '../database.ts';

/** One more kind in the CHECK of `jobs`, in the way of migration 0070: the table is made anew from its own text, its rows kept. */
export function addLpmsAsJobs(database: Database): void {
  const parts = database.all<{ type: string; sql: string }>(
    `SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'jobs' AND sql IS NOT NULL`,
  );
  const wider = (parts.find(({ type }) => type === 'table')?.sql ?? '').replace(/kind IN \(/, `kind IN ('lpm-add', `);
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
  `);
}
