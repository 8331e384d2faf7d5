/**
 * Every file below the given paths, in an order that does not depend on the machine.
 *
 * Nothing outside a chosen folder is read: a symbolic link is followed only when it ends inside. Loops end because a folder is
 * entered once, by its real path. Pipes and devices are never opened: reading one can wait for ever.
 */
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { type AbortSignalLike, throwIfCancelled } from '../../base/progress.ts';
import { fileError } from './file-error.ts';
import { realPath } from './real-path.ts';

/** A file, or something that is none and why. */
export interface WalkedFile {
  readonly path: string;
  /** The chosen folder in which it was found (its own folder when the file itself was named). */
  readonly root: string;
  /** Folders between root and file, outermost first. */
  readonly folders: readonly string[];
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly refusal: AppError | null;
}

/**
 * Walks `paths`: folders to their depth, files as they are, a DICOMDIR as the medium it lies on.
 * @param exclude real paths that are left out without a word (the labels file)
 * @param options.mayBeGone gives a path that cannot be used as a file that is refused, where it would be thrown
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE when a given path itself cannot be used
 */
export async function* walkFiles(
  paths: readonly string[],
  exclude: ReadonlySet<string>,
  { mayBeGone = false }: { readonly mayBeGone?: boolean | undefined } = {},
): AsyncGenerator<WalkedFile> {
  // A slip in the last of them is told before hours of work, not after.
  if (!mayBeGone) await requirePaths(paths);
  // Overlapping paths (a folder and one of its own folders) give each file once.
  const seen = new Set<string>(exclude);
  for (const given of paths) {
    const path = resolve(given);
    const found = await describeRoot(path);
    if (found instanceof AppError) {
      if (!mayBeGone) throw asTyped(found, path);
      yield refused(path, dirname(path), [], found);
      continue;
    }
    const [stats, real] = found;
    const isMedium = stats.isFile() && basename(path).toUpperCase() === 'DICOMDIR';
    const root = stats.isDirectory() ? path : dirname(path);
    const realRoot = stats.isDirectory() ? real : dirname(real);
    if (stats.isDirectory() || isMedium) yield* walkFolder(root, root, realRoot, [], seen);
    else if (!seen.has(real)) {
      seen.add(real);
      yield describe(path, root, [], stats);
    }
  }
}

/**
 * Looks whether all of the given paths are there.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE for the first that cannot be used; CANCELLED
 */
export async function requirePaths(paths: readonly string[], signal?: AbortSignalLike): Promise<void> {
  for (const given of paths) {
    if (signal !== undefined) throwIfCancelled(signal, 'The import');
    const path = resolve(given);
    const found = await describeRoot(path);
    if (found instanceof AppError) throw asTyped(found, path);
  }
}

/** The user typed this path, so it may be shown as typed. */
const asTyped = ({ code, message, cause }: AppError, path: string): AppError =>
  new AppError(code, `${path}: ${message}`, { cause });

async function describeRoot(path: string): Promise<[Stats, string] | AppError> {
  try {
    return [await stat(path), await realPath(path)];
  } catch (error) {
    return fileError(error, path);
  }
}

async function* walkFolder(
  folder: string,
  root: string,
  realRoot: string,
  folders: readonly string[],
  seen: Set<string>,
): AsyncGenerator<WalkedFile> {
  let names: string[];
  try {
    const real = await realPath(folder);
    if (seen.has(real)) return;
    seen.add(real);
    names = (await readdir(folder)).sort();
  } catch (error) {
    yield refused(folder, root, folders, fileError(error, folder));
    return;
  }
  for (const name of names) {
    const path = join(folder, name);
    let stats: Stats;
    let real: string;
    try {
      [stats, real] = [await stat(path), await realPath(path)];
    } catch (error) {
      // U+FFFD stands for bytes that are no UTF-8; the file has no name by which it could be opened or remembered.
      const named = name.includes('\uFFFD')
        ? new AppError('FILE_UNREADABLE', 'The file name is not UTF-8.', {
            action: 'Rename the file and import again.',
          })
        : fileError(error, path);
      yield refused(path, root, folders, named);
      continue;
    }
    if (real !== realRoot && !real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) {
      const leads = new AppError('FILE_LINK_OUTSIDE', 'The symbolic link leads out of the chosen folder.');
      yield refused(path, root, folders, leads);
    } else if (stats.isDirectory()) {
      yield* walkFolder(path, root, realRoot, [...folders, name], seen);
    } else if (!seen.has(real)) {
      seen.add(real);
      yield describe(path, root, folders, stats);
    }
  }
}

function describe(path: string, root: string, folders: readonly string[], stats: Stats): WalkedFile {
  if (!stats.isFile()) {
    return refused(path, root, folders, new AppError('FILE_SPECIAL', 'It is a device, a pipe or a socket.'));
  }
  const { size: sizeBytes, mtimeMs } = stats;
  return { path, root, folders, sizeBytes, modifiedMs: Math.floor(mtimeMs), refusal: null };
}

function refused(path: string, root: string, folders: readonly string[], refusal: AppError): WalkedFile {
  return { path, root, folders, sizeBytes: 0, modifiedMs: 0, refusal };
}

/** `relative/path` of a file with forward slashes, as a labels file written on another system would say it. */
export function relativeName(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
