/**
 * What lies on the disk, asked about for the rows of a labels file: each folder is read once and none while another waits for its answer, as
 * folders of a network drive may take a second each.
 */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { throwIfCancelled } from '../../base/progress.ts';

/** Questions that wait for the disk at one time. */
const atOnce = 16;

export class OnDisk {
  /** By folder, the names in it as they are, and whether they are links; by their composed form. */
  readonly #names = new Map<
    string,
    Promise<ReadonlyMap<string, { readonly name: string; readonly isLink: boolean }>>
  >();
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

  /** Where the file of an absolute path really lies, whatever links lead there; null where none has its name, letter by letter but for the Unicode form. */
  async fileAt(path: string): Promise<string | null> {
    const folder = dirname(path);
    const there = (await this.#namesIn(folder)).get(basename(path).normalize('NFC'));
    if (there === undefined) return null;
    const real = join(await this.realFolder(folder), there.name);
    return there.isLink ? await realpath(real).catch(() => null) : real;
  }

  /** The real path of a folder; its own where it is none, as in an archive. */
  realFolder(folder: string): Promise<string> {
    const known = this.#folders.get(folder) ?? realpath(folder).catch(() => folder);
    this.#folders.set(folder, known);
    return known;
  }

  #namesIn(folder: string) {
    const known = this.#names.get(folder) ?? namesIn(folder);
    this.#names.set(folder, known);
    return known;
  }
}

async function namesIn(folder: string) {
  // Not there, not a folder, or not ours to read: nothing is known to lie in it.
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  });
  return new Map(
    entries.map((entry) => [entry.name.normalize('NFC'), { name: entry.name, isLink: entry.isSymbolicLink() }]),
  );
}
