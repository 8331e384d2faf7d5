/** What a file holds: the header of a DICOM instance, read without its pixels, or a picture told by its first bytes. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../base/errors.ts';
import { type DicomHeader, readHeader } from '../../dicom/header.ts';
import { type DicomFile, looksLikeDicom, parseDicom } from '../../dicom/parse.ts';
import type { InstanceDescription, NewInstance } from '../../store/index.ts';
import { fileError } from './files.ts';
import { decoderFactory } from './text-decoder.ts';

/** Read first; DICOM headers are a few kilobytes, private groups can make them some hundred. */
const headBytes = 64 * 1024;
const pieceBytes = 1024 * 1024;
const undefinedLength = 0xffffffff;
const deflatedSyntax = '1.2.840.10008.1.2.1.99';

/** Patient and study that the surroundings of a picture give it; DICOM brings its own. */
export interface PictureContext {
  readonly patientKey: string | null;
  /** What pictures of one study share; null makes each picture its own study. */
  readonly studyKey: string | null;
}

/** An instance as the library stores it, with what classification shows of it. */
export interface Identified {
  readonly instance: NewInstance;
  /** As in the header; for pictures the patient key or ''. */
  readonly patientID: string;
}

/** A UID for what has none, from its content or name: 2.25 and 128 bits of a SHA-256 (PS3.5 B.2 uses a UUID's 128 bits so). */
export function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `2.25.${BigInt(`0x${hex}`)}`;
}

/**
 * What `bytes`, a whole file, hold.
 * @throws DICOM_NOT_DICOM, DICOM_NO_PIXELS, DICOM_MALFORMED, DICOM_TRUNCATED, TOO_LARGE, DICOM_DECODE_FAILED
 */
export function identifyBytes(bytes: Uint8Array, context: PictureContext): Identified {
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  return identify(bytes, bytes.length, contentHash, context);
}

/**
 * What the file at `path` holds. Reads its head, and the rest only to hash it, piece by piece; a file that is no image is not read on.
 * @param isPreview true reads the head alone: the hash is then its path's, and is for telling files apart and nothing else
 * @throws as identifyBytes, and FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function identifyFile(
  path: string,
  sizeBytes: number,
  context: PictureContext,
  isPreview = false,
): Promise<Identified> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const head = await readUntilHeader(handle, sizeBytes);
    checkKind(head, sizeBytes);
    const hash = isPreview ? createHash('sha256').update(path).digest('hex') : await hashFile(handle, head, sizeBytes);
    return identify(head, sizeBytes, hash, context);
  } catch (error) {
    throw error instanceof AppError ? error : fileError(error, path);
  } finally {
    await handle?.close();
  }
}

async function readHead(handle: FileHandle, length: number): Promise<Uint8Array> {
  const head = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(head, done, length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return head.subarray(0, done);
}

/** The first part of a file, long enough to hold its header: grown while the parser says that it ends too early. */
async function readUntilHeader(handle: FileHandle, sizeBytes: number): Promise<Uint8Array> {
  let length = Math.min(headBytes, sizeBytes);
  for (;;) {
    const head = await readHead(handle, length);
    if (length >= sizeBytes || pictureKind(head) || !looksLikeDicom(head)) return head;
    try {
      const file = parseDicom(head, { untilPixelData: true });
      if (file.transferSyntaxUID !== deflatedSyntax && readHeader(file).hasPixels) return head;
    } catch (error) {
      // A cut deflate stream does not always say that it was cut; only the whole file tells.
      if (!(error instanceof AppError)) throw error;
    }
    length = Math.min(sizeBytes, length * 8);
  }
}

/** SHA-256 of the whole file, of which `head` was read already. */
async function hashFile(handle: FileHandle, head: Uint8Array, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256').update(head);
  if (head.length >= sizeBytes) return hash.digest('hex');
  // One piece a file, no larger than what is left: clearing a megabyte for every small file cost more than reading it.
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, sizeBytes - head.length));
  for (let at = head.length; ; ) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Refuses what is neither DICOM nor a picture before it is hashed. */
function checkKind(head: Uint8Array, sizeBytes: number): void {
  if (pictureKind(head)) return;
  readDicomHeader(head, sizeBytes);
}

/** PNG, JPEG or TIFF by their first bytes; a DICOM file whose preamble is a TIFF header (both at once) is DICOM. */
function pictureKind(bytes: Uint8Array): boolean {
  const at = (i: number): number => bytes[i] ?? -1;
  if (at(128) === 0x44 && at(129) === 0x49 && at(130) === 0x43 && at(131) === 0x4d) return false;
  const starts = (...values: number[]): boolean => values.every((value, i) => at(i) === value);
  return (
    starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ||
    starts(0xff, 0xd8, 0xff) ||
    starts(0x49, 0x49, 0x2a, 0x00) ||
    starts(0x4d, 0x4d, 0x00, 0x2a)
  );
}

function identify(head: Uint8Array, sizeBytes: number, contentHash: string, context: PictureContext): Identified {
  return pictureKind(head)
    ? identifyPicture(sizeBytes, contentHash, context)
    : identifyDicom(readDicomHeader(head, sizeBytes), sizeBytes, contentHash);
}

function identifyPicture(sizeBytes: number, contentHash: string, context: PictureContext): Identified {
  const patientKey = context.patientKey ?? `picture:${contentHash}`;
  const study = `${patientKey}\n${context.studyKey ?? contentHash}`;
  const instance: NewInstance = {
    patientKey,
    studyInstanceUID: uidOf(`study\n${study}`),
    seriesInstanceUID: uidOf(`series\n${study}`),
    modality: null,
    kind: 'picture',
    sopInstanceUID: uidOf(`picture\n${contentHash}`),
    sopClassUID: null,
    transferSyntaxUID: null,
    rows: null,
    columns: null,
    numberOfFrames: 1,
    contentHash,
    sizeBytes,
  };
  return { instance, patientID: context.patientKey ?? '' };
}

function readDicomHeader(head: Uint8Array, sizeBytes: number): DicomHeader {
  const file = parseDicom(head, { untilPixelData: true });
  const header = readHeader(file, decoderFactory);
  if (!header.hasPixels) {
    throw new AppError('DICOM_NO_PIXELS', 'The file is DICOM but holds no image (a report, a DICOMDIR, ...).');
  }
  refuseTruncated(file, sizeBytes);
  return header;
}

/** Pixel data of a known length must be there to its end. Compressed frames have no such length; decoding finds those. */
function refuseTruncated(file: DicomFile, sizeBytes: number): void {
  if (file.transferSyntaxUID === deflatedSyntax) return;
  const pixels = file.dataSet.element('pixelData');
  if (pixels === undefined || pixels.declaredLength === undefinedLength) return;
  const needed = pixels.start + pixels.declaredLength;
  if (needed <= sizeBytes) return;
  throw new AppError('DICOM_TRUNCATED', 'The file ends before its pixel data does.');
}

function identifyDicom(header: DicomHeader, sizeBytes: number, contentHash: string): Identified {
  // Stripped exports have no UIDs at all; the content then tells instances apart.
  const sopInstanceUID =
    header.sopInstanceUID ??
    uidOf(`instance
${contentHash}`);
  // Without a study or a patient ID an instance stands for itself: never thrown together with strangers.
  const studyInstanceUID = header.studyInstanceUID ?? uidOf(`study of\n${sopInstanceUID}`);
  const patientID = header.patientID?.trim() ?? '';
  const positive = (n: number | undefined): number | null => (n !== undefined && n > 0 ? n : null);
  const instance: NewInstance = {
    patientKey: patientID === '' ? `study:${studyInstanceUID}` : patientID,
    studyInstanceUID,
    seriesInstanceUID: header.seriesInstanceUID ?? uidOf(`series of\n${sopInstanceUID}`),
    modality: header.modality ?? null,
    kind: 'dicom',
    sopInstanceUID,
    sopClassUID: header.sopClassUID ?? null,
    transferSyntaxUID: header.transferSyntaxUID,
    rows: positive(header.rows),
    columns: positive(header.columns),
    numberOfFrames: header.numberOfFrames,
    contentHash,
    sizeBytes,
    description: descriptionOf(header),
  };
  return { instance, patientID };
}

/** What lists of studies show of an instance. */
function descriptionOf(header: DicomHeader): InstanceDescription {
  const text = (value: string | undefined): string | null => value?.trim() || null;
  const whole = (value: number | undefined): number | null =>
    value !== undefined && Number.isSafeInteger(value) ? value : null;
  return {
    patientName: text(header.patientName),
    patientSex: text(header.patientSex),
    patientBirthDate: text(header.patientBirthDate),
    studyDate: text(header.studyDate),
    studyTime: text(header.studyTime),
    studyDescription: text(header.studyDescription),
    accessionNumber: text(header.accessionNumber),
    seriesDescription: text(header.seriesDescription),
    seriesNumber: whole(header.seriesNumber),
    manufacturer: text(header.manufacturer),
    bodyPartExamined: text(header.bodyPartExamined),
    instanceNumber: whole(header.instanceNumber),
  };
}
