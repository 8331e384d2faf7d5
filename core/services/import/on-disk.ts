/**
 * What lies on the disk, asked about for the rows of a labels file: a folder is read once, only where the one above has its name, and none while
 * another waits for its answer. Folders of a network drive may take a second each, and a public set's labels name a hundred times as many as are there.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { throwIfCancelled } from '../../base/progress.ts';
import { realPath } from '../files/real-path.ts';

/** Questions that wait for the disk at one time. */
const atOnce = 16;

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

export class OnDisk {
  /** By the real path of a folder, what is in it, by composed names; null where it cannot be listed. */
  readonly #entries = new Map<string, Promise<ReadonlyMap<string, Entry> | null>>();
  /** By a folder as it is written, where it really lies; null where there is none. */
  readonly #found = new Map<string, Promise<string | null>>();
  readonly #folders = new Map<string, Promise<string>>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Asks about all of them, a few at a time. @throws CANCELLED */
  async each<T>(all: Iterable<T>, ask: (one: T) => Promise<void>): Promise<void> {
    const waiting = [...all];
    for (let at = 0; at < waiting.length; at += atOnce) {
      throwIfCancelled(this.#signal, 'Looking for files');
      await Promise.all(waiting.slice(at, at + atOnce).map(ask));
    }
  }

  /**
   * Where the file of an absolute path really lies, whatever links lead there; null where no file has its name, letter by letter but for the
   * Unicode form. A folder is no file: keys such as `case001` are often names of folders.
   */
  async fileAt(path: string): Promise<string | null> {
    const folder = await this.#folderAt(dirname(path));
    if (folder === null) return null;
    const there = (await this.#entriesOf(folder))?.get(basename(path).normalize('NFC'));
    if (there === undefined || there.isFolder) return null;
    const file = join(folder, there.name);
    if (!there.isLink) return file;
    const real = await realOf(file);
    return real !== null && (await stat(real).catch(() => null))?.isFile() === true ? real : null;
  }

  /** The real path of a folder; its own where it is none, as in an archive. */
  realFolder(folder: string): Promise<string> {
    const known = this.#folders.get(folder) ?? realPath(folder).catch(() => folder);
    this.#folders.set(folder, known);
    return known;
  }

  #folderAt(folder: string): Promise<string | null> {
    const known = this.#found.get(folder) ?? this.#findFolder(folder);
    this.#found.set(folder, known);
    return known;
  }

  async #findFolder(folder: string): Promise<string | null> {
    const above = dirname(folder);
    if (above === folder) return await realOf(folder);
    const parent = await this.#folderAt(above);
    if (parent === null) return null;
    const name = basename(folder);
    const entries = await this.#entriesOf(parent);
    const there = entries?.get(name.normalize('NFC'));
    if (there !== undefined) {
      const path = join(parent, there.name);
      if (there.isLink) return await realOf(path);
      return there.isFolder ? path : null;
    }
    // One that may not be listed may still be gone through; and elsewhere than on Linux a folder has one name in letters of any case.
    return entries === null || process.platform !== 'linux' ? await realOf(join(parent, name)) : null;
  }

  #entriesOf(folder: string): Promise<ReadonlyMap<string, Entry> | null> {
    const known = this.#entries.get(folder) ?? entriesIn(folder);
    this.#entries.set(folder, known);
    return known;
  }
}

const realOf = (path: string): Promise<string | null> => realPath(path).catch(() => null);

async function entriesIn(folder: string): Promise<ReadonlyMap<string, Entry> | null> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return new Map(
      entries.map((entry) => [
        entry.name.normalize('NFC'),
        { name: entry.name, isFolder: entry.isDirectory(), isLink: entry.isSymbolicLink() },
      ]),
    );
  } catch (error) {
    // Not a folder, or not ours to read.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
