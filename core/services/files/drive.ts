/** Whether a file is missing alone, or the whole drive or share on which it lay. */
import { opendir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type AppError, isDriveAway } from '../../base/errors.ts';

/** Folders in which Linux and macOS place drives and shares: what is missing right in one of them is not connected. */
const drivePlaces = /^\/(?:(?:run\/)?media(?:\/[^/]+)?|mnt|net|Volumes)?$/;

/**
 * Whether `failure`, with which the file at `path` could not be read, is one of its drive: it does not answer, or nothing is left of the folder that
 * was its. A file that was deleted or moved among others that are there is none, and neither is a bad place on a drive that gives its folders.
 */
export async function isDriveGone(failure: AppError, path: string): Promise<boolean> {
  if (failure.code === 'FILE_NOT_FOUND') return await isFolderGone(dirname(path));
  if (failure.code !== 'DRIVE_AWAY') return false;
  const { cause } = failure;
  const isMaybeOneFile = cause instanceof Error && 'code' in cause && cause.code === 'EIO';
  return !isMaybeOneFile || (await contentOf(dirname(path))) === 'away';
}

/** Looks for the nearest folder above that is there. Unmounted, a drive leaves an empty folder, or none; Windows takes its letter away. */
async function isFolderGone(own: string): Promise<boolean> {
  for (let folder = own; ; folder = dirname(folder)) {
    const content = await contentOf(folder);
    if (content === 'away') return true;
    if (content === 'missing') {
      if (dirname(folder) === folder) return true;
      continue;
    }
    if (drivePlaces.test(folder)) return true;
    return content === 'empty' && (folder !== own || drivePlaces.test(dirname(folder)));
  }
}

async function contentOf(folder: string): Promise<'missing' | 'away' | 'empty' | 'there'> {
  try {
    const entries = await opendir(folder);
    try {
      return (await entries.read()) === null ? 'empty' : 'there';
    } finally {
      await entries.close();
    }
  } catch (error) {
    if (isDriveAway(error)) return 'away';
    // What may not be looked into is there all the same.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'missing' : 'there';
  }
}
