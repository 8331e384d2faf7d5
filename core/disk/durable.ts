/** Files and folders that are on the disk when a call returns, whatever happens to the power. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { withPatience } from '../base/patience.ts';

/** Writes a file from its beginning and flushes it. Its name is durable only after `flushFolder`. @throws what the system says */
export function writeFlushed(path: string, parts: readonly Uint8Array[]): void {
  const handle = openSync(path, 'w');
  try {
    for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(handle, part, done);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** What file systems say that flush files and have no such call for folders: folders shared with a virtual machine, some network shares. */
const noFlush: readonly string[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EISDIR'];

/**
 * A new file or folder is durable only when its name is: flushes the folder that holds it (Windows has no such call and needs none). Where the file system
 * has none either, its names are as durable as it makes them; a disk that fails is no such thing, and is thrown.
 */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && noFlush.includes(String(error.code)))) throw error;
  } finally {
    closeSync(handle);
  }
}

/** Gives a file or folder its name, in the place of a file that has it. @throws what the system says */
export function giveName(from: string, to: string): void {
  withPatience(() => renameSync(from, to), process.platform);
}

/** Makes a folder and what it lies in, durably. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) flushFolder(dirname(made));
}

/** Removes what is half made after a failure, if that can be done: the first error counts, and the next attempt begins with removing it. */
export function removeQuietly(path: string): void {
  try {
    // Windows removes no file that a scanner has open.
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  } catch {
    // The disk that failed goes on failing.
  }
}
