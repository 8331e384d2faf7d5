/** Whether files lie on the disk, asked about for every row of a labels file: each folder is read once, and what is not there costs nothing. */
import { readdirSync } from 'node:fs';
import { join, parse, sep } from 'node:path';

export class OnDisk {
  readonly #names = new Map<string, ReadonlySet<string>>();

  /** Whether a file of these folders and this name lies below `base`, letter by letter but for the Unicode form. */
  has(base: string, parts: readonly string[]): boolean {
    let folder = base;
    for (const part of parts) {
      if (!this.#namesIn(folder).has(part.normalize('NFC'))) return false;
      folder = join(folder, part);
    }
    return parts.length > 0;
  }

  /** Whether a file lies at an absolute path. */
  hasPath(path: string): boolean {
    const { root } = parse(path);
    return this.has(root, path.slice(root.length).split(sep));
  }

  #namesIn(folder: string): ReadonlySet<string> {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const names = new Set(namesIn(folder).map((name) => name.normalize('NFC')));
    this.#names.set(folder, names);
    return names;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // Not there, not a folder, or not ours to read: nothing is known to lie in it.
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}
