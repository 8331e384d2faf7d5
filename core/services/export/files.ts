/** The files an export reads: those of folders and archives, and those of a data set's instances wherever they are now. */
import { open } from 'node:fs/promises';
import { AppError } from '../../base/errors.ts';
import { datasetByName, type Library, labelledInstances, listDatasets } from '../../store/index.ts';
import { fileError, readInstance, readPlace } from '../files/files.ts';
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
