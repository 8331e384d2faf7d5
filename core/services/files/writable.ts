/** Whether a file of the user's could be written, asked before the work whose outcome it is to hold. */
import { accessSync, closeSync, constants, openSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { toError } from '../../base/errors.ts';

/** Why `path` cannot be written, in words without a path; null where it can. Folders that are missing are made when it is. */
export function whyNotWritable(
  path: string,
  platform: string = process.platform,
  open: (path: string) => number = (file) => openSync(file, 'r+'),
): string | null {
  const target = resolve(path);
  try {
    const there = statSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory()) return 'it is a folder';
    if (there !== undefined && !there.isFile()) return 'it is a device or a pipe, no file';
    const [folder, stats] = nearest(dirname(target));
    if (!stats.isDirectory()) return 'a part of its path is a file, no folder';
    accessSync(folder, constants.W_OK | constants.X_OK);
    // Windows replaces no file that is open elsewhere, as a table in Excel is: better told now than after hours of work.
    if (there !== undefined && platform === 'win32') closeSync(open(target));
    return null;
  } catch (thrown) {
    const error = toError(thrown);
    const code = 'code' in error ? String(error.code) : 'unknown error';
    return reasons[code] ?? code;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EBUSY: 'another program has it open',
  EROFS: 'the drive is read-only',
  ENOTDIR: 'a part of its path is a file, no folder',
  ENAMETOOLONG: 'the name is too long',
};

/** The nearest folder above that is there. */
function nearest(folder: string): [string, Stats] {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats !== undefined || dirname(folder) === folder) return [folder, stats ?? statSync(folder)];
  return nearest(dirname(folder));
}
