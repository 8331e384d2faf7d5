/**
 * Files in, instances or reasons out, in the order of the walk: what import and classification have in common.
 * A few files are read ahead, because on a network drive each waits for the other end; memory does not grow with their number.
 */
import { open } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import type { PicturePatients } from '../../contract/index.ts';
import {
  type ClassFolders,
  classFolderReader,
  type FolderLabel,
  nameOfPatientFolder,
  patientOfFolders,
} from './class-folders.ts';
import { fileError } from './file-error.ts';
import { readPlace } from './files.ts';
import { type Identified, identifyBytes, identifyFile, type LooksInto, type PictureContext } from './identify.ts';
import { maskByName } from './masks.ts';
import { namedRefusal, packedDocument } from './no-image.ts';
import { realPath } from './real-path.ts';
import { relativeName, type WalkedFile, walkFiles } from './walk.ts';
import { zipMembers } from './zip.ts';

/** Where something lies: a file, or a member of a ZIP archive. */
export interface ScannedPlace {
  readonly path: string;
  /** '' for a plain file. */
  readonly member: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** One file (or member) and what it is: an instance, a reason why not, or `known` (not looked into). */
export interface Scanned {
  readonly place: ScannedPlace;
  /** For messages and CSV rows: path below the chosen folder, then member. */
  readonly name: string;
  readonly found: Identified | null;
  readonly problem: AppError | null;
  readonly known: boolean;
  /** Whose it is if it is a picture, by the rule for pictures alone; null in an archive that could not be read. */
  readonly picture: PictureContext | null;
  /** Label and split by class folders, where the chosen folder is laid out so. */
  readonly folderLabel: FolderLabel | null;
  /** The whole file, read when asked for. */
  readonly bytes: () => Promise<Uint8Array>;
}

export interface ScanOptions {
  readonly signal: AbortSignal;
  /** Files left out (a labels file beside the images). */
  readonly exclude?: readonly string[];
  /** True for a place that need not be looked into, because nothing changed since it was. */
  readonly isKnown?: (place: ScannedPlace) => boolean;
  /** Whose a picture is where nothing says it; without a rule each is its own patient, unless class folders name patients. */
  readonly picturePatients?: PicturePatients | undefined;
  /** The patient of a picture, where a sidecar file tells; `own` is whose it is without that, null where nothing says it. */
  readonly patientOf?: (path: string, member: string, own: string | null) => string | undefined;
  /** True where nothing is kept of what is found: of plain files only the head is read. */
  readonly isPreview?: boolean;
  /** True where a given path that is gone, or cannot be read, is one reason among others and not the end. */
  readonly mayBeGone?: boolean | undefined;
  /** What is looked at for notices; of `pixels` the range of their samples is told, too. */
  readonly looksInto?: LooksInto;
}

const readAhead = 4;
/** A network drive that does not answer for so long is treated as a file that cannot be read. */
const stallMs = 60_000;

/**
 * Looks into every file below `paths`.
 * @throws CANCELLED; FILE_NOT_FOUND or FILE_UNREADABLE when one of `paths` itself cannot be used, unless they may be gone
 */
export async function* scanFiles(paths: readonly string[], options: ScanOptions): AsyncGenerator<Scanned> {
  const exclude = new Set<string>();
  const classFolders = classFolderReader();
  for (const path of options.exclude ?? []) exclude.add(await realPath(path).catch(() => resolve(path)));
  const ahead: Promise<Scanned | WalkedFile>[] = [];
  const next = async function* (): AsyncGenerator<Scanned> {
    const first = await ahead.shift();
    if (first === undefined) return;
    if ('found' in first) yield first;
    else yield* scanArchive(first, options);
  };
  for await (const file of walkFiles(paths, exclude, options)) {
    throwIfCancelled(options.signal, 'Reading files');
    const scanned = scanFile(file, classFolders(file.root, file.folders), options);
    // The rejection is seen when its turn comes; until then it must not count as unhandled.
    scanned.catch(() => {});
    ahead.push(scanned);
    if (ahead.length >= readAhead) yield* next();
  }
  while (ahead.length > 0) {
    throwIfCancelled(options.signal, 'Reading files');
    yield* next();
  }
}

/** A plain file's result, or the file itself when it is an archive to be gone through. */
async function scanFile(file: WalkedFile, folders: ClassFolders, options: ScanOptions): Promise<Scanned | WalkedFile> {
  const { path, root, sizeBytes, modifiedMs } = file;
  const place = { path, member: '', sizeBytes, modifiedMs };
  const picture = pictureContext(folders, dirname(path), path, options);
  const base = {
    place,
    picture,
    name: relativeName(root, path),
    found: null,
    problem: null,
    known: false,
    folderLabel: folders.label,
    bytes: () => readPlace(path, ''),
  };
  if (file.refusal !== null) return { ...base, problem: file.refusal };
  if (options.isKnown?.(place)) return { ...base, known: true };
  try {
    if (await isZip(path)) {
      const packed = packedDocument(base.name);
      return packed === null ? file : { ...base, problem: packed };
    }
    const context = withGiven(picture, options.patientOf?.(path, '', picture.patientKey), dirname(path));
    const found = await withTimeout(
      identifyFile(path, sizeBytes, context, {
        looksInto: options.looksInto,
        isPreview: options.isPreview === true,
      }),
    );
    return { ...base, found: withName(found, base.name, options) };
  } catch (error) {
    if (error instanceof AppError) return { ...base, problem: namedRefusal(error, base.name) };
    throw error;
  }
}

async function* scanArchive(file: WalkedFile, options: ScanOptions): AsyncGenerator<Scanned> {
  const { path, root, modifiedMs, sizeBytes } = file;
  const archive = relativeName(root, path);
  const nothing = {
    ...{ found: null, problem: null, known: false, folderLabel: null, picture: null },
    bytes: () => readPlace(path, ''),
  };
  try {
    for await (const member of zipMembers(path)) {
      throwIfCancelled(options.signal, 'Reading files');
      // A member has no time of its own to trust: it counts as unchanged while the archive is.
      const place = { path, member: member.name, sizeBytes: member.sizeBytes, modifiedMs };
      const bytes = (): Promise<Uint8Array> => readPlace(path, member.name);
      const whole = `${path}/${member.name}`;
      // The archive is a folder of its own: patient1 in two archives is two people, unless they are those of parts.
      const patientKey = patientOfFolders(root, [
        ...file.folders,
        basename(path),
        ...member.name.split('/').slice(0, -1),
      ]);
      const picture = pictureContext({ label: null, patientKey }, dirname(whole), whole, options);
      const base = { ...nothing, place, name: `${archive}/${member.name}`, picture, bytes };
      if (member.refusal !== null) yield { ...base, problem: member.refusal };
      else if (options.isKnown?.(place)) yield { ...base, known: true };
      else yield await scanMember(base, member.read, options);
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'CANCELLED') throw error;
    yield { ...nothing, place: { path, member: '', sizeBytes, modifiedMs }, name: archive, problem: error };
  }
}

async function scanMember(base: Scanned, read: () => Promise<Uint8Array>, options: ScanOptions): Promise<Scanned> {
  const { path, member } = base.place;
  try {
    const bytes = await read();
    const alone = base.picture ?? { patientKey: null, studyKey: null };
    const context = withGiven(alone, options.patientOf?.(path, member, alone.patientKey), dirname(`${path}/${member}`));
    const found = await identifyBytes(bytes, context, options.looksInto);
    return { ...base, found: withName(found, base.name, options) };
  } catch (error) {
    if (error instanceof AppError) return { ...base, problem: namedRefusal(error, base.name) };
    throw error;
  }
}

/** What was found, with what the name says of it. */
function withName(found: Identified, name: string, { looksInto }: ScanOptions): Identified {
  const mask = looksInto !== undefined && found.instance.kind === 'picture' ? maskByName(name) : undefined;
  return mask === undefined ? found : { ...found, notices: [...found.notices, mask] };
}

/** Patient and study of a picture by the rule, or by the layout of class folders where no rule is given. */
function pictureContext(
  folders: ClassFolders,
  folder: string,
  path: string,
  { picturePatients }: ScanOptions,
): PictureContext {
  switch (picturePatients) {
    case 'folder':
      return { patientKey: `folder:${folder}`, studyKey: folder };
    case 'prefix':
      return { patientKey: prefixOf(basename(path)), studyKey: folder };
    case 'picture':
      return { patientKey: null, studyKey: null };
    default:
      return { patientKey: folders.patientKey, studyKey: folders.patientKey === null ? null : folder };
  }
}

/** `P001` of `P001_left_2.png` and of `P001.png`; null where nothing stands before the first `_`. */
function prefixOf(name: string): string | null {
  return (
    name
      .replace(/\.[^.]*$/, '')
      .split('_', 1)[0]
      ?.trim() || null
  );
}

/** What the sidecar says wins; whose the picture is without it is kept beside. */
function withGiven(picture: PictureContext, given: string | undefined, folder: string): PictureContext {
  // Labels files name a patient without the folders above: one that says what the folders say changes nothing.
  if (given !== undefined && given === nameOfPatientFolder(picture.patientKey ?? '')) return picture;
  return given === undefined ? picture : { patientKey: given, studyKey: folder, ownPatientKey: picture.patientKey };
}

async function isZip(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const head = Buffer.alloc(4);
    await handle.read(head, 0, 4, 0);
    return head.readUInt32LE(0) === 0x04034b50;
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await handle.close();
  }
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new AppError('FILE_UNREADABLE', `The drive did not answer for ${stallMs / 1000} seconds.`, {
          action: 'Check the cable or the network, then run the same command again; what was read is recognised.',
        }),
      );
    }, stallMs);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
