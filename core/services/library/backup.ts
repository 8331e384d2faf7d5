/** `library backup` and `library restore`. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { AppError, toError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import type { JobKind } from '../../contract/index.ts';
import type { BackupReport, RestoreReport } from '../../contract/results/maintenance.ts';
import {
  activeJobs,
  deletionsNoted,
  type Library,
  openLibrary,
  overwriteFile,
  restoreLibrary as restore,
  stampOf,
  type WriteDb,
  writerOf,
} from '../../store/index.ts';
import { putRestoredAside } from './left-work.ts';

/**
 * A consistent copy of the library's database in the folder `to` (made when absent), or in `backups/`. It may run while another
 * process works. What is not in it: `features/`, `previews/` (computed again), `lpm/` and `files/` (copy the folders themselves).
 * No copy is made, or kept, of a library from which patients are deleted meanwhile: it would hold them. A library of an earlier version
 * is copied in the form that it has, so that the program of then can still open the copy; `library restore` brings it to the newest.
 * @throws FILE_NOT_FOUND, DB_DAMAGED, DISK_FULL, DISK_FAILED; LIBRARY_BUSY beside a deletion
 */
export function backUpLibrary(folder: string, to: string | undefined, now: Date): BackupReport {
  const started = performance.now();
  const library = openLibrary(folder, { mode: 'read', asItIs: true });
  try {
    const before = deletionsNoted(library.db);
    const isDisturbed = (): boolean => isDeleting(library) || deletionsNoted(library.db) !== before;
    const target = join(makeFolder(to ?? library.path('backups')), `sidelight-${stampOf(now)}.sqlite`);
    const path = copyUndisturbed(library, target, isDisturbed);
    return { path, sizeBytes: statSync(path).size, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    if (!(error instanceof AppError) || !['LIBRARY_READ_ONLY', 'FILE_UNREADABLE'].includes(error.code)) throw error;
    throw new AppError('FILE_UNREADABLE', 'The backup cannot be written where it was asked for.', {
      action: 'Name a folder that you may write to.',
      cause: error,
    });
  } finally {
    library.close();
  }
}

function copyUndisturbed(library: Library, target: string, isDisturbed: () => boolean): string {
  if (isDisturbed()) throw besideDeletion();
  let path: string;
  try {
    path = library.backUpTo(target);
  } catch (error) {
    // A deletion removes half copies that it finds.
    throw isDisturbed() ? besideDeletion() : error;
  }
  // Asked once the copy has its name: a deletion that begins later finds it there.
  if (!isDisturbed()) return path;
  overwriteFile(path);
  throw besideDeletion();
}

/** A row that a killed process has left says that its deletion runs, too: then nobody has the library open for writing. */
function isDeleting({ db, folder }: Library): boolean {
  return activeJobs(db, ['erase']).length > 0 && writerOf(folder) !== 'none';
}

function besideDeletion(): AppError {
  return new AppError(
    'LIBRARY_BUSY',
    'Patients are being deleted from this library, and a copy made meanwhile would still hold them; no backup was kept.',
    { action: 'Wait for the end of the deletion, or stop it in the window; then make the backup.', retryable: true },
  );
}

function makeFolder(path: string): string {
  const folder = resolve(path);
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new AppError('BAD_INPUT', `${redact(path)} is a file; named must be the folder to put the backup in.`);
  }
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new AppError('FILE_UNREADABLE', `The folder ${redact(path)} cannot be made (${toError(error).name}).`, {
      action: 'Name a folder that you may write to.',
      cause: error,
    });
  }
  return folder;
}

/** Puts a backup in the place of the database; see core/store/restore.ts. What waited or ran in it then is put aside before. @throws as there */
export function restoreFromBackup(folder: string, from: string | undefined, now: Date): RestoreReport {
  let putAside: readonly JobKind[] = [];
  const prepare = (db: WriteDb): void => {
    putAside = putRestoredAside(db, now.toISOString());
  };
  const { backup, madeAt, setAside, unsound, ofNewer } = restore(folder, {
    ...{ now, prepare },
    ...(from === undefined ? {} : { from }),
  });
  return { backup, madeAt, setAside, unsound: [...unsound], ofNewer: [...ofNewer], putAside: [...putAside] };
}
