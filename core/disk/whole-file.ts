/** Files that a reader never sees half of, and neither does the next start after a kill or a power cut. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { redact } from '../base/redact.ts';
import { writeError } from '../base/write-error.ts';
import { flushFolder, giveName, removeQuietly, writeFlushed } from './durable.ts';

export interface ReplaceOptions {
  /** Where it is written until it is whole, on the same disk. Of a kill, this is left; the next attempt writes over it. */
  readonly beside?: string;
  /** False where the caller flushes the folder once for many files, or where losing the file to a power cut costs nothing. */
  readonly flushesName?: boolean;
}

/**
 * Writes a file, or what takes the place of one, so that `path` is whole or as it was: beside it first, flushed, then renamed. Its
 * folder must be there.
 * @throws what the system says; nothing is left beside it then
 */
export function replaceFile(
  path: string,
  parts: readonly Uint8Array[],
  { beside = `${path}.partial`, flushesName = true }: ReplaceOptions = {},
): void {
  try {
    writeFlushed(beside, parts);
    giveName(beside, path);
  } catch (error) {
    removeQuietly(beside);
    throw error;
  }
  if (flushesName) flushFolder(dirname(path));
}

/**
 * Writes a file of the user's, results or a report, as `replaceFile` does; folders are made on the way.
 * @throws DISK_FULL, DRIVE_AWAY, FILE_UNREADABLE
 */
export function writeWholeFile(path: string, text: string): void {
  const target = resolve(path);
  // Not the file's own name with more behind it: that may be as long as a name can be.
  const temporary = join(dirname(target), `.sidelight-${randomUUID()}`);
  try {
    mkdirSync(dirname(target), { recursive: true });
    // The folder is the user's, perhaps on a share that lets nobody flush one.
    replaceFile(target, [Buffer.from(text)], { beside: temporary, flushesName: false });
  } catch (thrown) {
    const at = { isThere: existsSync(target), platform: process.platform };
    const action = 'Name a file in a folder that you may write to (--out).';
    throw writeError(thrown, `The results file ${redact(path)}`, at, action);
  }
}
