import type { Database } from '../database.ts';

/**
 * Makes the table of jobs anew with the kinds that `widen` puts into its text, its rows, indexes and triggers kept: SQLite cannot widen
 * a CHECK. `defer_foreign_keys` lets the batches point at nothing until the rows are back. Released migrations call it: frozen as they are.
 */
export function remakeJobs(database: Database, widen: (sql: string) => string): void {
  const parts = database.all<{ type: string; sql: string }>(
    `SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'jobs' AND sql IS NOT NULL`,
  );
  database.execute(`
    PRAGMA defer_foreign_keys = ON;
    CREATE TEMP TABLE kept_jobs AS SELECT * FROM main.jobs;
    DROP TABLE main.jobs;
    ${widen(parts.find(({ type }) => type === 'table')?.sql ?? '')};
    INSERT INTO main.jobs SELECT * FROM kept_jobs;
    DROP TABLE kept_jobs;
    ${parts
      .filter(({ type }) => type !== 'table')
      .map(({ sql }) => `${sql};`)
      .join('\n')}
  `);
}
