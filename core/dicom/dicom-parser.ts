/**
 * Data sets by dicom-parser, the field's own reader, for files that are as they should be.
 *
 * It throws strings, recurses without a bound and guesses where a file breaks the rules, so its result is taken only where
 * nothing was odd: everything was consumed, no warning, tags ascending, every VR one of PS3.5. For the rest, seven of 316
 * real files, `readDataSet` falls back on elements.ts, which tolerates what hospitals write and says what it tolerated.
 * Both give the same objects; a test compares them on every real file.
 */
import dicomParser, { type DataSet as ParsedDataSet, type Element as ParsedElement } from 'dicom-parser';
import { AppError } from '../base/errors.ts';
import { DicomDataSet, type DicomElement, type Encoding } from './data-set.ts';
import {
  isVr,
  maxFragments,
  maxNesting,
  openSequence,
  type ParseOptions,
  parseElements,
  pixelTags,
} from './elements.ts';

/** VRs of later editions of PS3.5, whose length dicom-parser does not know to be four bytes long. */
const laterVrs: ReadonlySet<string> = new Set(['OV', 'SV', 'UV']);
const undefinedLength = 0xffffffff;
const pixelData = 0x7fe00010;

/** Says that dicom-parser's reading is not to be relied on; never leaves this file. */
class OddDataSet extends Error {}

/**
 * The elements between `start` and the end of `bytes`.
 * Throws DICOM_TRUNCATED, DICOM_MALFORMED, TOO_LARGE as elements.ts does.
 */
export function readDataSet(bytes: Uint8Array, encoding: Encoding, start: number, options: ParseOptions): DicomDataSet {
  return (
    readRegular(bytes, encoding, start, options) ?? parseElements(bytes, encoding, start, bytes.length, options).dataSet
  );
}

/** The data set by dicom-parser, or undefined where the file is not regular. */
export function readRegular(
  bytes: Uint8Array,
  encoding: Encoding,
  start: number,
  options: ParseOptions,
): DicomDataSet | undefined {
  const parser = encoding.littleEndian ? dicomParser.littleEndianByteArrayParser : dicomParser.bigEndianByteArrayParser;
  try {
    const stream = new dicomParser.ByteStream(parser, bytes, start);
    // Its DataSet class is missing from its types; the reader itself uses these fields alone. It adds its guesses to `warnings`.
    const empty: Pick<ParsedDataSet, 'byteArray' | 'byteArrayParser' | 'elements' | 'warnings'> = {
      byteArray: bytes,
      byteArrayParser: parser,
      elements: {},
      warnings: stream.warnings,
    };
    const parsed = empty as ParsedDataSet;
    const parse = encoding.explicit ? dicomParser.parseDicomDataSetExplicit : dicomParser.parseDicomDataSetImplicit;
    parse(parsed, stream, bytes.length, { untilTag: options.untilPixelData === true ? 'x7fe00010' : '' });
    const reading: Reading = { bytes, options, warnings: stream.warnings };
    const dataSet = converted(reading, parsed, encoding, 0);
    const stopped = options.untilPixelData === true && dataSet.elements.has(pixelData);
    return stream.warnings.length > 0 || (!stopped && stream.position !== bytes.length) ? undefined : dataSet;
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    // Strings, plain objects and stack overflows of the reader: elements.ts then names what is wrong.
    return undefined;
  }
}

interface Reading {
  readonly bytes: Uint8Array;
  readonly options: ParseOptions;
  readonly warnings: readonly string[];
}

function converted(reading: Reading, parsed: ParsedDataSet, encoding: Encoding, depth: number): DicomDataSet {
  if (depth > maxNesting) throw new AppError('DICOM_MALFORMED', `Sequences are nested more than ${maxNesting} deep.`);
  const elements = new Map<number, DicomElement>();
  const sources = new Map<number, ParsedElement>();
  let last = -1;
  for (const source of Object.values(parsed.elements)) {
    const tag = Number.parseInt(source.tag.slice(1), 16);
    // An item of undefined length in implicit VR ends with its delimiter, which the reader lists as an element.
    if (tag >= 0xfffe0000) continue;
    if (tag <= last) throw new OddDataSet();
    last = tag;
    sources.set(tag, source);
    elements.set(tag, convertedElement(reading, tag, source, encoding, depth));
  }
  return new DicomDataSet(reading.bytes, encoding, elements, depth, (dataSet, element) => {
    const items = sources.get(element.tag)?.items;
    // What an implicit file or a UN value holds shows only when it is opened as a sequence.
    if (items !== undefined && element.vr !== 'UN') {
      try {
        return convertedItems(reading, items, encoding, depth);
      } catch (thrown) {
        if (!(thrown instanceof OddDataSet)) throw thrown;
      }
    }
    return openSequence(reading.bytes, dataSet.encoding, element, depth, reading.options);
  });
}

function convertedItems(
  reading: Reading,
  items: readonly ParsedElement[],
  encoding: Encoding,
  depth: number,
): readonly DicomDataSet[] {
  return items.map(({ dataSet }) => {
    if (dataSet === undefined) throw new OddDataSet();
    return converted(reading, dataSet, encoding, depth + 1);
  });
}

function convertedElement(
  reading: Reading,
  tag: number,
  source: ParsedElement,
  encoding: Encoding,
  depth: number,
): DicomElement {
  const { options, bytes } = reading;
  const vr = encoding.explicit ? source.vr : undefined;
  if (encoding.explicit && (vr === undefined || laterVrs.has(vr) || !isVr(latin(vr), 0))) throw new OddDataSet();
  const { dataOffset: start, length, hadUndefinedLength = false } = source;
  if (options.untilPixelData === true && depth === 0 && pixelTags.has(tag)) {
    return { tag, vr, start, length: 0, declaredLength: hadUndefinedLength ? undefinedLength : length };
  }
  if (start + length > bytes.length) throw new OddDataSet();
  if (!hadUndefinedLength) return { tag, vr, start, length, declaredLength: length };
  if (source.fragments !== undefined) {
    return {
      tag,
      vr,
      start,
      length,
      declaredLength: undefinedLength,
      encapsulated: encapsulated(reading, source, encoding),
    };
  }
  if (source.items === undefined) throw new OddDataSet();
  const inner = vr === 'UN' ? { littleEndian: true, explicit: false } : encoding;
  const items = convertedItems(reading, source.items, inner, depth);
  // Its length leaves the eight bytes of the delimiter out; one without a delimiter was warned of and is not taken.
  return { tag, vr: 'SQ', start, length: length + 8, declaredLength: undefinedLength, items };
}

function encapsulated(
  { bytes }: Reading,
  { dataOffset, fragments = [] }: ParsedElement,
  { littleEndian }: Encoding,
): NonNullable<DicomElement['encapsulated']> {
  if (fragments.length > maxFragments) {
    throw new AppError('TOO_LARGE', `The pixel data has more than ${maxFragments} fragments.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = dataOffset + 8;
  return {
    offsetTable: bytes.subarray(table, table + view.getUint32(dataOffset + 4, littleEndian)),
    fragments: fragments.map(({ offset, position, length }) => ({ itemOffset: offset, start: position, length })),
  };
}

function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
