/** The files an export reads: those of folders and archives, and those of a data set's instances wherever they are now. */
import { open, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import { datasetByName, type Library, labelledInstances, listDatasets } from '../../store/index.ts';
import { fileError } from '../files/file-error.ts';
import { readInstance, readPlace } from '../files/files.ts';
import { realPath } from '../files/real-path.ts';
import { walkFiles } from '../files/walk.ts';
import { zipMembers } from '../files/zip.ts';

/** One file to export. `name` tells it apart and must be redacted before it is shown. */
export interface ExportFile {
  readonly name: string;
  /** Throws an AppError where the bytes cannot be had. */
  read(): Promise<Uint8Array>;
}

/** Node reads at most 2 GiB into one buffer. */
const maxFileBytes = 2 ** 31 - 1;

/**
 * The files at and below `paths`, each once, members of ZIP archives among them.
 * Throws FILE_NOT_FOUND and FILE_UNREADABLE for a path that itself cannot be used.
 */
export async function* filesBelow(paths: readonly string[]): AsyncGenerator<ExportFile> {
  for await (const file of walkFiles(paths, new Set())) {
    const refusal = file.refusal ?? tooLarge(file.sizeBytes);
    if (refusal !== null) yield { name: file.path, read: () => Promise.reject(refusal) };
    else yield* filesAt(file.path);
  }
}

/**
 * Refuses a folder to be made below one that is exported: what is written there would be met on the way and exported once more, each
 * image under a second pseudonym, as if it were another patient's; and so would a later export of the same folder.
 * @throws BAD_INPUT
 */
export async function refuseBelow(out: string, paths: readonly string[]): Promise<void> {
  const made = await realPlace(resolve(out));
  for (const path of paths) {
    const folder = await folderOf(resolve(path));
    const way = folder === null ? '..' : relative(folder, made);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) continue;
    throw new AppError('BAD_INPUT', `The folder ${redact(out)} lies in one that is exported.`, {
      action: 'Choose a folder outside of what is exported with --out.',
    });
  }
}

/** The real folder that exporting `path` goes through; null for a single file and for what is not there. */
async function folderOf(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).isDirectory()) return await realPath(path);
    return basename(path).toUpperCase() === 'DICOMDIR' ? await realPath(dirname(path)) : null;
  } catch {
    // Said with its reason when it is walked.
    return null;
  }
}

/** Where `path` is or would be, links resolved as far as there is something. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realPath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realPlace(above), basename(path));
  }
}

/** The file itself, or the members when it is an archive; one that cannot be read says so when it is asked for. */
async function* filesAt(path: string): AsyncGenerator<ExportFile> {
  try {
    if (await isZip(path)) yield* membersOf(path);
    else yield { name: path, read: () => readPlace(path, '') };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    yield { name: path, read: () => Promise.reject(error) };
  }
}

function tooLarge(sizeBytes: number): AppError | null {
  if (sizeBytes <= maxFileBytes) return null;
  return new AppError('TOO_LARGE', `The file is larger than ${maxFileBytes} bytes.`);
}

async function* membersOf(path: string): AsyncGenerator<ExportFile> {
  for await (const member of zipMembers(path)) {
    const { refusal } = member;
    yield { name: member.name, read: () => (refusal === null ? member.read() : Promise.reject(refusal)) };
  }
}

/** Whether a file begins as ZIP archives do. */
async function isZip(path: string): Promise<boolean> {
  try {
    await using handle = await open(path);
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.readUInt32BE() === 0x504b0304;
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The files of a data set's instances, in the order of their UIDs. Throws DATASET_NOT_FOUND. */
export function filesOfDataset(library: Library, name: string): ExportFile[] {
  const dataset = datasetByName(library.db, name);
  if (dataset === undefined) {
    const names = listDatasets(library.db).map((row) => `"${row.name}"`);
    const there = names.length === 0 ? 'the library has none' : `found: ${names.join(', ')}`;
    throw new AppError('DATASET_NOT_FOUND', `There is no data set "${name}" (${there}).`, {
      action: names.length === 0 ? 'Name files or folders instead, or import them first.' : 'Use one of these names.',
    });
  }
  return labelledInstances(library.db, dataset.id).map((instance) => ({
    name: instance.sopInstanceUID,
    read: () => readInstance(library, instance.instanceId),
  }));
}
