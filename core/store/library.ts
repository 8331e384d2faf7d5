/**
 * A library: one folder with the database, the shards, the LPMs and the backups.
 *
 *   sidelight.sqlite (-wal, -shm)   everything relational, WAL, synchronous = FULL
 *   features/  previews/            append-only shards, see core/features
 *   files/                          imported files, when the user chose to copy them
 *   lpm/<hash>/                     model.safetensors and config.json
 *   backups/                        copies of the database
 *   set-aside/<time>/               what a restored backup took the place of
 *   sidelight.seal                  checksum of the database while nobody has it open
 *   writer.lock                     held by the one process that writes
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError, invariant, isDiskFull, systemError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import { backUp, backUpDaily, copyDatabase, removeHalfCopies } from './backup.ts';
import { openDatabaseProblems } from './check.ts';
import { Database, type ReadDb, type WriteDb } from './database.ts';
import { takeWriterLock, type WriterLock } from './lock.ts';
import { checkVersion, migrate, newestVersion } from './migrate.ts';
import { breakSeal, databaseName, sealDatabase, sealedBytes, sealState } from './seal.ts';

/** `read` never changes a byte and works beside a writer; `write` is one process at a time. */
export type LibraryMode = 'read' | 'write';

export interface OpenLibraryOptions {
  readonly mode: LibraryMode;
  readonly now?: Date;
  /** For reading: a library of an earlier version stays in the form that it has, which only questions that every version knows can be asked of. */
  readonly asItIs?: boolean;
  /** What a copy in memory may have; tests give less. */
  readonly mostBytesInMemory?: number;
  /** Told what did not stop the library from opening but should be known (a backup that found no room). */
  readonly onWarning?: (message: string) => void;
}

/** What a database that is copied into memory, to be read in the newest form, may have there. SQLite's own limit: beyond it, it says that the disk is full. */
const mostBytesInMemory = 2 ** 30;
/** Databases up to this size are compared with their seal at every opening (a quarter of a second); `library check` compares any. */
const sealCheckedBytes = 256 * 2 ** 20;
const folders = ['features', 'previews', 'files', 'lpm', 'backups'] as const;

/** Ends the name of an LPM's folder until every file in it is whole. */
export const partialEnding = '.partial';

/** An open library. */
export class Library {
  readonly folder: string;
  readonly mode: LibraryMode;
  readonly #database: Database;
  readonly #lock: WriterLock | null;
  #open = true;

  /** Whether it is a copy of an earlier version's library, as that was when it was opened, and shows nothing that was written since. */
  readonly isCopy: boolean;

  constructor(folder: string, mode: LibraryMode, database: Database, lock: WriterLock | null, isCopy = false) {
    this.folder = folder;
    this.mode = mode;
    this.isCopy = isCopy;
    this.#database = database;
    this.#lock = lock;
  }

  /** For questions. */
  get db(): ReadDb {
    return this.#database;
  }

  /**
   * For changes.
   * @throws LIBRARY_READ_ONLY when the library was opened for reading
   */
  get writer(): WriteDb {
    if (this.mode === 'read') {
      throw new AppError('LIBRARY_READ_ONLY', `The library ${redact(this.folder)} is open for reading only.`);
    }
    return this.#database;
  }

  /** A path below the library's folder. */
  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Bytes of the database file and its log that hold nothing any more, and are written over before either grows. */
  get spareBytes(): number {
    const free = this.#database.get<{ bytes: number }>(
      'SELECT freelist_count * page_size AS bytes FROM pragma_freelist_count, pragma_page_size',
    );
    const log = statSync(this.path(`${databaseName}-wal`), { throwIfNoEntry: false });
    return (free?.bytes ?? 0) + (log?.size ?? 0);
  }

  /** Closes the database and gives the writer's lock back. Safe to call twice. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#database.close();
      if (this.mode === 'write') sealDatabase(this.folder);
    } finally {
      this.#lock?.release();
    }
  }

  /**
   * Makes deleted bytes vanish from the database file and its log: every page is written anew, the log emptied, nothing kept in free
   * pages. @throws DISK_FULL when there is no room for the copy that this needs; LIBRARY_BUSY as `emptyLog`
   */
  scrub(): void {
    invariant(this.mode === 'write', 'only a writer can scrub');
    this.#database.pragma('secure_delete = ON');
    this.#database.execute('VACUUM');
    this.emptyLog();
  }

  /**
   * Writes the log into the database file and empties it, so that rows deleted since are in neither (`secure_delete` is on).
   * @throws LIBRARY_BUSY where somebody reads what was there before: SQLite keeps it for them
   */
  emptyLog(): void {
    // The first value that the pragma gives is `busy`.
    if (Number(this.#database.pragma('wal_checkpoint(TRUNCATE)')) === 0) return;
    throw new AppError(
      'LIBRARY_BUSY',
      'What was to go is deleted, but another program is reading the library as it was before, and until that ends its file and log still hold the bytes.',
      {
        action:
          'End the other program (a command, a check or a backup of this library). Then resume the deletion, or close Sidelight: either removes the bytes.',
        retryable: true,
      },
    );
  }

  /** A consistent copy of the database at `target`, checked before it gets its name. @throws DB_DAMAGED, DISK_FULL, DISK_FAILED */
  backUpTo(target: string): string {
    return copyDatabase(this.#database, target);
  }
}

/**
 * The library in `folder`. For writing it is made when absent, and its database brought to the newest form.
 * @throws LIBRARY_READ_ONLY, LIBRARY_BUSY, DB_FROM_NEWER_APP, DB_DAMAGED, DISK_FULL, FILE_NOT_FOUND
 */
export function openLibrary(folder: string, options: OpenLibraryOptions): Library {
  return options.mode === 'write' ? openForWriting(folder, options) : openForReading(folder, options);
}

function openForWriting(folder: string, options: OpenLibraryOptions): Library {
  const now = options.now ?? new Date();
  try {
    for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
  } catch (error) {
    throw folderError(error, folder);
  }
  // Asked for early: without it SQLite would open the file read-only and fail only at the first change.
  assertWritable(folder);
  const lock = takeWriterLock(folder);
  let database: Database | undefined;
  try {
    refuseEmptiedDatabase(folder);
    removePartialLpms(folder);
    removeHalfCopies(join(folder, 'backups'));
    const seal = (sealedBytes(folder) ?? 0) > sealCheckedBytes ? 'none' : sealState(folder);
    database = Database.open(join(folder, databaseName), { readonly: false });
    const opened = database;
    opened.pragma('foreign_keys = ON');
    checkVersion(opened);
    if (seal === 'broken') refuseBroken(opened, options.onWarning);
    breakSeal(folder);
    // Deleted rows are overwritten, not only forgotten; on macOS a flush reaches the medium only with fullfsync.
    opened.pragma('secure_delete = ON');
    opened.pragma('fullfsync = ON');
    opened.pragma('journal_mode = WAL');
    opened.pragma('synchronous = FULL');
    const before = Number(opened.pragma('user_version'));
    migrate(opened, {
      backUp: (label) => tellOfUpdate(before, backUp(opened, join(folder, 'backups'), label, now), options.onWarning),
    });
    if (before > 0) tryDailyBackup(opened, join(folder, 'backups'), now, options.onWarning);
    return new Library(folder, 'write', opened, lock);
  } catch (error) {
    database?.close();
    lock.release();
    throw systemError(error, `the library ${redact(folder)}`);
  }
}

/** There is no way back but the copy, and a large library takes its time: whoever waits should know for what, and not end it. */
function tellOfUpdate(before: number, copy: string, warn?: (message: string) => void): void {
  warn?.(
    `The library is brought from version ${before} to ${newestVersion}, which takes a while where it is large; earlier versions of Sidelight cannot open it ` +
      `then. As it was before it is kept as backups/${basename(copy)}.`,
  );
}

/** The file changed while nobody had the library open. Damage is refused; a change that left a sound database is said. */
function refuseBroken(database: Database, warn?: (message: string) => void): void {
  const problems = openDatabaseProblems(database);
  if (problems.length > 0) throw new AppError('DB_DAMAGED', `The library file is damaged: ${problems[0]}`);
  warn?.(
    'The library file is not what it was when Sidelight closed it (another program, a damaged disk, a copy while it was open). ' +
      'Its structure is sound; compare with a backup if you did not do this yourself (sidelight library check).',
  );
}

/** A disk that does not take the daily copy must not keep the user from the studies; it is said, and tried again next time. */
function tryDailyBackup(database: Database, folder: string, now: Date, warn?: (message: string) => void): void {
  try {
    backUpDaily(database, folder, now);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'DB_DAMAGED') throw error;
    warn?.(`The daily backup of the library was not made, and is tried again at the next start. ${error.message}`);
  }
}

function openForReading(folder: string, options: OpenLibraryOptions): Library {
  const path = join(folder, databaseName);
  if (!existsSync(path)) {
    throw new AppError('FILE_NOT_FOUND', `There is no library in ${redact(folder)}.`, {
      action: 'Import something first, or name the library folder (--library DIR).',
    });
  }
  let database = openReadOnly(path);
  try {
    const version = checkVersion(database);
    if (version === 0) throw new AppError('DB_DAMAGED', `The library file in ${redact(folder)} is empty.`);
    const isCopy = version < newestVersion && options.asItIs !== true;
    if (isCopy) database = broughtForward(database, path, version, options.mostBytesInMemory ?? mostBytesInMemory);
    return new Library(folder, 'read', database, null, isCopy);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A copy in memory of an earlier version's database, in the newest form: whoever only reads must not change the file, and every query
 * asks for what the newest version has.
 */
function broughtForward(earlier: Database, path: string, version: number, most: number): Database {
  if (statSync(path).size > most) throw tooLarge(version);
  const bytes = withoutLog(earlier.serialize());
  const copy = Database.open(bytes, { readonly: false, path });
  try {
    copy.pragma(`max_page_count = ${Math.floor(most / Number(copy.pragma('page_size')))}`);
    migrate(copy, { backUp: () => {} });
  } catch (error) {
    copy.close();
    // It has grown beyond what memory may hold: no disk is full, and nothing is damaged.
    throw error instanceof AppError && error.code === 'DISK_FULL' ? tooLarge(version) : error;
  }
  earlier.close();
  copy.pragma('query_only = ON');
  return copy;
}

function tooLarge(version: number): AppError {
  const versions = `version ${version}; this Sidelight has ${newestVersion}`;
  return new AppError(
    'LIBRARY_READ_ONLY',
    `The library is of an earlier Sidelight (${versions}) and too large to be read so.`,
    {
      action:
        'Open it once in the window, or with a command that writes, such as `sidelight import`: that brings it up to date.',
    },
  );
}

/** Bytes 18 and 19 say "WAL" (2); a copy in memory has no log (1). SQLite file format, section 1.3.3. */
function withoutLog(bytes: Buffer): Buffer {
  bytes[18] = 1;
  bytes[19] = 1;
  return bytes;
}

/**
 * A WAL database can only be opened where SQLite may create its -shm file. On a medium that cannot be written (a CD, a share
 * mounted read-only) the file is read into memory instead: complete, because nobody can be writing there, unless a log is left over.
 */
function openReadOnly(path: string): Database {
  const database = Database.open(path, { readonly: true });
  try {
    database.get('SELECT count(*) FROM sqlite_schema');
    return database;
  } catch (error) {
    database.close();
    const log = `${path}-wal`;
    const logLeft = existsSync(log) && statSync(log).size > 0;
    if (!(error instanceof AppError) || error.code !== 'LIBRARY_READ_ONLY' || logLeft) throw error;
    return Database.open(withoutLog(readFileSync(path)), { readonly: true, path });
  }
}

/**
 * A missing or emptied database beside folders that hold something is damage (a full disk, a failed copy), not a new library.
 * Without this check SQLite would quietly make a new one and every study would seem to be gone.
 */
function refuseEmptiedDatabase(folder: string): void {
  const path = join(folder, databaseName);
  const isThere = existsSync(path);
  const size = isThere ? statSync(path).size : 0;
  const log = existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0;
  // A first transaction may still be in the log alone; a log without its file belongs to a file that is gone.
  if (size > 0 || (isThere && log > 0)) return;
  const kept: string[] = folders.filter((name) => readdirSync(join(folder, name)).length > 0);
  if (existsSync(join(folder, 'set-aside'))) kept.push('set-aside');
  if (log > 0) kept.push('the log');
  if (kept.length === 0) return;
  throw new AppError('DB_DAMAGED', `The file sidelight.sqlite is missing or empty, yet ${kept.join(', ')} hold data.`);
}

/** What a killed process has half copied; nobody else copies while the writer's lock is ours. */
function removePartialLpms(folder: string): void {
  for (const name of readdirSync(join(folder, 'lpm'))) {
    if (name.endsWith(partialEnding)) rmSync(join(folder, 'lpm', name), { recursive: true, force: true });
  }
}

function assertWritable(folder: string): void {
  const probe = join(folder, 'writer.lock');
  try {
    closeSync(openSync(probe, 'a'));
    const path = join(folder, databaseName);
    if (existsSync(path)) closeSync(openSync(path, 'r+'));
  } catch (error) {
    throw folderError(error, folder);
  }
}

function folderError(error: unknown, folder: string): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (isDiskFull(error)) {
    return new AppError('DISK_FULL', `The disk is full: the library ${redact(folder)} cannot be opened for writing.`, {
      cause: error,
      retryable: true,
    });
  }
  return new AppError('LIBRARY_READ_ONLY', `The library folder ${redact(folder)} cannot be written (${code}).`, {
    cause: error,
  });
}
