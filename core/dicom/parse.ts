/**
 * DICOM files (PS3.10): preamble, file meta group, data set, each of which real files leave out or write wrongly.
 *
 * Nothing is believed that the bytes contradict: the first element of the data set shows whether it is written with VRs and in
 * which byte order, and that wins over the transfer syntax named in the file meta group.
 */
import { AppError } from '../base/errors.ts';
import { CodecError } from '../codecs/codec-error.ts';
import { inflateRaw } from '../codecs/inflate.ts';
import { DicomDataSet, type DicomElement, type Encoding, latin1 } from './data-set.ts';
import { readDataSet } from './dicom-parser.ts';
import { isVr, type ParseOptions, parseElements } from './elements.ts';
import type { transferSyntaxes } from './generated/uids.ts';

export interface DicomFile {
  readonly dataSet: DicomDataSet;
  /** Group 0002; empty when the file has none. */
  readonly meta: DicomDataSet;
  /** As the file meta group says, or as the bytes show where it says nothing. */
  readonly transferSyntaxUID: string;
  /** What was tolerated while reading, without values. */
  readonly problems: readonly string[];
}

export interface ParseDicomOptions {
  /** Stop before the pixel data: the first part of a file is enough. DICOM_TRUNCATED then means "give me more of it". */
  readonly untilPixelData?: boolean;
}

const implicitLittle = '1.2.840.10008.1.2' satisfies keyof typeof transferSyntaxes;
const explicitLittle = '1.2.840.10008.1.2.1' satisfies keyof typeof transferSyntaxes;
const deflated = '1.2.840.10008.1.2.1.99' satisfies keyof typeof transferSyntaxes;
const explicitBig = '1.2.840.10008.1.2.2' satisfies keyof typeof transferSyntaxes;

const maxInflatedBytes = 512 * 1024 * 1024;
const preambleBytes = 128;
/** Real data sets begin with group 0000, 0002, 0004, 0008 or 0010; nested or cut ones up to 0028. */
const lastFirstGroup = 0x0028;

/**
 * A DICOM file's data set. The bytes are kept, not copied.
 * Throws DICOM_NOT_DICOM, DICOM_TRUNCATED, DICOM_MALFORMED, TOO_LARGE, DICOM_DECODE_FAILED (damaged deflate stream).
 */
export function parseDicom(given: Uint8Array, options: ParseDicomOptions = {}): DicomFile {
  // Node's Buffer is a Uint8Array whose slice copies nothing, which decoders rely on.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  const problems: string[] = [];
  const parse: ParseOptions = {
    untilPixelData: options.untilPixelData ?? false,
    // A damaged file can be odd in a hundred thousand places; a few tell as much.
    problem: (text) => {
      if (problems.length < 20) problems.push(text);
    },
  };
  const start = startOfElements(bytes, parse);
  const metaRead = readMeta(bytes, start, parse);
  const named = metaRead.dataSet.uid('transferSyntaxUID');
  if (named === deflated) {
    return { ...parseDeflated(bytes.subarray(metaRead.end), parse, problems), meta: metaRead.dataSet };
  }
  const encoding = dataSetEncoding(bytes, metaRead.end, named, parse);
  const dataSet = readDataSet(bytes, encoding, metaRead.end, parse);
  if (dataSet.elements.size === 0 && metaRead.dataSet.elements.size === 0) throw notDicom(bytes);
  return { dataSet, meta: metaRead.dataSet, transferSyntaxUID: named ?? uidOf(encoding), problems };
}

/** True when the bytes begin like a DICOM file; the first 140 bytes are enough. */
export function looksLikeDicom(bytes: Uint8Array): boolean {
  return hasPreamble(bytes) || startsWithElement(bytes);
}

function hasPreamble(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(preambleBytes, preambleBytes + 4)) === 'DICM';
}

function startOfElements(bytes: Uint8Array, parse: ParseOptions): number {
  if (hasPreamble(bytes)) return preambleBytes + 4;
  if (latin1(bytes.subarray(0, 4)) === 'DICM') return 4;
  if (!startsWithElement(bytes)) throw notDicom(bytes);
  parse.problem('the file has no preamble');
  return 0;
}

/**
 * A data set without preamble begins with a low, even group (0000, 0002, 0004, 0008), then a VR or a length that fits.
 * In big endian the group's bytes are swapped.
 */
function startsWithElement(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const little of [true, false]) {
    const group = view.getUint16(0, little);
    const element = view.getUint16(2, little);
    if (group > 0x0010 || group % 2 !== 0 || (group === 0 && element !== 0)) continue;
    if (isVr(bytes, 4)) return true;
    const length = view.getUint32(4, little);
    if (little && length <= 1024) return true;
  }
  return false;
}

function notDicom(bytes: Uint8Array): AppError {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const what = isGzip
    ? 'is gzip-compressed'
    : bytes.length === 0
      ? 'is empty'
      : 'has neither a DICOM preamble nor a data set';
  return new AppError(
    'DICOM_NOT_DICOM',
    `The file is not DICOM: it ${what}.`,
    isGzip ? { action: 'Unpack the file, then import it again.' } : {},
  );
}

/** Group 0002 is explicit little endian (PS3.10 7.1); some writers used the data set's own encoding. */
function readMeta(bytes: Uint8Array, start: number, parse: ParseOptions): { dataSet: DicomDataSet; end: number } {
  const little = bytes[start] === 0x02 && bytes[start + 1] === 0x00;
  const big = bytes[start] === 0x00 && bytes[start + 1] === 0x02;
  const encoding: Encoding = { littleEndian: !big, explicit: isVr(bytes, start + 4) };
  if (!little && !big) return { dataSet: emptyDataSet(bytes, encoding), end: start };
  if (big || !encoding.explicit) parse.problem('the file meta group is not in explicit VR little endian');
  return parseElements(bytes, encoding, start, bytes.length, parse, (tag) => tag >>> 16 === 0x0002);
}

function emptyDataSet(bytes: Uint8Array, encoding: Encoding): DicomDataSet {
  return new DicomDataSet(bytes, encoding, new Map<number, DicomElement>(), 0, () => []);
}

/** How the data set at `start` is written: what its transfer syntax says, corrected by what its first element shows. */
function dataSetEncoding(bytes: Uint8Array, start: number, named: string | undefined, parse: ParseOptions): Encoding {
  if (start + 8 > bytes.length) return { littleEndian: true, explicit: true };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleGroup = view.getUint16(start, true);
  const bigGroup = view.getUint16(start, false);
  const saysBig = named === explicitBig;
  const group = saysBig ? bigGroup : littleGroup;
  const swapped = saysBig ? littleGroup : bigGroup;
  // Data sets begin with a low, even group; only a file that begins with a private one shows neither order.
  const isSwapped = group > lastFirstGroup && swapped <= lastFirstGroup && swapped % 2 === 0;
  const shown: Encoding = { littleEndian: saysBig === isSwapped, explicit: isVr(bytes, start + 4) };
  if (named !== undefined) {
    const said: Encoding = { littleEndian: named !== explicitBig, explicit: named !== implicitLittle };
    if (said.littleEndian !== shown.littleEndian || said.explicit !== shown.explicit) {
      parse.problem('the data set is not written as its transfer syntax says');
    }
  }
  return shown;
}

function uidOf(encoding: Encoding): string {
  if (!encoding.littleEndian) return explicitBig;
  return encoding.explicit ? explicitLittle : implicitLittle;
}

/**
 * A deflated data set. It is inflated in growing steps until the pixel data's header tells how long the whole must be;
 * a stream that goes on past that, or past 512 MiB, is not read further.
 */
function parseDeflated(stream: Uint8Array, parse: ParseOptions, problems: string[]): Omit<DicomFile, 'meta'> {
  const encoding: Encoding = { littleEndian: true, explicit: true };
  let limit = Math.min(maxInflatedBytes, 4 * stream.length + 65_536);
  for (;;) {
    const { bytes, complete } = inflateDataSet(stream, limit);
    if (complete || parse.untilPixelData) {
      const found = tryHeader(bytes, encoding, parse);
      if (complete || found?.pixels) {
        const dataSet = parse.untilPixelData && found ? found.dataSet : readDataSet(bytes, encoding, 0, parse);
        return { dataSet, transferSyntaxUID: deflated, problems };
      }
    }
    const header = tryHeader(bytes, encoding, parse);
    const whole = header?.pixels ? header.pixels.start + header.pixels.declaredLength : undefined;
    if (whole !== undefined && bytes.length > whole * 1.1 + 65_536) {
      throw new AppError('TOO_LARGE', `The deflated data set goes on after its ${whole} bytes.`);
    }
    if (limit >= maxInflatedBytes) {
      throw new AppError('TOO_LARGE', `The deflated data set is larger than ${maxInflatedBytes} bytes.`);
    }
    limit = Math.min(maxInflatedBytes, whole === undefined ? limit * 4 : Math.ceil(whole * 1.1) + 65_536);
  }
}

/** The elements before the pixel data, or undefined where the bytes end before them. */
function tryHeader(
  bytes: Uint8Array,
  encoding: Encoding,
  parse: ParseOptions,
): { readonly dataSet: DicomDataSet; readonly pixels: DicomElement | undefined } | undefined {
  try {
    const dataSet = readDataSet(bytes, encoding, 0, { ...parse, untilPixelData: true });
    return { dataSet, pixels: dataSet.element('pixelData') };
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'DICOM_TRUNCATED') return undefined;
    throw thrown;
  }
}

function inflateDataSet(stream: Uint8Array, limit: number): ReturnType<typeof inflateRaw> {
  try {
    return inflateRaw(stream, limit);
  } catch (thrown) {
    if (thrown instanceof CodecError)
      throw new AppError('DICOM_MALFORMED', `The data set cannot be read: ${thrown.message}.`);
    throw thrown;
  }
}
