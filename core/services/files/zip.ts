/** ZIP archives: listing and reading members, with limits against archives made to fill the memory. */

import yauzl from 'yauzl';
import { AppError, toError } from '../../base/errors.ts';

/** A member larger than this is refused before a byte of it is unpacked. */
const maxMemberBytes = 2 ** 30;
/** DICOM compresses ten-fold at best; an archive that promises thousand-fold is not an archive of images. */
const maxRatio = 1000;
const ratioFloorBytes = 16 * 2 ** 20;

export interface ZipMember {
  readonly name: string;
  readonly sizeBytes: number;
  /** Why it cannot be read, or null. */
  readonly refusal: AppError | null;
  read(): Promise<Uint8Array>;
}

function unreadable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('FILE_UNREADABLE', `The ZIP archive cannot be read (${toError(error).message}).`, {
    action: 'Unpack the archive with another program and import the folder.',
    cause: error,
  });
}

function refusalOf(entry: yauzl.Entry): AppError | null {
  if (entry.isEncrypted()) {
    return new AppError('FILE_UNREADABLE', 'The member of the ZIP archive is encrypted.', {
      action: 'Unpack the archive with its password and import the folder.',
    });
  }
  const isBomb =
    entry.uncompressedSize > ratioFloorBytes && entry.uncompressedSize > maxRatio * Math.max(1, entry.compressedSize);
  if (entry.uncompressedSize > maxMemberBytes || isBomb) {
    return new AppError('TOO_LARGE', 'The member of the ZIP archive would unpack to an implausible size.');
  }
  return null;
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Uint8Array> {
  try {
    const stream = await zip.openReadStreamPromise(entry);
    const parts: Buffer[] = [];
    // yauzl itself stops a member that unpacks to another size than the archive says.
    for await (const part of stream) parts.push(part as Buffer);
    return Buffer.concat(parts);
  } catch (error) {
    throw unreadable(error);
  }
}

/** The members of an archive in its own order, folders left out. Read a member before asking for the next. */
export async function* zipMembers(path: string): AsyncGenerator<ZipMember> {
  let zip: yauzl.ZipFile | undefined;
  try {
    // Names are decoded below: yauzl refuses a whole archive for one name with `..`, which matters only to those who unpack.
    zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
    for await (const entry of zip.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
      const name = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
      if (name.endsWith('/')) continue;
      const opened = zip;
      yield {
        name,
        sizeBytes: entry.uncompressedSize,
        refusal: refusalOf(entry),
        read: () => readEntry(opened, entry),
      };
    }
  } catch (error) {
    throw unreadable(error);
  } finally {
    zip?.close();
  }
}

/**
 * One member of an archive.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, TOO_LARGE
 */
export async function readMember(path: string, name: string): Promise<Uint8Array> {
  for await (const member of zipMembers(path)) {
    if (member.name !== name) continue;
    if (member.refusal !== null) throw member.refusal;
    return await member.read();
  }
  throw new AppError('FILE_NOT_FOUND', 'The ZIP archive no longer holds the member.');
}
