/**
 * A backup put in the place of the library's database. Nothing is destroyed: the present file goes, with its log, into
 * `set-aside/<time>/`.
 *
 * Order of events, so that a kill anywhere leaves either the old state or one that opening refuses by name (never an empty library):
 * the backup is copied whole (with its log, where it has one) beside its place, brought to the newest form and prepared there; the present file moves away, then its log (a log beside a foreign database would be
 * played into it); the copy gets its name.
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { AppError, isDiskFull, toError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import { flushFolder, giveName, removeQuietly } from '../disk/index.ts';
import { type BackupFile, listBackups, stampOf } from './backup.ts';
import { databaseProblems, refusalOfNewer } from './check.ts';
import { Database, type WriteDb } from './database.ts';
import { takeWriterLock } from './lock.ts';
import { migrate } from './migrate.ts';
import { breakSeal, databaseName, sealDatabase } from './seal.ts';

export interface RestoreOptions {
  /** A backup's name in `backups/`, or the path of a copy. The newest sound one when left out. */
  readonly from?: string;
  readonly now: Date;
  /** Changes the copy before it becomes the library, so that nobody meets the library without the change. */
  readonly prepare?: (db: WriteDb) => void;
}

export interface Restored {
  /** File name of the backup that is now the library. */
  readonly backup: string;
  readonly madeAt: string;
  /** Folder below the library with what was there before; null when nothing was there. */
  readonly setAside: string | null;
  /** Newer backups that were passed over because they are damaged. */
  readonly unsound: readonly string[];
  /** Newer backups that were passed over because a newer Sidelight made them: they are sound, and its to put back. */
  readonly ofNewer: readonly string[];
}

/**
 * Restores the library in `folder`.
 * @throws BACKUP_NOT_FOUND when there is no sound one; DB_DAMAGED when the named one is not sound; DB_FROM_NEWER_APP; LIBRARY_BUSY;
 *   DISK_FULL with the library as it was
 */
export function restoreLibrary(folder: string, options: RestoreOptions): Restored {
  if (!existsSync(folder)) throw new AppError('FILE_NOT_FOUND', `There is no library in ${redact(folder)}.`);
  const lock = takeWriterLock(folder);
  try {
    const { backup, ...passedOver } = choose(folder, options);
    const setAside = replace(folder, backup.path, options);
    return { backup: backup.name, madeAt: backup.madeAt, setAside, ...passedOver };
  } finally {
    lock.release();
  }
}

/** Clocks of a machine and of a share may differ by so much. */
const clockDriftMs = 24 * 60 * 60 * 1000;

interface Choice {
  readonly backup: BackupFile;
  readonly unsound: readonly string[];
  readonly ofNewer: readonly string[];
}

function choose(folder: string, { from, now }: RestoreOptions): Choice {
  const backups = listBackups(join(folder, 'backups'));
  if (from !== undefined) {
    const path = existsSync(from) ? resolve(from) : join(folder, 'backups', basename(from));
    const known = backups.find((backup) => backup.path === path);
    if (!existsSync(path)) {
      throw new AppError('BACKUP_NOT_FOUND', `There is no backup "${redact(from)}".`);
    }
    const problems = databaseProblems(path);
    if (problems.length > 0) {
      const refusal = refusalOfNewer(path);
      if (refusal !== undefined) throw refusal;
      throw new AppError('DB_DAMAGED', `The backup ${redact(path)} is not sound: ${problems[0]}`, {
        action: 'Name another backup, or leave the name out: the newest sound one is then taken.',
      });
    }
    return { backup: known ?? { name: basename(path), path, sizeBytes: 0, madeAt: '' }, unsound: [], ofNewer: [] };
  }
  const unsound: string[] = [];
  const ofNewer: string[] = [];
  // What a clock that went wrong has dated later than now is not the newest by that.
  const isOfFuture = ({ madeAt }: BackupFile): boolean => Date.parse(madeAt) > now.getTime() + clockDriftMs;
  for (const backup of [...backups.filter((one) => !isOfFuture(one)), ...backups.filter(isOfFuture)]) {
    if (databaseProblems(backup.path).length === 0) return { backup, unsound, ofNewer };
    (refusalOfNewer(backup.path) === undefined ? unsound : ofNewer).push(backup.name);
  }
  const [refusal] = ofNewer.map((name) => refusalOfNewer(join(folder, 'backups', name)));
  if (refusal !== undefined && unsound.length === 0) throw refusal;
  throw new AppError(
    'BACKUP_NOT_FOUND',
    `The library has no sound backup (${backups.length === 0 ? 'backups/ is empty' : `${unsound.length} are damaged`}).`,
  );
}

function replace(folder: string, backup: string, { now, prepare }: RestoreOptions): string | null {
  const target = join(folder, databaseName);
  const partial = `${target}.restoring`;
  try {
    // A log that a killed one left would be played into the copy.
    for (const ending of ['-wal', '-shm']) rmSync(`${partial}${ending}`, { force: true });
    copyFileSync(backup, partial);
    // Of a library that was set aside after a kill, what was committed last is in its log alone.
    const hasLog = existsSync(`${backup}-wal`);
    if (hasLog) copyFileSync(`${backup}-wal`, `${partial}-wal`);
    if (hasLog || prepare !== undefined) changeCopy(partial, backup, prepare ?? (() => {}));
    const handle = openSync(partial, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    breakSeal(folder);
    const present = [databaseName, `${databaseName}-wal`, `${databaseName}-shm`].filter((name) =>
      existsSync(join(folder, name)),
    );
    const aside = present.length === 0 ? null : `set-aside/${stampOf(now)}`;
    if (aside !== null) {
      mkdirSync(join(folder, aside), { recursive: true });
      for (const name of present) giveName(join(folder, name), join(folder, aside, name));
      flushFolder(join(folder, aside));
    }
    giveName(partial, target);
    flushFolder(folder);
    sealDatabase(folder);
    return aside;
  } catch (error) {
    removeQuietly(partial);
    if (error instanceof AppError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new AppError(
      isDiskFull(error) ? 'DISK_FULL' : 'LIBRARY_READ_ONLY',
      `The backup could not be put in place (${code}); what was there is in place or in set-aside/.`,
      { cause: error },
    );
  }
}

/** As `change`, which says of what fails that nothing has happened yet. @throws DISK_FULL, DB_DAMAGED */
function changeCopy(path: string, backup: string, prepare: (db: WriteDb) => void): void {
  try {
    change(path, prepare);
  } catch (cause) {
    if (isDiskFull(cause) || (cause instanceof AppError && cause.code === 'DISK_FULL')) throw cause;
    throw new AppError(
      'DB_DAMAGED',
      `The backup ${redact(backup)} could not be brought to this version (${toError(cause).message}); the library is as it was.`,
      { action: 'Name another backup, or leave the name out: the newest sound one is then taken.', cause },
    );
  }
}

/** Brings a copy to the newest form, for the backup that it was made of is there, and changes it. Leaves no log beside it. */
function change(path: string, prepare: (db: WriteDb) => void): void {
  const database = Database.open(path, { readonly: false });
  try {
    database.pragma('journal_mode = MEMORY');
    database.pragma('foreign_keys = ON');
    // As where a library is opened: what a migration takes out is overwritten.
    database.pragma('secure_delete = ON');
    migrate(database, { backUp: () => {} });
    database.transaction(() => prepare(database));
  } finally {
    database.close();
  }
}
