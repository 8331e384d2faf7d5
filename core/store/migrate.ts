/** Brings a library's database to the newest form, one transaction a step, after copying it. */
import { AppError, invariant } from '../base/errors.ts';
import type { Database } from './database.ts';
import { type Migration, migrations } from './migrations/index.ts';

/** The library version of this Sidelight. */
export const newestVersion = migrations.at(-1)?.number ?? 0;

/** 'SDLT': tells a Sidelight library from any other SQLite file. */
const applicationId = 0x53444c54;

export interface MigrateOptions {
  /** Copies the database file; called once, before the first change of a library that already holds something. */
  readonly backUp: (label: string) => void;
  /** The list to apply; tests give shorter ones. */
  readonly list?: readonly Migration[];
}

/**
 * Checks that the file is a Sidelight library that this version understands.
 * @returns its schema version, 0 for a new file
 * @throws DB_FROM_NEWER_APP, DB_DAMAGED
 */
export function checkVersion(database: Database, list: readonly Migration[] = migrations): number {
  const version = Number(database.pragma('user_version'));
  const id = Number(database.pragma('application_id'));
  if (version === 0) {
    const tables = database.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema');
    if (tables?.n === 0) return 0;
  }
  if (id !== applicationId) {
    throw new AppError('DB_DAMAGED', 'The file sidelight.sqlite is a database of another program, not a library.', {
      action: 'Choose another library folder (--library DIR).',
    });
  }
  const newest = list.at(-1)?.number ?? 0;
  if (version > newest) {
    throw new AppError(
      'DB_FROM_NEWER_APP',
      `The library was written by a newer Sidelight (library version ${version}; this one knows up to ${newest}).`,
      { details: { found: version, allowed: newest } },
    );
  }
  return version;
}

/** Applies every migration that `database` lacks; each is kept whole or not at all. Gives the version it then has. */
export function migrate(database: Database, options: MigrateOptions): number {
  const list = options.list ?? migrations;
  for (let i = 1; i < list.length; i++) {
    invariant((list[i]?.number ?? 0) > (list[i - 1]?.number ?? 0), 'migrations are out of order');
  }
  let version = checkVersion(database, list);
  const missing = list.filter((migration) => migration.number > version);
  if (missing.length > 0 && version > 0) options.backUp(`before-${missing.at(-1)?.number}`);
  for (const migration of missing) {
    database.transaction(() => {
      migration.up(database);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${migration.number}`);
    });
    version = migration.number;
  }
  return version;
}
