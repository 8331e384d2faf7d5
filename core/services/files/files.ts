/** The bytes of instances and files, wherever they lie: plain files, members of ZIP archives, copies in the library. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import type { InstanceId } from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { filesOfInstance, instanceById, type Library } from '../../store/index.ts';
import { fileError } from './file-error.ts';
import { readMember } from './zip.ts';

/** The bytes of a plain file or of a member of an archive (`member` not ''). */
export async function readPlace(path: string, member: string): Promise<Uint8Array> {
  if (member !== '') return await readMember(path, member);
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** A place's path on this machine: copies are named relative to the library, so that the library can be moved. */
export function placePath(library: Library, path: string): string {
  return isAbsolute(path) ? path : join(library.folder, path);
}

/**
 * The bytes of an instance, exactly as they were imported.
 *
 * Every place where it was ever found is tried; a file that is there but changed does not count (its hash differs). A file that was
 * moved is found again by importing its new folder: equal bytes are the same instance, and the new place is remembered.
 * @throws FILE_NOT_FOUND when no place holds it any more
 */
export async function readInstance(library: Library, instanceId: InstanceId): Promise<Uint8Array> {
  const instance = instanceById(library.db, instanceId);
  const causes: string[] = [];
  for (const place of filesOfInstance(library.db, instanceId)) {
    try {
      const bytes = await readPlace(placePath(library, place.path), place.member);
      if (sha256(bytes) === instance?.contentHash) return bytes;
      causes.push(`${redact(place.path)} has changed`);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      causes.push(`${redact(place.path)}: ${error.code}`);
    }
  }
  if (causes.length === 0) {
    throw new AppError('FILE_NOT_FOUND', 'No file holds this image any more: another image lies where it was.', {
      action:
        'Import its former file from wherever it is now (it is recognised by its content), or go on with the image that lies there: ' +
        'the data set no longer takes this one for training.',
    });
  }
  throw new AppError('FILE_NOT_FOUND', `The file of an instance is not where it was (${causes.join('; ')}).`, {
    action: 'Put it back, or import the folder where it is now; it is recognised by its content.',
  });
}
