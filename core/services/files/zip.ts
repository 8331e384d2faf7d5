/**
 * ZIP archives: listing and reading members, with limits against archives made to fill the memory.
 *
 * An archive inside an archive is gone through too, as far as `deepest`: colleagues pack a study each and send one archive of them. Its
 * members are called `inner.zip/folder/file`, and the same limits hold for them, measured against what the inner archive took in the outer.
 */

import yauzl from 'yauzl';
import { AppError, toError } from '../../base/errors.ts';
import { fileError } from './file-error.ts';

/** A member larger than this is refused before a byte of it is unpacked. */
const maxMemberBytes = 2 ** 30;
/** DICOM compresses ten-fold at best; an archive that promises thousand-fold is not an archive of images. */
const maxRatio = 1000;
const ratioFloorBytes = 16 * 2 ** 20;
/** An inner archive is held in memory while its members are read. */
const maxInnerBytes = 512 * 2 ** 20;
/** Archives in which a member may lie: one in the file, one in that. */
export const deepest = 2;

export interface ZipMember {
  /** Below the outermost archive; an inner archive counts as a folder. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Why it cannot be read, or null. */
  readonly refusal: AppError | null;
  read(): Promise<Uint8Array>;
}

/** An archive that is open, and where it lies. */
interface OpenArchive {
  readonly zip: yauzl.ZipFile;
  /** `inner.zip/` before the names of its members; '' for the outermost. */
  readonly prefix: string;
  readonly depth: number;
  /** Bytes that one byte of it takes on the disk: 1 for the outermost, less where it is itself compressed. */
  readonly density: number;
}

/** Ways of compressing that programs write and we do not read (PKWARE APPNOTE 4.4.5). */
const methodNames: Readonly<Record<number, string>> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64, as Windows writes for files over 2 GB',
  12: 'BZIP2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'XZ',
  98: 'PPMd',
  99: 'AES encryption',
};

const withPassword = 'Unpack the archive with its password and import the folder.';

function unreadable(error: unknown, path = ''): AppError {
  if (error instanceof AppError) return error;
  // What the system says of the archive's file is no fault of the archive, and quotes its whole path.
  if (error instanceof Error && 'syscall' in error) return fileError(error, path);
  // yauzl reads no further than the first entry that says so.
  if (/strong encryption/i.test(toError(error).message)) {
    return new AppError('FILE_UNREADABLE', 'The ZIP archive is encrypted with a password.', { action: withPassword });
  }
  return new AppError('FILE_UNREADABLE', `The ZIP archive cannot be read (${toError(error).message}).`, {
    action: 'Unpack the archive with another program and import the folder.',
    cause: error,
  });
}

function refusalOf(entry: yauzl.Entry, density: number): AppError | null {
  if (entry.isEncrypted() || entry.compressionMethod === 99) {
    return new AppError('FILE_UNREADABLE', 'The member of the ZIP archive is encrypted with a password.', {
      action: withPassword,
    });
  }
  const isRead = entry.compressionMethod === 0 || entry.compressionMethod === 8;
  if (!isRead) {
    const name = methodNames[entry.compressionMethod] ?? 'a rare method';
    return new AppError(
      'FILE_UNREADABLE',
      `The member of the ZIP archive is compressed in a way that is not read (method ${entry.compressionMethod}: ${name}).`,
      { action: 'Unpack the archive with the program that made it (or with 7-Zip) and import the folder.' },
    );
  }
  // A stored member takes what it holds; yauzl would give up the whole archive for one that says otherwise.
  if (entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize) {
    return wrongSize();
  }
  const packed = Math.max(1, entry.compressedSize * density);
  const isBomb = entry.uncompressedSize > ratioFloorBytes && entry.uncompressedSize > maxRatio * packed;
  if (entry.uncompressedSize > maxMemberBytes || isBomb) {
    return new AppError('TOO_LARGE', 'The member of the ZIP archive would unpack to an implausible size.', {
      action: 'Unpack the archive with another program, look at what is in it, and import the folder.',
    });
  }
  return null;
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  try {
    const stream = await zip.openReadStreamPromise(entry);
    const parts: Buffer[] = [];
    let left = entry.uncompressedSize;
    for await (const part of stream) {
      left -= (part as Buffer).length;
      // A member that unpacks to more than the archive says may have no end.
      if (left < 0) throw wrongSize();
      parts.push(part as Buffer);
    }
    if (left !== 0) throw wrongSize();
    return Buffer.concat(parts);
  } catch (error) {
    throw unreadable(error);
  }
}

function wrongSize(): AppError {
  return new AppError('FILE_UNREADABLE', 'The member of the ZIP archive has another size than the archive says.', {
    action: 'Get the archive again from where it came from, or unpack it with another program and import the folder.',
  });
}

/**
 * The name of a member. Without the flag for UTF-8 it is in code page 437, says the standard, and so Windows writes it; macOS writes UTF-8
 * without the flag. Bytes that are valid UTF-8 and not all ASCII are practically never meant as code page 437.
 */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: yauzl.Entry): string {
  const isFlagged = (generalPurposeBitFlag & 0x800) !== 0;
  if (!isFlagged && fileNameRaw.some((byte) => byte > 127)) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(fileNameRaw);
      if (!extraFields.some(({ id }) => id === 0x7075)) return text.replaceAll('\\', '/');
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

/** As names were read before UTF-8 without its flag was recognised: libraries remember members by it. */
function earlierNameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: yauzl.Entry): string {
  return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

/** The members of an archive in its own order, those of archives in it in their place, folders left out. Read a member before asking for the next. */
export async function* zipMembers(path: string): AsyncGenerator<ZipMember> {
  let zip: yauzl.ZipFile | undefined;
  try {
    zip = await yauzl.openPromise(path, readOptions);
    yield* membersOf({ zip, prefix: '', depth: 1, density: 1 });
  } catch (error) {
    throw unreadable(error, path);
  } finally {
    zip?.close();
  }
}

// Names are decoded here: yauzl refuses a whole archive for one name with `..`, which matters only to those who unpack. Sizes are checked
// here too: it refuses all for one member whose flag says that it is encrypted and whose size does not.
const readOptions = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false } as const;

async function* membersOf(archive: OpenArchive): AsyncGenerator<ZipMember> {
  const { zip, prefix, density } = archive;
  /** What the first member of each name holds. */
  const held = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry);
    if (name.endsWith('/')) continue;
    const holds = `${entry.crc32} ${entry.uncompressedSize}`;
    const first = held.get(name);
    if (first === undefined) held.set(name, holds);
    const refusal = first === undefined || first === holds ? refusalOf(entry, density) : nameTaken();
    if (refusal === null && isArchiveName(name)) yield* innerMembers(archive, entry, `${prefix}${name}`);
    else {
      const { uncompressedSize: sizeBytes } = entry;
      yield { name: prefix + name, sizeBytes, refusal, read: () => readEntry(zip, entry) };
    }
  }
}

/** Members are found again by their names, and the first of a name is the one that is found. */
function nameTaken(): AppError {
  return new AppError(
    'FILE_UNREADABLE',
    'The ZIP archive holds another member of this name before, with other content; that one is used.',
    {
      action:
        'Unpack the archive with a program that renames such files (7-Zip asks) and import the folder, or export the study again.',
    },
  );
}

const isArchiveName = (name: string): boolean => /\.zip$/iu.test(name);

/** The members of an archive that is a member; itself, with the reason, where it is not gone through. */
async function* innerMembers(
  { zip, depth, density }: OpenArchive,
  entry: yauzl.Entry,
  name: string,
): AsyncGenerator<ZipMember> {
  const { uncompressedSize: sizeBytes } = entry;
  const refused = (refusal: AppError): ZipMember => ({ name, sizeBytes, refusal, read: () => Promise.reject(refusal) });
  const why = depth >= deepest ? tooDeep() : sizeBytes > maxInnerBytes ? tooLarge() : null;
  if (why !== null) {
    yield refused(why);
    return;
  }
  let inner: yauzl.ZipFile | undefined;
  try {
    const bytes = await readEntry(zip, entry);
    // The name alone made it an archive; a file that is something else is looked at as any other.
    if (bytes.length < 4 || (bytes.readUInt32LE(0) !== 0x04034b50 && bytes.readUInt32LE(0) !== 0x06054b50)) {
      yield { name, sizeBytes, refusal: null, read: () => Promise.resolve(bytes) };
      return;
    }
    inner = await yauzl.fromBufferPromise(bytes, readOptions);
    const inside = density * Math.min(1, entry.compressedSize / Math.max(1, sizeBytes));
    yield* membersOf({ zip: inner, prefix: `${name}/`, depth: depth + 1, density: inside });
  } catch (error) {
    // One archive that is damaged does not keep the rest of the outer one from being read.
    yield refused(unreadable(error));
  } finally {
    inner?.close();
  }
}

function tooDeep(): AppError {
  return new AppError(
    'FILE_UNREADABLE',
    `The ZIP archive lies in more than ${deepest - 1} other archive; it was not opened.`,
    {
      action: 'Unpack the outer archives and import the folder; an archive in an archive is read, one deeper is not.',
    },
  );
}

function tooLarge(): AppError {
  return new AppError('TOO_LARGE', `The ZIP archive in an archive is larger than ${maxInnerBytes / 2 ** 20} MB.`, {
    action: 'Unpack the outer archive and import the folder.',
  });
}

/**
 * One member of an archive, or of an archive in it.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, TOO_LARGE
 */
export async function readMember(path: string, name: string): Promise<Uint8Array> {
  let zip: yauzl.ZipFile | undefined;
  try {
    zip = await yauzl.openPromise(path, readOptions);
    const found = await findMember({ zip, prefix: '', depth: 1, density: 1 }, name);
    if (found !== undefined) return found;
  } catch (error) {
    throw unreadable(error, path);
  } finally {
    zip?.close();
  }
  throw new AppError('FILE_NOT_FOUND', 'The ZIP archive no longer holds the member.', {
    action: 'Put the archive back as it was, or import it as it is now; images are recognised by their content.',
  });
}

/** The bytes of `name`; only the inner archive in whose name it begins is unpacked. */
async function findMember({ zip, depth, density }: OpenArchive, name: string): Promise<Uint8Array | undefined> {
  for await (const entry of zip.eachEntry()) {
    const names = [nameOf(entry), earlierNameOf(entry)];
    if (names.includes(name)) {
      const refusal = refusalOf(entry, density);
      if (refusal !== null) throw refusal;
      return await readEntry(zip, entry);
    }
    const folder = names.find((one) => isArchiveName(one) && name.startsWith(`${one}/`));
    if (folder === undefined || depth >= deepest || refusalOf(entry, density) !== null) continue;
    if (entry.uncompressedSize > maxInnerBytes) continue;
    const inner = await yauzl.fromBufferPromise(await readEntry(zip, entry), readOptions);
    try {
      const inside = density * Math.min(1, entry.compressedSize / Math.max(1, entry.uncompressedSize));
      return await findMember(
        { zip: inner, prefix: '', depth: depth + 1, density: inside },
        name.slice(folder.length + 1),
      );
    } finally {
      inner.close();
    }
  }
  return undefined;
}
