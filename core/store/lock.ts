/**
 * One writer a library.
 *
 * The lock is an EXCLUSIVE transaction on a little database of its own, held for as long as the library is open.
 * It is a lock of the operating system on an open file, so a killed process (kill -9, power loss) leaves none behind:
 * there is no stale lock to guess about, unlike a file that holds a process number.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../base/errors.ts';
import { Database } from './database.ts';

export interface WriterLock {
  release(): void;
}

/** How long a look at the lock, which holds it for a moment, may stand in a writer's way, in milliseconds. */
const lookMs = 200;

/**
 * The lock of the library in `folder`, at once or not at all but for the moment that a look at it takes.
 * @throws LIBRARY_BUSY when another process (or another part of this one) holds it
 */
export function takeWriterLock(folder: string): WriterLock {
  const database = Database.open(join(folder, 'writer.lock'), { readonly: false, timeoutMs: lookMs });
  try {
    // An immediate transaction on a file of zero bytes would keep a journal beside it; memory is enough for a lock.
    database.pragma('journal_mode = MEMORY');
    database.execute('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof AppError && error.code === 'LIBRARY_BUSY') {
      throw new AppError(
        'LIBRARY_BUSY',
        'Another Sidelight is working in this library; only one may write at a time.',
        {
          cause: error,
          retryable: true,
        },
      );
    }
    throw error;
  }
  return {
    release: () => {
      database.execute('ROLLBACK');
      database.close();
    },
  };
}

/**
 * Whether anybody has the library in `folder` open for writing now, this process included; `unknown` where the lock cannot be looked at, as by an account
 * that may not read it. Changes nothing, and asks for no right to write: a window that reads asks again and again.
 */
export function writerOf(folder: string): 'there' | 'none' | 'unknown' {
  const path = join(folder, 'writer.lock');
  let database: Database | undefined;
  try {
    // Who writes has made it.
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return 'none';
    database = Database.open(path, { readonly: true, timeoutMs: 0 });
    database.get('SELECT count(*) FROM sqlite_schema');
    return 'none';
  } catch (error) {
    return error instanceof AppError && error.code === 'LIBRARY_BUSY' ? 'there' : 'unknown';
  } finally {
    database?.close();
  }
}
