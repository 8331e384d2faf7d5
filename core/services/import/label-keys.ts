/**
 * Which images a key means that is not simply a path: the name of a file whatever its extension, the end of a path, a folder, a UID, a
 * patient. Several ways are tried one after the other. A key of a file that fits several images is no answer.
 */
import { redact } from '../../base/redact.ts';
import { type KeyKind, type LabelTarget, type PatientId, targetKey, targetOfImage } from '../../contract/index.ts';
import { patientNames } from '../patients/patient-names.ts';
import type { ImportIdentity } from '../privacy/pseudonym.ts';
import type { CatalogueImage } from './catalogue.ts';
import { doubtfulZeros, KeyHints, nouns } from './key-hints.ts';
import { areOtherParts, type FoundPaths, type PathFinder } from './label-paths.ts';
import type { RowKey } from './labels-file.ts';

export interface FoundTargets {
  readonly targets: readonly { readonly target: LabelTarget; readonly patientId: PatientId }[];
  /** Places that one key fits which can mean only one of them; no targets then. */
  readonly places: readonly string[];
  readonly how: FoundPaths['how'];
  /** What a message adds where the file lies there and is no image of the data set; what other ways would find is another one. */
  readonly whyNone?: string;
}

/** Kinds of key that stand in headers. */
type IdentifierKind = Exclude<KeyKind, 'path' | 'path-end' | 'file-name' | 'folder'>;

interface Placed {
  readonly image: CatalogueImage;
  readonly place: string;
  /** Its folders and its name, as they are compared. */
  readonly parts: readonly string[];
}

/** Extensions of images. Others are part of a name: that of a file may be a UID. */
const extension = /\.(?:dcm|dicom|dic|ima|png|jpe?g|tiff?)$/i;

/** Keys looked at to see whether the ends of paths begin further down. */
const triedKeys = 1000;

const nothing: FoundTargets = { targets: [], places: [], how: 'as-written' };

/** A name as names are compared: composed, without case. */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function stem(name: string): string {
  return name.replace(extension, '');
}

function partsOf(path: string): string[] {
  return path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
}

/** Answers keys about images; `paths` answers those that are paths, and `keys` are all that will be asked for. */
export class KeyFinder {
  readonly #images: readonly CatalogueImage[];
  readonly #paths: Pick<PathFinder, 'find'>;
  readonly #identity: Pick<ImportIdentity, 'patientKey' | 'keyBehind'>;
  readonly #found = new Map<readonly RowKey[], FoundTargets>();
  readonly #keys: readonly (readonly RowKey[])[];
  #byStem: ReadonlyMap<string, readonly Placed[]> | undefined;
  #byFolder: ReadonlyMap<string, ReadonlySet<CatalogueImage>> | undefined;
  readonly #byIdentifier = new Map<KeyKind, ReadonlyMap<string, FoundTargets['targets']>>();
  readonly #hints = new Map<KeyKind, KeyHints>();
  #off: number | undefined;

  constructor(
    images: readonly CatalogueImage[],
    given: {
      readonly paths: Pick<PathFinder, 'find'>;
      readonly keys: readonly (readonly RowKey[])[];
      readonly identity: Pick<ImportIdentity, 'patientKey' | 'keyBehind'>;
    },
  ) {
    this.#images = images;
    this.#paths = given.paths;
    this.#keys = given.keys;
    this.#identity = given.identity;
  }

  /** What the first of the keys that leads to anything means. Rows of one line share their keys and are looked for once. */
  find(keys: readonly RowKey[]): FoundTargets {
    const known = this.#found.get(keys);
    if (known !== undefined) return known;
    let found = nothing;
    for (const key of keys) {
      found = this.#of(key);
      if (found.targets.length + found.places.length > 0 || found.whyNone !== undefined) break;
    }
    this.#found.set(keys, found);
    return found;
  }

  /** Why none of the keys leads to anything. */
  whyNot(keys: readonly RowKey[]): string {
    const shown = redact(keys[0]?.text ?? '');
    for (const { kind, text } of keys) {
      if (kind === 'path' || kind === 'path-end' || kind === 'file-name' || kind === 'folder') continue;
      const hints = this.#hintsOf(kind);
      if (hints.isDoubtful(text)) return `${nouns[kind]} ${redact(text)} ${doubtfulZeros}`;
      const hint = hints.of(text);
      if (hint !== '') return `no ${nouns[kind]} ${redact(text)} in this data set${hint}`;
    }
    return `no image ${shown} in this data set${this.find(keys).whyNone ?? ''}`;
  }

  #of({ kind, text }: RowKey): FoundTargets {
    switch (kind) {
      case 'path': {
        const { images, places, how, whyNone } = this.#paths.find(text);
        return { ...one(images, places), how, ...(whyNone === undefined ? {} : { whyNone }) };
      }
      case 'path-end':
        return this.#byEnd(text);
      case 'file-name':
        return this.#byName(text);
      case 'folder':
        return { ...nothing, targets: imagesAsTargets(this.#inFolder(partsOf(text).map(folded))) };
      default: {
        const targets = this.#identifiers(kind).get(this.#identifier(kind, text)) ?? [];
        if (this.#hintsOf(kind).isDoubtful(text)) return nothing;
        // Numbers of two hospitals may be the same, one order may be several studies, and series of two patients may have one UID.
        const isOfOne = kind === 'accessionNumber' || kind === 'seriesInstanceUID';
        if (!isOfOne || targets.length < 2) return { ...nothing, targets };
        const images = this.#images.filter((image) => image[kind] === text);
        return { ...nothing, places: images.flatMap(({ places }) => places.slice(0, 1)) };
      }
    }
  }

  #byName(text: string): FoundTargets {
    const name = partsOf(text).at(-1) ?? '';
    const there = this.#stems().get(folded(stem(name))) ?? [];
    // Of a picture and another made of it, the one whose extension stands there is meant.
    const exact = there.filter(({ parts }) => parts.at(-1) === folded(name));
    return placed(exact.length > 0 ? exact : there);
  }

  #byEnd(text: string): FoundTargets {
    const all = partsOf(text);
    return placed(this.#endingWith(all.slice(this.#leadingOff()), all.slice(0, this.#leadingOff()).at(-1)));
  }

  /** Images whose paths end so. Where `above` stood before it, an image in the folder of another part of the set is not the one. */
  #endingWith(parts: readonly string[], above?: string): readonly Placed[] {
    const name = parts.at(-1) ?? '';
    const folders = parts.slice(0, -1).map(folded);
    const there = (this.#stems().get(folded(stem(name))) ?? []).filter(({ parts: own }) => {
      const of = own.slice(0, -1).slice(-folders.length);
      const fits =
        folders.length === 0 || (of.length === folders.length && folders.every((part, at) => part === of[at]));
      return fits && !areOtherParts(above, own.at(-parts.length - 1));
    });
    const exact = there.filter(({ parts: own }) => own.at(-1) === folded(name));
    return exact.length > 0 ? exact : there;
  }

  /**
   * How many leading folders go off all keys: as few as lead to any image, and never the one in which a file lies. A set is often kept
   * under another name than the one that its paths begin with.
   */
  #leadingOff(): number {
    if (this.#off !== undefined) return this.#off;
    const ends = this.#keys.flatMap((keys) =>
      keys.flatMap(({ kind, text }) => (kind === 'path-end' ? [partsOf(text)] : [])),
    );
    const step = Math.ceil(ends.length / triedKeys) || 1;
    const tried = ends.filter((_, at) => at % step === 0);
    const most = Math.max(0, Math.min(...tried.map((parts) => parts.length)) - 2);
    this.#off = 0;
    for (let off = 0; off <= most; off++) {
      if (!tried.some((parts) => this.#endingWith(parts.slice(off), parts.slice(0, off).at(-1)).length > 0)) continue;
      this.#off = off;
      break;
    }
    return this.#off;
  }

  #stems(): ReadonlyMap<string, readonly Placed[]> {
    if (this.#byStem !== undefined) return this.#byStem;
    const all = this.#images.flatMap((image) =>
      image.places.map((place): Placed => ({ image, place, parts: partsOf(place).map(folded) })),
    );
    this.#byStem = Map.groupBy(all, ({ parts }) => stem(parts.at(-1) ?? ''));
    return this.#byStem;
  }

  /** Images in a folder and below it; where folders stand before its name, in the one that lies in those. */
  #inFolder(folder: readonly string[]): readonly CatalogueImage[] {
    // Of "P17/scan" every patient has a folder "scan": asked of all images for every row, 100,000 of them would take hours.
    const [fewest = []] = folder
      .map((part) => this.#folders().get(part) ?? new Set<CatalogueImage>())
      .sort((a, b) => a.size - b.size);
    if (folder.length < 2) return [...fewest];
    const wanted = `/${folder.join('/')}/`;
    return [...fewest].filter(({ places }) =>
      places.some((place) => `/${partsOf(place).slice(0, -1).map(folded).join('/')}/`.includes(wanted)),
    );
  }

  #folders(): ReadonlyMap<string, ReadonlySet<CatalogueImage>> {
    if (this.#byFolder !== undefined) return this.#byFolder;
    const folders = new Map<string, Set<CatalogueImage>>();
    for (const image of this.#images) {
      for (const place of image.places) {
        for (const part of partsOf(place).slice(0, -1).map(folded)) {
          const there = folders.get(part) ?? new Set<CatalogueImage>();
          folders.set(part, there.add(image));
        }
      }
    }
    this.#byFolder = folders;
    return folders;
  }

  #hintsOf(kind: IdentifierKind): KeyHints {
    const known = this.#hints.get(kind);
    if (known !== undefined) return known;
    const given = this.#keys.flatMap((keys) => keys.flatMap((key) => (key.kind === kind ? [key.text] : [])));
    const hints = new KeyHints(kind, this.#identifiers(kind).keys(), given);
    this.#hints.set(kind, hints);
    return hints;
  }

  #identifier(kind: KeyKind, text: string): string {
    return kind === 'patientID' ? this.#identity.patientKey(text) : text;
  }

  #identifiers(kind: IdentifierKind) {
    const known = this.#byIdentifier.get(kind);
    if (known !== undefined) return known;
    const index = new Map<string, Map<string, FoundTargets['targets'][number]>>();
    const names = patientNames(
      kind === 'patientID' ? this.#images.map(({ patientKey }) => patientKey) : [],
      this.#identity.keyBehind,
    );
    for (const image of this.#images) {
      const { patientId } = image;
      const [key, target] = {
        sopInstanceUID: [image.sopInstanceUID, targetOfImage(image, 'instance')] as const,
        seriesInstanceUID: [image.seriesInstanceUID, targetOfImage(image, 'series')] as const,
        studyInstanceUID: [image.studyInstanceUID, targetOfImage(image, 'study')] as const,
        accessionNumber: [image.accessionNumber, targetOfImage(image, 'study')] as const,
        patientID: [image.patientKey, { kind: 'patient', id: patientId } as LabelTarget] as const,
      }[kind];
      if (key === null) continue;
      const there = index.get(key) ?? new Map<string, FoundTargets['targets'][number]>();
      index.set(key, there.set(targetKey(target), { target, patientId }));
      const name = names.get(key);
      if (name !== undefined) index.set(name, there);
    }
    const found = new Map([...index].map(([key, targets]) => [key, [...targets.values()]]));
    this.#byIdentifier.set(kind, found);
    return found;
  }
}

function placed(found: readonly Placed[]): FoundTargets {
  return {
    ...one(
      [...new Set(found.map(({ image }) => image))],
      found.map(({ place }) => place),
    ),
    how: 'as-written',
  };
}

/** A file is one image; several are no answer. */
function one(images: readonly CatalogueImage[], places: readonly string[]): Omit<FoundTargets, 'how'> {
  return images.length > 1 ? { targets: [], places } : { targets: imagesAsTargets(images), places: [] };
}

function imagesAsTargets(images: readonly CatalogueImage[]): FoundTargets['targets'] {
  return images.map((image) => ({
    target: { kind: 'instance', id: image.instanceId },
    patientId: image.patientId,
  }));
}
