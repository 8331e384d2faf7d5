/** Files and folders that are on the disk when a call returns, whatever happens to the power. */
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

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

/** A new file or folder is durable only when its name is: flushes the folder that holds it (Windows has no such call and needs none). */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
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
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The disk that failed goes on failing.
  }
}
