/** SQLite's result codes as errors that say what the user does now. */
import Sqlite from 'better-sqlite3';
import type { ErrorCode } from '../base/error-codes.ts';
import { AppError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';

interface Translation {
  readonly code: ErrorCode;
  readonly what: string;
  readonly retryable?: boolean;
  /** Where it is another than the code's own. */
  readonly action?: string;
}

/** SQLite rests on locks and on memory that processes share; network shares and folders of a virtual machine's host may have neither. */
const noLocks: Translation = {
  code: 'DISK_FAILED',
  what: 'The drive of the library gives no locks that can be relied on, as some network shares do not',
  action:
    'Copy the folder of the library to a disk of this computer while nobody has it open, and open it there; or ask whoever manages the share for locks.',
};

/** Primary result codes; an extended code (SQLITE_IOERR_WRITE) is looked up by its longest listed prefix. */
const translations: Readonly<Record<string, Translation>> = {
  SQLITE_FULL: {
    code: 'DISK_FULL',
    what: 'The disk is full: the library could not be written. Nothing committed was lost',
    retryable: true,
  },
  // A write that hits a file-size limit or a quota comes back as an I/O error, not as FULL.
  SQLITE_IOERR_WRITE: {
    code: 'DISK_FULL',
    what: 'The library could not be written (disk full, quota, file-size limit or failing disk). Nothing committed was lost',
    retryable: true,
  },
  SQLITE_IOERR: {
    code: 'DISK_FAILED',
    what: 'The disk reported an error while the library was read or written',
    retryable: true,
  },
  SQLITE_IOERR_LOCK: noLocks,
  SQLITE_IOERR_RDLOCK: noLocks,
  SQLITE_IOERR_UNLOCK: noLocks,
  SQLITE_IOERR_CHECKRESERVEDLOCK: noLocks,
  SQLITE_IOERR_SHMOPEN: noLocks,
  SQLITE_IOERR_SHMMAP: noLocks,
  SQLITE_IOERR_SHMLOCK: noLocks,
  SQLITE_PROTOCOL: noLocks,
  SQLITE_READONLY: { code: 'LIBRARY_READ_ONLY', what: 'The library cannot be written' },
  SQLITE_PERM: { code: 'LIBRARY_READ_ONLY', what: 'The library may not be written' },
  SQLITE_CANTOPEN: { code: 'LIBRARY_READ_ONLY', what: 'The library file cannot be opened or created' },
  SQLITE_BUSY: { code: 'LIBRARY_BUSY', what: 'The library is in use by another process', retryable: true },
  SQLITE_LOCKED: { code: 'LIBRARY_BUSY', what: 'The library is in use by another process', retryable: true },
  SQLITE_CORRUPT: { code: 'DB_DAMAGED', what: 'The library file is damaged' },
  SQLITE_NOTADB: { code: 'DB_DAMAGED', what: 'The library file is not a database' },
};

/** The AppError of a SQLite failure; anything else (a bug, an error thrown inside a transaction) comes back as it was. */
export function translateSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const found = Object.keys(translations)
    .filter((prefix) => error.code === prefix || error.code.startsWith(`${prefix}_`))
    .sort((a, b) => b.length - a.length)[0];
  const translation = found === undefined ? undefined : translations[found];
  if (translation === undefined) return error;
  return new AppError(translation.code, `${translation.what} (${redact(path)}, ${error.code}).`, {
    cause: error,
    retryable: translation.retryable ?? false,
    ...(translation.action === undefined ? {} : { action: translation.action }),
  });
}
