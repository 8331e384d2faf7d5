/** The bytes of instances and files, wherever they lie: plain files, members of ZIP archives, copies in the library. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AppError, isDiskFull } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import type { InstanceId } from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { filesOfInstance, instanceById, type Library } from '../../store/index.ts';
import { readMember } from './zip.ts';

/** The AppError of a failed file operation. `what` names the file, redacted. */
export function fileError(error: unknown, path: string): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return new AppError('FILE_NOT_FOUND', 'The file is not there.', { cause: error });
  if (isDiskFull(error)) {
    return new AppError('DISK_FULL', `The disk is full: ${redact(path)} could not be written (${code}).`, {
      cause: error,
      retryable: true,
    });
  }
  const [why, action] = reasonsOf[code] ?? [];
  return new AppError('FILE_UNREADABLE', `The file cannot be read (${why === undefined ? code : `${why}, ${code}`}).`, {
    ...(action === undefined ? {} : { action }),
    cause: error,
  });
}

const driveAway = 'Check the cable, the network or the drive, and try again; what was read so far is recognised.';
const noRight = 'Give your account the right to read it (ask whoever manages the drive), then try again.';

/** What a system's code means and what helps. */
const reasonsOf: Readonly<Record<string, readonly [why: string, action: string]>> = {
  EACCES: ['no permission', noRight],
  EPERM: ['not permitted', noRight],
  EBUSY: ['another program uses it', 'Close the program that has it open, then try again.'],
  EIO: ['the drive reports an error', driveAway],
  ESTALE: ['the network drive has lost it', driveAway],
  ETIMEDOUT: ['the network drive does not answer', driveAway],
  ENOTCONN: ['the network drive is not connected', driveAway],
  ELOOP: ['links that lead in a circle', 'Remove the symbolic link, or name the folder to which it was to lead.'],
  ENAMETOOLONG: [
    'the path is too long',
    'Move the folder nearer to the root of the drive, or shorten names, and try again.',
  ],
  EMFILE: ['too many files are open', 'Close other programs, then try again.'],
};

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
