/** What a file holds: the header of a DICOM instance, read without its pixels, or a picture told by its first bytes. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../base/errors.ts';
import { headerDoubts, partlyUsed, surplusStreams } from '../../dicom/doubts.ts';
import { beginsStream, plainPixelBytes } from '../../dicom/frames.ts';
import { type DicomHeader, readHeader } from '../../dicom/header.ts';
import { type DicomFile, looksLikeDicom, parseDicom } from '../../dicom/parse.ts';
import { describePixels } from '../../dicom/pixels.ts';
import { openPicture } from '../../images/index.ts';
import type { InstanceDescription, NewInstance, SampleLook } from '../../store/index.ts';
import { nameOfPatientFolder } from './class-folders.ts';
import { fileError } from './file-error.ts';
import { doubtsOfFrame, emptiness, isPictureFile, lookAtPicture, mostLookedAt, plainLook, unread } from './look.ts';
import { decoderFactory } from './text-decoder.ts';

/** Read first; DICOM headers are a few kilobytes, private groups can make them some hundred. */
const headBytes = 64 * 1024;
const pieceBytes = 1024 * 1024;
const undefinedLength = 0xffffffff;
const rleSyntax = '1.2.840.10008.1.2.5';
const maxFragments = 100_000;
const deflatedSyntax = '1.2.840.10008.1.2.1.99';

/** Patient and study that the surroundings of a picture give it; DICOM brings its own. */
export interface PictureContext {
  readonly patientKey: string | null;
  /** What pictures of one study share; null makes each picture its own study. */
  readonly studyKey: string | null;
  /** The patient without what a labels file says, where it gave `patientKey`; null makes each picture its own. */
  readonly ownPatientKey?: string | null;
}

/** What is looked at beside what a file is: its header, or its pixels, too. */
export type LooksInto = 'header' | 'pixels';

/** An instance as the library stores it, with what classification shows of it. */
export interface Identified {
  readonly instance: NewInstance;
  /** As in the header; for pictures the patient key or ''. */
  readonly patientID: string;
  /** What a person should know of the image, which is used nevertheless. Empty unless it was looked into. */
  readonly notices: readonly AppError[];
  /** What was seen of the samples; null unless it was looked into. */
  readonly look: SampleLook | null;
}

/** A UID for what has none, from its content or name: 2.25 and 128 bits of a SHA-256 (PS3.5 B.2 uses a UUID's 128 bits so). */
export function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `2.25.${BigInt(`0x${hex}`)}`;
}

/**
 * What `bytes`, a whole file, hold. `looksInto` says what is looked at for notices besides: an import looks at the pixels, too.
 * @throws DICOM_NOT_DICOM, DICOM_NO_PIXELS, DICOM_MALFORMED, DICOM_TRUNCATED, TOO_LARGE, DICOM_DECODE_FAILED
 */
export async function identifyBytes(
  bytes: Uint8Array,
  context: PictureContext,
  looksInto: LooksInto | undefined,
): Promise<Identified> {
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  const read: ReadPart = (at, length) => Promise.resolve(bytes.subarray(at, at + length));
  return await identify({ head: bytes, sizeBytes: bytes.length, contentHash, read }, context, looksInto);
}

/**
 * What the file at `path` holds. Reads its head, and the rest piece by piece to hash it, or whole where it is looked into; a file that is
 * no image is not read on.
 * @param how.isPreview true reads the head alone: the hash is then its path's, and is for telling files apart and nothing else
 * @throws as identifyBytes, and FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function identifyFile(
  path: string,
  sizeBytes: number,
  context: PictureContext,
  how: { readonly looksInto: LooksInto | undefined; readonly isPreview?: boolean },
): Promise<Identified> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const file = handle;
    const head = await readUntilHeader(file, sizeBytes);
    checkKind(head, sizeBytes);
    const { looksInto, isPreview = false } = how;
    if (looksInto === 'pixels' && needsWhole(head, sizeBytes)) {
      return await identifyBytes(await readHead(file, sizeBytes), context, 'pixels');
    }
    const contentHash = isPreview
      ? createHash('sha256').update(path).digest('hex')
      : await hashFile(file, head, sizeBytes);
    const read: ReadPart = async (at, length) => {
      const part = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(part, 0, length, at);
      return part.subarray(0, bytesRead);
    };
    return await identify({ head, sizeBytes, contentHash, read }, context, looksInto);
  } catch (error) {
    throw error instanceof AppError ? error : fileError(error, path);
  } finally {
    await handle?.close();
  }
}

/** Reads a part of a file; shorter where the file ends. */
type ReadPart = (at: number, length: number) => Promise<Uint8Array>;

/** A file whose first part, or all of it, was read. */
interface ReadFile {
  readonly head: Uint8Array;
  readonly sizeBytes: number;
  readonly contentHash: string;
  readonly read: ReadPart;
}

/** Whether looking into a file takes all of its bytes: pictures but JPEG, and DICOM whose pixels are plain. */
function needsWhole(head: Uint8Array, sizeBytes: number): boolean {
  if (sizeBytes > mostLookedAt) return false;
  if (isPictureFile(head)) return head[0] !== 0xff;
  const pixels = parseDicom(head, { untilPixelData: true }).dataSet.element('pixelData');
  return pixels !== undefined && pixels.declaredLength !== undefinedLength;
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
    if (length >= sizeBytes || isPictureFile(head) || !looksLikeDicom(head)) return head;
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
  if (isPictureFile(head)) return;
  refuseSystemFile(head);
  readDicomHeader(head, sizeBytes);
}

/**
 * macOS keeps what its file system knows of `x.dcm` in a second file `._x.dcm` wherever it copies to, and in `__MACOSX` of archives. Only
 * the first bytes tell it for sure (AppleSingle and AppleDouble, RFC 1740: 00 05 16 00 and 00 05 16 07).
 */
function refuseSystemFile(head: Uint8Array): void {
  const isApple = head[0] === 0 && head[1] === 5 && head[2] === 0x16 && (head[3] === 0 || head[3] === 7);
  if (isApple) throw new AppError('FILE_OF_SYSTEM', 'macOS keeps notes about another file in it; it holds no image.');
}

async function identify(
  file: ReadFile,
  context: PictureContext,
  looksInto: LooksInto | undefined,
): Promise<Identified> {
  const { head, sizeBytes, contentHash } = file;
  if (isPictureFile(head)) {
    const found = identifyPicture(sizeBytes, contentHash, context);
    return looksInto === 'pixels' ? { ...found, ...lookIntoPicture(head, sizeBytes) } : found;
  }
  refuseSystemFile(head);
  const { file: parsed, header } = readDicomHeader(head, sizeBytes);
  const found = identifyDicom(header, sizeBytes, contentHash);
  if (looksInto === undefined) return found;
  if (looksInto === 'header') return { ...found, notices: headerDoubts(parsed.dataSet) };
  return { ...found, look: plainLook, notices: await lookIntoDicom(file, parsed, found.instance.numberOfFrames) };
}

function lookIntoPicture(bytes: Uint8Array, sizeBytes: number): Pick<Identified, 'look' | 'notices'> {
  // JPEG was made for a screen, and of a very large file only the head was read.
  if (bytes[0] === 0xff || bytes.length < sizeBytes) return { look: plainLook, notices: [] };
  try {
    const picture = openPicture(bytes, 'The picture');
    const look = lookAtPicture(picture);
    // Samples whose range is open are judged in the range of their data set.
    const empty = look.kind === null ? emptiness([look.dark, look.bright], [0, 1]) : undefined;
    const notices = [
      ...(picture.pages > 1 ? [partlyUsed(picture.pages - 1, 'pages')] : []),
      ...(empty === undefined ? [] : [empty]),
    ];
    return { look, notices };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return { look: plainLook, notices: [unread(thrown)] };
  }
}

async function lookIntoDicom(file: ReadFile, parsed: DicomFile, frames: number): Promise<readonly AppError[]> {
  const { head, sizeBytes, read } = file;
  const isWhole = head.length >= sizeBytes;
  const doubts = headerDoubts(parsed.dataSet);
  const pixels = parsed.dataSet.element('pixelData');
  if (pixels?.declaredLength === undefinedLength && parsed.transferSyntaxUID !== deflatedSyntax) {
    const isOneEach = parsed.transferSyntaxUID === rleSyntax;
    const surplus = surplusStreams(parsed.dataSet, await fragmentStarts(pixels.start, read, isOneEach));
    return surplus > 0 ? [...doubts, partlyUsed(surplus, 'frames')] : doubts;
  }
  return isWhole && sizeBytes <= mostLookedAt ? [...doubts, ...doubtsOfFrame(parseDicom(head), frames)] : doubts;
}

/** Of every fragment of encapsulated pixel data from `start` on, whether a picture begins with it. */
async function fragmentStarts(start: number, read: ReadPart, isOneEach: boolean): Promise<boolean[]> {
  const begins: boolean[] = [];
  let at = start;
  for (let item = 0; item <= maxFragments; item++) {
    const bytes = await read(at, 16);
    if (bytes.length < 8) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint16(0, true) !== 0xfffe || view.getUint16(2, true) !== 0xe000) break;
    const length = view.getUint32(4, true);
    // The first item is the table of offsets.
    if (item > 0) begins.push(isOneEach || beginsStream(bytes.subarray(8, 8 + Math.min(8, length))));
    at += 8 + length;
  }
  return begins;
}

/** Patient, study and series of the picture with this content. */
export function pictureStudy(
  { patientKey: given, studyKey }: PictureContext,
  contentHash: string,
): Pick<NewInstance, 'patientKey' | 'studyInstanceUID' | 'seriesInstanceUID'> {
  const patientKey = given ?? `picture:${contentHash}`;
  const study = `${patientKey}\n${studyKey ?? contentHash}`;
  return { patientKey, studyInstanceUID: uidOf(`study\n${study}`), seriesInstanceUID: uidOf(`series\n${study}`) };
}

function identifyPicture(sizeBytes: number, contentHash: string, context: PictureContext): Identified {
  const { ownPatientKey } = context;
  const instance: NewInstance = {
    ...pictureStudy(context, contentHash),
    ...(ownPatientKey === undefined ? {} : { ownPatientKey: ownPatientKey ?? `picture:${contentHash}` }),
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
  const { patientKey } = context;
  // A folder's path is ours and nobody's ID.
  const shown = patientKey?.startsWith('folder:') ? nameOfPatientFolder(patientKey) : patientKey;
  return { instance, patientID: shown ?? '', notices: [], look: null };
}

function readDicomHeader(
  head: Uint8Array,
  sizeBytes: number,
): { readonly file: DicomFile; readonly header: DicomHeader } {
  const file = parseDicom(head, { untilPixelData: true });
  const header = readHeader(file, decoderFactory);
  if (!header.hasPixels) {
    throw new AppError(
      'DICOM_NO_PIXELS',
      'The file is DICOM but holds no image (a report, a presentation state, a directory, ...).',
    );
  }
  refuseTruncated(file, sizeBytes);
  return { file, header };
}

/**
 * Pixel data of a known length must be there to its end, or to the end of its last frame: the byte that pads it to an even length is
 * missing in some files. Compressed frames have no such length; decoding finds those.
 */
function refuseTruncated(file: DicomFile, sizeBytes: number): void {
  if (file.transferSyntaxUID === deflatedSyntax) return;
  const pixels = file.dataSet.element('pixelData');
  if (pixels === undefined || pixels.declaredLength === undefinedLength) return;
  const end = sizeBytes - pixels.start;
  if (pixels.declaredLength <= end || plainPixelBytes(describePixels(file.dataSet), pixels) <= end) return;
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
  return { instance, patientID, notices: [], look: null };
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
    issuerOfPatientID: text(header.issuerOfPatientID),
    studyDate: text(header.studyDate),
    studyTime: text(header.studyTime),
    studyDescription: text(header.studyDescription),
    accessionNumber: text(header.accessionNumber),
    seriesDescription: text(header.seriesDescription),
    seriesNumber: whole(header.seriesNumber),
    manufacturer: text(header.manufacturer),
    manufacturerModelName: text(header.manufacturerModelName),
    institutionName: text(header.institutionName),
    bodyPartExamined: text(header.bodyPartExamined),
    instanceNumber: whole(header.instanceNumber),
    slicePositionMm: header.slicePositionMm ?? null,
    laterality: text(header.laterality),
    viewPosition: text(header.viewPosition),
  };
}
