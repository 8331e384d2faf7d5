/**
 * What may be opened when a stranger's model folder is read: ordinary files of that folder, and no larger than they need to be.
 *
 * A link inside a folder that someone else packed can lead anywhere on this machine, so links are refused, with one exception: the
 * hub's own cache keeps `snapshots/<revision>/` as links into `blobs/` of the same model.
 */
import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError } from '../base/errors.ts';

/** Configuration files are a few kilobytes; an index of shards may be some hundred. */
const maxJsonBytes = 16 * 2 ** 20;

/** `stranger`: the folder came from outside and is not trusted. `library`: Sidelight put it there itself, perhaps backed up by hard links. */
export type SourceTrust = 'stranger' | 'library';

/** @throws FILE_LINK_OUTSIDE, FILE_SPECIAL, TOO_LARGE; FILE_NOT_FOUND, FILE_UNREADABLE */
export function checkSourceFile(path: string, trust: SourceTrust, isJson: boolean): void {
  const name = basename(path);
  const stats = describe(path, statSync);
  if (!stats.isFile()) {
    throw new AppError('FILE_SPECIAL', `${name} is not an ordinary file.`, {
      action: 'Use a model folder as the hub distributes it: config.json and model.safetensors.',
    });
  }
  if (isJson && stats.size > maxJsonBytes) {
    throw new AppError('TOO_LARGE', `${name} is ${stats.size} bytes long; allowed are ${maxJsonBytes}.`, {
      action: 'Download or copy the model again; a configuration is a few kilobytes long.',
    });
  }
  if (trust === 'library') return;
  if (describe(path, lstatSync).isSymbolicLink() && !staysInside(path))
    throw linkRefused(name, 'a link out of its folder');
  if (stats.nlink > 1) throw linkRefused(name, 'a second name (hard link) of a file that lies elsewhere');
}

function linkRefused(name: string, what: string): AppError {
  return new AppError('FILE_LINK_OUTSIDE', `${name} is ${what}.`, {
    action: 'Copy the real files into a folder of their own, and add that folder.',
  });
}

function describe(path: string, how: (path: string) => Stats): Stats {
  try {
    return how(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    const dangling = missing ? ' is not there or leads nowhere' : ` cannot be read (${code})`;
    throw new AppError(missing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE', `${basename(path)}${dangling}.`, { cause });
  }
}

/** Whether a link ends in its own folder, or (in the hub's cache) among the blobs of the same model. */
function staysInside(path: string): boolean {
  const folder = realpathSync(dirname(path));
  const target = realpathSync(path);
  const isBelow = (parent: string): boolean => {
    const way = relative(parent, target);
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
  };
  const isSnapshot = basename(dirname(folder)) === 'snapshots';
  return isBelow(folder) || (isSnapshot && isBelow(join(folder, '..', '..', 'blobs')));
}
