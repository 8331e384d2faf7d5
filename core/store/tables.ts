/** Questions to the schema itself. */
import type { WriteDb } from './database.ts';

/** Names of the tables that have all of these columns. */
export function tablesWith(db: Pick<WriteDb, 'all'>, columns: readonly string[]): string[] {
  return db
    .all<{ name: string }>(
      `SELECT m.name FROM sqlite_schema m WHERE m.type = 'table' AND
         (SELECT count(*) FROM pragma_table_info(m.name) c WHERE c.name IN (SELECT value FROM json_each(:columns))) = :n`,
      { columns: JSON.stringify(columns), n: columns.length },
    )
    .map((row) => row.name);
}
