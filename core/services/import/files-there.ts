/** What the files are that lie where paths of a labels file lead and where no image of the data set is known to lie. */
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import type { CatalogueImage } from './catalogue.ts';
import type { OnDisk } from './on-disk.ts';

export interface PlacedAt {
  readonly image: CatalogueImage;
  readonly place: string;
}

/** What a message about a path adds whose file lies there and is no image of the data set. */
const leftOutNote = '; it lies there, but no import took it into the data set: see what was left out';
const notTakenNote = '; it lies there, but no import took it into the data set';

/** A file that an import reached by another way, or why it is no image. */
export type FileThere = { readonly same: readonly PlacedAt[] } | { readonly whyNone: string };

export class FilesThere {
  readonly #disk: OnDisk;
  readonly #placed: readonly PlacedAt[];
  readonly #imported: readonly string[];
  #known: Promise<Known> | undefined;
  #byName: ReadonlyMap<string, readonly PlacedAt[]> | undefined;
  readonly #links = new Map<string, Promise<ReadonlyMap<string, readonly PlacedAt[]>>>();

  /** @param imported files and folders that are imported together with the labels */
  constructor(disk: OnDisk, placed: readonly PlacedAt[], imported: readonly string[]) {
    this.#disk = disk;
    this.#placed = placed;
    this.#imported = imported;
  }

  /**
   * What lies at the places that one path may mean; null where that says nothing of the images: no file, or the original of one that the
   * data set holds a copy of, of which nothing was left out.
   * @param isTaken whether other paths that begin where this place does lead to images
   */
  async at(places: readonly { readonly place: string; readonly isTaken: boolean }[]): Promise<FileThere | null> {
    const same: PlacedAt[] = [];
    let whyNone: string | null = null;
    for (const { place, isTaken } of places) {
      const file = await this.#disk.fileAt(place);
      if (file === null) continue;
      const { files, folders, imported } = await this.#all();
      const form = file.normalize('NFC');
      const here = files.get(form) ?? (await this.#linksOf(basename(form))).get(form) ?? [];
      same.push(...here);
      if (imported.some((path) => isIn(file, path))) whyNone = leftOutNote;
      else if (isTaken || folders.has(folded(dirname(file)))) whyNone ??= notTakenNote;
    }
    if (same.length > 0) return { same };
    return whyNone === null ? null : { whyNone };
  }

  /** Images of one name by where their files really lie: links of class folders lead to a folder with all of them. */
  #linksOf(name: string): Promise<ReadonlyMap<string, readonly PlacedAt[]>> {
    this.#byName ??= Map.groupBy(this.#placed, ({ place }) => basename(place).normalize('NFC'));
    const known = this.#links.get(name) ?? this.#readLinks(this.#byName.get(name) ?? []);
    this.#links.set(name, known);
    return known;
  }

  async #readLinks(placed: readonly PlacedAt[]): Promise<ReadonlyMap<string, readonly PlacedAt[]>> {
    const files = new Map<string, PlacedAt[]>();
    await this.#disk.each(placed, async (one) => {
      const file = isAbsolute(one.place) ? (await this.#disk.fileAt(one.place))?.normalize('NFC') : undefined;
      if (file !== undefined) files.set(file, [...(files.get(file) ?? []), one]);
    });
    return files;
  }

  #all(): Promise<Known> {
    this.#known ??= this.#read();
    return this.#known;
  }

  async #read(): Promise<Known> {
    const files = new Map<string, PlacedAt[]>();
    const folders = new Set<string>();
    const byFolder = Map.groupBy(this.#placed, ({ place }) => dirname(place));
    await this.#disk.each(byFolder, async ([folder, placed]) => {
      if (!isAbsolute(folder)) return;
      const real = await this.#disk.realFolder(folder);
      folders.add(folded(real));
      for (const one of placed) {
        const file = join(real, basename(one.place)).normalize('NFC');
        files.set(file, [...(files.get(file) ?? []), one]);
      }
    });
    const imported: string[] = [];
    await this.#disk.each(this.#imported, async (path) => {
      imported.push(await this.#disk.realFolder(resolve(path)));
    });
    return { files, folders, imported };
  }
}

/** The images of the data set as they really lie, and the folders with any. */
interface Known {
  readonly files: ReadonlyMap<string, readonly PlacedAt[]>;
  readonly folders: ReadonlySet<string>;
  readonly imported: readonly string[];
}

const folded = (path: string): string => path.normalize('NFC').toLowerCase();

/** Whether a path is that of a folder or file, or lies below it. */
export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
