/** What is wrong with a database file, in words; used on a library, on its backups and on a copy just made. */
import { counted } from '../base/counted.ts';
import { AppError } from '../base/errors.ts';
import { Database } from './database.ts';
import { checkVersion } from './migrate.ts';

/** Lines of integrity_check that are worth reading; the rest say the same again. */
const lines = 20;

/**
 * Every problem of the SQLite file at `path`: structure (integrity_check), references (foreign_key_check), whose it is and of which
 * version. Empty when it is sound. Never throws for damage.
 */
export function databaseProblems(path: string): string[] {
  try {
    const database = Database.open(path, { readonly: true });
    try {
      return openDatabaseProblems(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof AppError) return [error.message];
    throw error;
  }
}

/** What a database that a newer Sidelight wrote is refused with; undefined of any other. It is not ours to open, and nothing is wrong with it. */
export function refusalOfNewer(path: string): AppError | undefined {
  try {
    const database = Database.open(path, { readonly: true });
    try {
      checkVersion(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'DB_FROM_NEWER_APP') return error;
    if (!(error instanceof AppError)) throw error;
  }
  return undefined;
}

/** As databaseProblems, of an open one. */
export function openDatabaseProblems(database: Database): string[] {
  try {
    if (checkVersion(database) === 0) return ['The file holds no library: it is empty.'];
    const structure = database
      .all<{ integrity_check: string }>(`PRAGMA integrity_check(${lines})`)
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok');
    const dangling = new Map<string, number>();
    for (const { table } of database.all<{ table: string }>('PRAGMA foreign_key_check')) {
      dangling.set(table, (dangling.get(table) ?? 0) + 1);
    }
    return [
      ...structure,
      ...[...dangling].map(
        ([table, n]) => `${counted('en', n, 'row', 'rows')} of ${table}: what is named there is gone`,
      ),
    ];
  } catch (error) {
    if (error instanceof AppError) return [error.message];
    throw error;
  }
}
