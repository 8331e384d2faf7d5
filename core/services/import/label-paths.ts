/**
 * Which image a path of a labels file means.
 *
 * A relative path may begin beside the labels file, at an imported folder or at the folder above that one. Names are compared composed
 * (NFC): a Mac hands file names over decomposed, and "ä" is then another text than the "ä" that was typed. Where nothing is found so,
 * upper and lower case count as the same. Absolute paths of another computer (`D:\study\a.dcm`) are looked for with one and the
 * same beginning taken off all of them. Whatever fits more than one image is no answer, and neither is another image where the file itself
 * lies there, among those that were imported, and was left out: damaged files are, and the `IM0001` of another patient is not what was meant.
 */
import { basename, dirname, isAbsolute, join, resolve, sep, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';
import { splitOfWord } from '../../contract/index.ts';
import type { CatalogueImage } from './catalogue.ts';
import { FilesThere, type FileThere, type PlacedAt } from './files-there.ts';
import type { OnDisk } from './on-disk.ts';

export interface FoundPaths {
  readonly images: readonly CatalogueImage[];
  /** Where they lie, as the library knows it. */
  readonly places: readonly string[];
  /** How it was found where it does not stand there letter by letter. */
  readonly how: 'as-written' | 'other-case' | 'moved';
  /** What a message adds where the file lies there and is no image of the data set: no other image is the one that is meant. */
  readonly whyNone?: string;
}

/** Folders in which a relative path of the labels file may begin, for imported `paths` (files or folders). */
export function pathBases(labels: string | undefined, paths: readonly string[]): string[] {
  const folders = [
    ...(labels === undefined ? [] : [dirname(resolve(labels))]),
    ...paths.flatMap((path) => [resolve(path), dirname(resolve(path))]),
  ];
  return [...new Set(folders)];
}

/**
 * The folder in which all images lie, and every folder above it: one of them was the one that was imported, where labels come without
 * their images. None where there are no places.
 */
export function foldersAbove(images: readonly CatalogueImage[]): string[] {
  let common: string[] | null = null;
  for (const { places } of images) {
    for (const place of places) {
      if (!isAbsolute(place)) continue;
      const parts = dirname(place).split(sep);
      const shared: string[] = common ?? parts;
      const end = shared.findIndex((part, at) => part !== parts[at]);
      common = end < 0 ? shared : shared.slice(0, end);
    }
  }
  const folders = (common ?? []).map((_, at, parts) => parts.slice(0, at + 1).join(sep) || sep);
  return folders.reverse();
}

/** Where a path of the labels file may lie, the likeliest first: as it is written, and with `/` for `\`. */
export function placesOfPath(key: string, bases: readonly string[]): string[] {
  const names = new Set([writtenPath(key), writtenPath(key).replaceAll('\\', '/')]);
  const places = [...names].flatMap((name) =>
    isAbsolute(name) ? [resolve(name)] : bases.map((folder) => join(folder, name)),
  );
  return [...new Set(places)];
}

/** A path without what `file://` adds. */
function writtenPath(key: string): string {
  if (!/^file:\/\//i.test(key)) return key;
  try {
    return fileURLToPath(key);
  } catch {
    // A drive's letter or another computer's name, which is no path here: `file:///C:/a.dcm`.
    const path = key.replace(/^file:\/\/(?:localhost)?\/?/i, '');
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  }
}

/** Whether two folders are those of different parts of a set: `train/P1/1.png` is not `valid/P1/1.png`. */
export function areOtherParts(folder: string | undefined, other: string | undefined): boolean {
  const [part, otherPart] = [folder, other].map((name) => (name === undefined ? null : splitOfWord(name)));
  return part != null && otherPart != null && part !== otherPart;
}

const composed = (path: string): string => path.normalize('NFC');
const folded = (path: string): string => composed(path).toLowerCase();

/** What is left of a path below the folders that go off it, and the last of those. */
interface Moved {
  readonly below: string;
  readonly above: string | undefined;
}

/** Paths looked at to see whether a beginning leads to any image. */
const triedPaths = 1000;

/** Answers paths of one labels file; `keys` are all of its paths. */
export class PathFinder {
  readonly #byPath = new Map<string, PlacedAt[]>();
  #byFolded: Map<string, PlacedAt[]> | undefined;
  readonly #bases: readonly string[];
  readonly #moved: (key: string) => Moved | null;
  readonly #keys: readonly string[];
  /** What lies on the disk at paths that no image has. */
  readonly #there = new Map<string, FileThere>();

  constructor(images: readonly CatalogueImage[], bases: readonly string[], keys: readonly string[]) {
    this.#bases = bases;
    for (const image of images) for (const place of image.places) push(this.#byPath, composed(place), { image, place });
    this.#keys = keys;
    this.#moved = this.#findMove(keys);
  }

  /**
   * Looks on the disk for the files of paths at which no image is known.
   * @param imported files and folders that are imported together with the labels
   * @throws CANCELLED
   */
  async look(disk: OnDisk, imported: readonly string[]): Promise<void> {
    const missing = [...new Set(this.#keys)].filter((key) => {
      return !isOnDrive(key) && this.#at(placesOfPath(key, this.#bases)).length === 0;
    });
    if (missing.length === 0) return;
    const files = new FilesThere(disk, [...this.#byPath.values()].flat(), imported);
    const isRelative = (key: string): boolean => !isAbsolute(writtenPath(key));
    const leads = (isMeant: (key: string) => boolean, bases: readonly string[]): boolean =>
      this.#keys.some((key) => isMeant(key) && this.#at(placesOfPath(key, bases)).length > 0);
    const taken = new Set(this.#bases.filter((base) => leads(isRelative, [base])));
    const isWholeTaken = leads((key) => !isRelative(key), []);
    await disk.each(missing, async (key) => {
      const places = isRelative(key)
        ? this.#bases.flatMap((base) => placesOfPath(key, [base]).map((place) => ({ place, isTaken: taken.has(base) })))
        : placesOfPath(key, []).map((place) => ({ place, isTaken: isWholeTaken }));
      const there = await files.at(places);
      if (there !== null) this.#there.set(key, there);
    });
  }

  /** The images at a path; several where the path does not tell which is meant, none where there is none. */
  find(key: string): FoundPaths {
    if (isOnDrive(key)) return this.#findMoved(key);
    const places = placesOfPath(key, this.#bases);
    const exact = this.#at(places);
    if (exact.length > 0) return answer(exact, 'as-written');
    const there = this.#there.get(key);
    if (there !== undefined)
      return 'same' in there ? answer(there.same, 'as-written') : { ...answer([], 'as-written'), ...there };
    const otherCase = this.#at(places, true);
    if (otherCase.length > 0) return answer(otherCase, 'other-case');
    return this.#findMoved(key);
  }

  #findMoved(key: string): FoundPaths {
    const rest = this.#moved(key);
    return answer(rest === null ? [] : this.#below(rest.below, rest.above), 'moved');
  }

  #at(places: readonly string[], anyCase = false): PlacedAt[] {
    if (!anyCase) return places.flatMap((place) => this.#byPath.get(composed(place)) ?? []);
    const index = this.#folded();
    return places.flatMap((place) => index.get(folded(place)) ?? []);
  }

  /** Made when it is asked for: most files write their paths as they are. */
  #folded(): Map<string, PlacedAt[]> {
    if (this.#byFolded !== undefined) return this.#byFolded;
    const index = new Map<string, PlacedAt[]>();
    for (const [path, entries] of this.#byPath) for (const entry of entries) push(index, path.toLowerCase(), entry);
    this.#byFolded = index;
    return index;
  }

  #below(rest: string, above: string | undefined): PlacedAt[] {
    const places = this.#bases
      .filter((folder) => !areOtherParts(above, basename(folder)))
      .map((folder) => join(folder, rest));
    const exact = this.#at(places);
    return exact.length > 0 ? exact : this.#at(places, true);
  }

  /**
   * How paths that are absolute somewhere else are read here. The same leading folders go off all of them, as few as give an image at all.
   * The folder of a file stays: `1.dcm` alone may be anybody's.
   */
  #findMove(keys: readonly string[]): (key: string) => Moved | null {
    const away = keys.flatMap((key) => {
      const parts = foreignParts(key);
      const isHere =
        parts !== null && isAbsolute(writtenPath(key)) && this.#at(placesOfPath(key, this.#bases)).length > 0;
      return parts === null || isHere ? [] : [parts];
    });
    const [first] = away;
    if (first === undefined) return () => null;
    const least = Math.min(...away.slice(0, triedPaths).map((parts) => parts.length));
    const shared = first.findIndex((part, at) => at >= least - 2 || away.some((other) => other[at] !== part));
    const step = Math.ceil(away.length / triedPaths);
    const tried = away.filter((_, at) => at % step === 0);
    for (let off = 0; off <= shared; off++) {
      const movedBy = (parts: readonly string[]): Moved => ({
        below: parts.slice(off).join('/'),
        above: parts[off - 1],
      });
      const leads = ({ below, above }: Moved): boolean => this.#below(below, above).length > 0;
      if (tried.some((parts) => parts.length > off + 1 && leads(movedBy(parts))))
        return (key) => {
          const parts = foreignParts(key);
          return parts === null ? null : movedBy(parts);
        };
    }
    return () => null;
  }
}

/** Whether a path begins with a drive's letter, which is no folder here. */
function isOnDrive(key: string): boolean {
  return /^[A-Za-z]:[\\/]/.test(key) && !isAbsolute(key);
}

/** The folders and the name of an absolute path, of this system or another; null for a relative one. */
function foreignParts(key: string): string[] | null {
  const name = writtenPath(key);
  if (!isAbsolute(name) && !win32.isAbsolute(name)) return null;
  return name.split(/[\\/]+/).filter((part) => part !== '');
}

function answer(found: readonly PlacedAt[], how: FoundPaths['how']): FoundPaths {
  return {
    images: [...new Set(found.map(({ image }) => image))],
    places: [...new Set(found.map(({ place }) => place))],
    how,
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else there.push(value);
}
