/** Results, reports and lists of the user's: a reader of the file never sees half of one. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, isDiskFull, toError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';

/**
 * Writes `text` to `path` so that the file is whole or absent: beside it first, flushed, then renamed.
 * @throws DISK_FULL, FILE_UNREADABLE
 */
export function writeWholeFile(path: string, text: string): void {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    mkdirSync(dirname(target), { recursive: true });
    const handle = openSync(temporary, 'wx');
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, target);
  } catch (thrown) {
    // Where the folder itself is missing or a file, there is nothing to remove, and asking would fail too.
    if (existsSync(temporary)) rmSync(temporary);
    const error = toError(thrown);
    const code = 'code' in error ? String(error.code) : 'unknown error';
    if (isDiskFull(thrown)) {
      throw new AppError('DISK_FULL', `The disk is full: ${redact(path)} could not be written.`, { cause: thrown });
    }
    throw new AppError('FILE_UNREADABLE', `The results file ${redact(path)} cannot be written (${code}).`, {
      action: 'Name a file in a folder that you may write to (--out).',
      cause: thrown,
    });
  }
}
