/** PALETTE COLOR: three look-up tables, plain or segmented (PS3.3 C.7.6.3.1.5, C.7.9). */
import { AppError } from '../base/errors.ts';
import { attributeText, type DicomDataSet, type Keyword } from './data-set.ts';
import type { DecodedFrame } from './decoded-frame.ts';
import { entryCount, type LookUpTable, lutDescriptor, lutOf, storedRange } from './lut.ts';

const colours = ['red', 'green', 'blue'] as const;

const keywords = {
  red: {
    descriptor: 'redPaletteColorLookupTableDescriptor',
    data: 'redPaletteColorLookupTableData',
    segmented: 'segmentedRedPaletteColorLookupTableData',
  },
  green: {
    descriptor: 'greenPaletteColorLookupTableDescriptor',
    data: 'greenPaletteColorLookupTableData',
    segmented: 'segmentedGreenPaletteColorLookupTableData',
  },
  blue: {
    descriptor: 'bluePaletteColorLookupTableDescriptor',
    data: 'bluePaletteColorLookupTableData',
    segmented: 'segmentedBluePaletteColorLookupTableData',
  },
} as const satisfies Record<(typeof colours)[number], Record<string, Keyword>>;

/** The three tables, whose `most` is common to all. Throws DICOM_MALFORMED when one is missing or damaged. */
export function readPalette(
  dataSet: DicomDataSet,
  decoded: Pick<DecodedFrame, 'isSigned' | 'bitsStored'>,
): readonly LookUpTable[] {
  const tables = colours.map((colour) => {
    const { descriptor, data, segmented } = keywords[colour];
    const numbers = lutDescriptor(dataSet, descriptor, storedRange(decoded));
    if (dataSet.has(segmented)) return segmentedTable(dataSet, numbers, segmented);
    return lutOf(numbers, dataSet, data);
  });
  // Tables declared as 16 bits that hold 8-bit values throughout would come out black.
  const largest = Math.max(...tables.map((table) => table.entries.reduce((a, b) => Math.max(a, b), 0)));
  const most = largest <= 255 ? 255 : Math.max(...tables.map((table) => table.most));
  return tables.map((table) => ({ ...table, most }));
}

function segmentedTable(dataSet: DicomDataSet, descriptor: readonly number[], keyword: Keyword): LookUpTable {
  const count = entryCount(descriptor);
  const bits = descriptor[2] ?? 16;
  const data = bits <= 8 ? segmentBytes(dataSet, keyword) : dataSet.words(keyword);
  return {
    first: descriptor[1] ?? 0,
    entries: expandSegments(data, count, bits, keyword),
    most: bits <= 8 ? 255 : 65_535,
  };
}

/** Eight-bit segments lie in 16-bit words, so big endian swaps them. */
function segmentBytes(dataSet: DicomDataSet, keyword: Keyword): Uint16Array {
  const words = dataSet.words(keyword);
  return Uint16Array.from({ length: words.length * 2 }, (_, i) => {
    const word = words[i >> 1] ?? 0;
    return i % 2 === 0 ? word & 0xff : word >> 8;
  });
}

/**
 * The entries of C.7.9.2: discrete segments (0) list values, linear ones (1) go on from the last value to a new one, indirect
 * ones (2) repeat earlier segments. Work is bounded by `count`. Throws DICOM_MALFORMED when the table does not come out whole.
 */
export function expandSegments(data: Uint16Array, count: number, bits: number, keyword: Keyword): Uint16Array {
  const out = new Uint16Array(count);
  let filled = 0;
  const malformed = (why: string): AppError =>
    new AppError('DICOM_MALFORMED', `${attributeText(keyword)}: ${why} (${filled} of ${count} entries).`);

  /** Expands the segment at `at`; returns where the next one begins. */
  const segment = (at: number, isNested: boolean): number => {
    const opcode = data[at];
    const length = data[at + 1];
    if (opcode === undefined || length === undefined) throw malformed('the segments end early');
    if (opcode === 0) {
      if (at + 2 + length > data.length || filled + length > count) throw malformed('a discrete segment does not fit');
      out.set(data.subarray(at + 2, at + 2 + length), filled);
      filled += length;
      return at + 2 + length;
    }
    if (opcode === 1) {
      const to = data[at + 2];
      if (to === undefined || filled === 0 || filled + length > count) throw malformed('a linear segment does not fit');
      const from = out[filled - 1] as number;
      for (let i = 1; i <= length; i++) out[filled++] = Math.round(from + ((to - from) * i) / length);
      return at + 3;
    }
    if (opcode !== 2 || isNested) throw malformed(`segment type ${opcode} is not allowed here`);
    const words = bits <= 8 ? [2, 3, 4, 5].map((i) => data[at + i] ?? 0) : [data[at + 2] ?? 0, data[at + 3] ?? 0];
    let source = bits <= 8 ? littleEndian32(words) : (words[0] as number) + (words[1] as number) * 65_536;
    for (let i = 0; i < length; i++) source = segment(source, true);
    return at + 2 + words.length;
  };

  for (let at = 0; filled < count; ) at = segment(at, false);
  return out;
}

function littleEndian32([a = 0, b = 0, c = 0, d = 0]: readonly number[]): number {
  return a + b * 256 + c * 65_536 + d * 16_777_216;
}
