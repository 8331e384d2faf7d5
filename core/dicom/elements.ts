/**
 * The element parser (PS3.5 chapter 7): bytes in, elements out, for the three uncompressed encodings.
 *
 * The reader for files that dicom-parser refuses or reads doubtfully (see dicom-parser.ts), and for file meta groups. It never reads
 * past `end`, recurses at most 64 deep and makes progress of at least eight bytes an element, so its time is linear in the file's size.
 *
 * Real files it was made for: sequences written as UN (their items are then implicit VR little endian, PS3.5 6.2.2), elements of an
 * explicit file written implicitly, missing delimiters at the end of a file, pixel data cut short, padding after the last element.
 */
import { AppError } from '../base/errors.ts';
import { DicomDataSet, type DicomElement, type Encoding, type Fragment, tagText } from './data-set.ts';

export const maxNesting = 64;
export const maxFragments = 100_000;

const undefinedLength = 0xffffffff;
const itemTag = 0xfffee000;
const itemDelimiter = 0xfffee00d;
const sequenceDelimiter = 0xfffee0dd;
export const pixelTags: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010]);

/** VRs whose explicit header is twelve bytes long. */
const longVrs: ReadonlySet<string> = new Set([
  'OB',
  'OD',
  'OF',
  'OL',
  'OV',
  'OW',
  'SQ',
  'SV',
  'UC',
  'UN',
  'UR',
  'UT',
  'UV',
]);
const shortVrs: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
);

export interface ParseOptions {
  /** Stop before the pixel data, so that the first part of a large file is enough. */
  readonly untilPixelData?: boolean;
  /** Reports what was tolerated; the text carries no values. */
  readonly problem: (text: string) => void;
}

interface Context {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly options: ParseOptions;
}

interface Header {
  readonly tag: number;
  readonly vr: string | undefined;
  readonly valueStart: number;
  readonly length: number;
}

/** True when the two bytes at `at` are a VR of PS3.5. */
export function isVr(bytes: Uint8Array, at: number): boolean {
  const vr = String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0);
  return longVrs.has(vr) || shortVrs.has(vr);
}

/**
 * The elements between `start` and `end` as a data set, and where reading stopped. `accept` ends the reading before an element
 * it refuses (the file meta group ends where group 0002 does).
 */
export function parseElements(
  bytes: Uint8Array,
  encoding: Encoding,
  start: number,
  end: number,
  options: ParseOptions,
  accept: (tag: number) => boolean = () => true,
): { readonly dataSet: DicomDataSet; readonly end: number } {
  const context = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), options };
  return parseLevel(context, encoding, start, end, 0, accept);
}

function parseLevel(
  context: Context,
  encoding: Encoding,
  start: number,
  end: number,
  depth: number,
  accept?: (tag: number) => boolean,
): { dataSet: DicomDataSet; end: number; delimited?: boolean } {
  if (depth > maxNesting) {
    throw new AppError('DICOM_MALFORMED', `Sequences are nested more than ${maxNesting} deep.`);
  }
  const elements = new Map<number, DicomElement>();
  const dataSet = new DicomDataSet(context.bytes, encoding, elements, depth, (parent, element) =>
    parseItems(context, parent.encoding, element, depth),
  );
  let at = start;
  while (at + 8 <= end) {
    const header = readHeader(context, encoding, at, end, elements.has(0x7fe00010));
    if (header === undefined) break;
    if (header.tag === itemDelimiter) return { dataSet, end: header.valueStart, delimited: true };
    if (header.tag === sequenceDelimiter) return { dataSet, end: at };
    if (accept && !accept(header.tag)) break;
    if (context.options.untilPixelData === true && depth === 0 && pixelTags.has(header.tag)) {
      elements.set(header.tag, emptyPixels(header));
      return { dataSet, end: at };
    }
    at = parseValue(context, encoding, header, end, depth, elements);
  }
  if (at < end && at + 8 > end && !accept) context.options.problem(`${end - at} bytes follow the last element`);
  return { dataSet, end: at };
}

function emptyPixels(header: Header): DicomElement {
  return { tag: header.tag, vr: header.vr, start: header.valueStart, length: 0, declaredLength: header.length };
}

/** Reads one element header; undefined where padding after the pixel data begins. */
function readHeader(
  context: Context,
  encoding: Encoding,
  at: number,
  end: number,
  afterPixels: boolean,
): Header | undefined {
  const { view, bytes } = context;
  const little = encoding.littleEndian;
  const tag = view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little);
  if (tag === itemDelimiter || tag === sequenceDelimiter || tag === itemTag) {
    return { tag, vr: undefined, valueStart: at + 8, length: view.getUint32(at + 4, little) };
  }
  // A real element never has tag (0000,0000) this deep in a file; zeros here are padding.
  if (afterPixels && tag < 0x7fe00010) {
    context.options.problem('bytes that are no element follow the pixel data');
    return undefined;
  }
  const vr = encoding.explicit ? String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0) : '';
  if (longVrs.has(vr)) {
    if (at + 12 > end) throw truncated(tag);
    return { tag, vr, valueStart: at + 12, length: view.getUint32(at + 8, little) };
  }
  if (shortVrs.has(vr)) return { tag, vr, valueStart: at + 8, length: view.getUint16(at + 6, little) };
  // Two characters that are no VR of ours, in a file that writes VRs: a future one (twelve-byte header, PS3.5 7.1.2 note), or
  // an element some editor wrote implicitly.
  if (/^[A-Z]{2}$/.test(vr) && at + 12 <= end && view.getUint16(at + 6, little) === 0) {
    return { tag, vr: 'UN', valueStart: at + 12, length: view.getUint32(at + 8, little) };
  }
  if (/^[A-Z?-]{2}$/.test(vr)) return { tag, vr: 'UN', valueStart: at + 8, length: view.getUint16(at + 6, little) };
  return { tag, vr: undefined, valueStart: at + 8, length: view.getUint32(at + 4, little) };
}

/** Reads the value of `header` into `elements`; returns where the next element begins. */
function parseValue(
  context: Context,
  encoding: Encoding,
  header: Header,
  end: number,
  depth: number,
  elements: Map<number, DicomElement>,
): number {
  const { tag, vr, valueStart, length } = header;
  if (length === undefinedLength) {
    const isPixels = tag === 0x7fe00010 && vr !== 'SQ';
    if (isPixels || vr === 'OB' || vr === 'OW') {
      const read = parseFragments(context, encoding, valueStart, end);
      const { encapsulated } = read;
      elements.set(tag, {
        tag,
        vr,
        start: valueStart,
        length: read.end - valueStart,
        declaredLength: length,
        encapsulated,
      });
      return read.end;
    }
    const inner = vr === 'UN' ? { littleEndian: true, explicit: false } : encoding;
    const read = readItems(context, inner, valueStart, end, depth + 1, tag);
    elements.set(tag, {
      tag,
      vr: 'SQ',
      start: valueStart,
      length: read.end - valueStart,
      declaredLength: length,
      items: read.items,
    });
    return read.end;
  }
  if (valueStart + length <= end) {
    elements.set(tag, { tag, vr, start: valueStart, length, declaredLength: length });
    return valueStart + length;
  }
  if (!pixelTags.has(tag)) {
    // Behind the pixel data nothing can be lost that the image needs.
    if (elements.has(0x7fe00010)) {
      context.options.problem(`${tagText(tag)} after the pixel data ends early`);
      return end;
    }
    throw truncated(tag);
  }
  context.options.problem(`pixel data has ${end - valueStart} bytes of the ${length} its length says`);
  elements.set(tag, { tag, vr, start: valueStart, length: end - valueStart, declaredLength: length });
  return end;
}

/** The items of a sequence of defined length in a data set at `depth`. Throws DICOM_MALFORMED or DICOM_TRUNCATED. */
export function openSequence(
  bytes: Uint8Array,
  encoding: Encoding,
  element: DicomElement,
  depth: number,
  options: ParseOptions,
): readonly DicomDataSet[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return parseItems({ bytes, view, options }, encoding, element, depth);
}

/** Opens a sequence of defined length. UN values are read as implicit VR little endian, or as written when that fails. */
function parseItems(
  context: Context,
  encoding: Encoding,
  element: DicomElement,
  depth: number,
): readonly DicomDataSet[] {
  const end = element.start + element.length;
  const inner = element.vr === 'UN' ? { littleEndian: true, explicit: false } : encoding;
  return readItems(context, inner, element.start, end, depth + 1, element.tag, true).items;
}

function readItems(
  context: Context,
  encoding: Encoding,
  start: number,
  end: number,
  depth: number,
  sequence: number,
  defined = false,
): { readonly items: readonly DicomDataSet[]; readonly end: number } {
  const items: DicomDataSet[] = [];
  let at = start;
  while (at + 8 <= end) {
    const { tag, valueStart, length } = readHeader(context, encoding, at, end, false) as Header;
    if (tag === sequenceDelimiter) return { items, end: valueStart };
    if (tag !== itemTag) {
      throw new AppError(
        'DICOM_MALFORMED',
        `Sequence ${tagText(sequence)}: found ${tagText(tag)} where an item must begin.`,
      );
    }
    if (length !== undefinedLength && valueStart + length > end) throw truncated(sequence);
    const itemEnd = length === undefinedLength ? end : valueStart + length;
    const itemEncoding = agreeingEncoding(context.bytes, encoding, valueStart, itemEnd);
    const read = parseLevel(context, itemEncoding, valueStart, itemEnd, depth);
    items.push(read.dataSet);
    at = length === undefinedLength ? read.end : itemEnd;
  }
  if (!defined) context.options.problem(`sequence ${tagText(sequence)} has no end mark`);
  return { items, end: at };
}

/** Items are written as their data set is, except where an editor mixed them: then the first element's VR tells. */
function agreeingEncoding(bytes: Uint8Array, encoding: Encoding, start: number, end: number): Encoding {
  if (start + 8 > end || (bytes[start] === 0xfe && bytes[start + 1] === 0xff)) return encoding;
  const explicit = isVr(bytes, start + 4);
  return explicit === encoding.explicit ? encoding : { ...encoding, explicit };
}

/** Encapsulated pixel data (PS3.5 A.4): the basic offset table, then fragments up to the sequence delimiter. */
function parseFragments(
  context: Context,
  encoding: Encoding,
  start: number,
  end: number,
): { readonly encapsulated: NonNullable<DicomElement['encapsulated']>; readonly end: number } {
  const { view, bytes, options } = context;
  const little = encoding.littleEndian;
  const fragments: Fragment[] = [];
  let offsetTable: Uint8Array | undefined;
  let firstItem = start;
  let at = start;
  while (at + 8 <= end) {
    const tag = view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little);
    const declared = view.getUint32(at + 4, little);
    const valueStart = at + 8;
    if (tag === sequenceDelimiter)
      return { encapsulated: { offsetTable: offsetTable ?? none, fragments }, end: valueStart };
    if (tag !== itemTag) {
      options.problem(`pixel data: ${tagText(tag)} where a fragment must begin`);
      return { encapsulated: { offsetTable: offsetTable ?? none, fragments }, end };
    }
    const length = Math.min(declared, end - valueStart);
    if (length < declared) options.problem(`the last fragment has ${length} bytes of the ${declared} its length says`);
    if (offsetTable === undefined) {
      offsetTable = bytes.subarray(valueStart, valueStart + length);
      firstItem = valueStart + length;
    } else {
      fragments.push({ itemOffset: at - firstItem, start: valueStart, length });
      if (fragments.length > maxFragments) {
        throw new AppError('TOO_LARGE', `The pixel data has more than ${maxFragments} fragments.`);
      }
    }
    at = valueStart + length;
  }
  options.problem('pixel data has no end mark');
  return { encapsulated: { offsetTable: offsetTable ?? none, fragments }, end };
}

const none = new Uint8Array(0);

function truncated(tag: number): AppError {
  return new AppError('DICOM_TRUNCATED', `The file ends inside ${tagText(tag)}.`);
}
