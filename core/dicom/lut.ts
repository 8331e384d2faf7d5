/** Look-up tables as DICOM stores them: descriptor and data (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1.5). */
import { AppError } from '../base/errors.ts';
import { attributeText, type DicomDataSet, type Keyword } from './data-set.ts';
import type { DecodedFrame } from './decoded-frame.ts';

export interface LookUpTable {
  /** The input that the first entry stands for; inputs outside the table take its first or last entry. */
  readonly first: number;
  readonly entries: Uint16Array;
  /** The largest value an entry can have. */
  readonly most: number;
}

/**
 * The first item of a LUT sequence that holds a table. An empty item, which some writers leave where there is none, counts as absent;
 * half a table does not, and is refused when it is read.
 */
export function lutItem(source: DicomDataSet, sequence: Keyword): DicomDataSet | undefined {
  return source.items(sequence).find((item) => item.has('lutDescriptor') || item.has('lutData'));
}

/** Entries a table says it has: 0 stands for 65,536, which does not fit sixteen bits. */
export function entryCount(descriptor: readonly number[]): number {
  return (descriptor[0] ?? 0) & 0xffff || 65_536;
}

/** The values that a table's inputs can have. */
export interface InputRange {
  readonly least: number;
  readonly most: number;
}

/** The values that stored samples can have. */
export function storedRange({ isSigned, bitsStored }: Pick<DecodedFrame, 'isSigned' | 'bitsStored'>): InputRange {
  const span = 2 ** bitsStored;
  return isSigned ? { least: -span / 2, most: span / 2 - 1 } : { least: 0, most: span - 1 };
}

/** The table of LUT Descriptor and LUT Data in `item`. Throws DICOM_MALFORMED when one of them is missing or too short. */
export function readLut(item: DicomDataSet, inputs: InputRange): LookUpTable {
  const descriptor = lutDescriptor(item, 'lutDescriptor', inputs);
  return lutOf(descriptor, item, 'lutData');
}

/** Count, first input and bits. Throws DICOM_MALFORMED unless all three are there. */
export function lutDescriptor(item: DicomDataSet, keyword: Keyword, inputs: InputRange): readonly number[] {
  const descriptor = item.numbers(keyword, inputs.least < 0);
  const [count, first, bits] = descriptor;
  if (count === undefined || first === undefined || bits === undefined) {
    throw new AppError('DICOM_MALFORMED', `${attributeText(keyword)} has ${descriptor.length} of its 3 values.`);
  }
  return [count, firstInput(first, entryCount(descriptor), inputs), bits];
}

/**
 * The first input with the sign that it has. Its VR is to follow the sign of the inputs (PS3.3 C.11.1.1.1, C.11.2.1.1) and often does not: -1024 is found as
 * US 64512. Read so, no input reaches the table and the whole picture has the grey of its first entry. DCMTK reads it as it is meant, too.
 */
function firstInput(written: number, count: number, { least, most }: InputRange): number {
  const isReached = (first: number): boolean => first <= most && first + count > least;
  const other = written < 0 ? written + 65_536 : written - 65_536;
  return !isReached(written) && isReached(other) ? other : written;
}

/**
 * Entries come one a word, or two a word where they have eight bits and the data is only as long as that (PS3.3 C.11.1.1.1 allows
 * both in retired wording, and both are found).
 */
export function lutOf(descriptor: readonly number[], item: DicomDataSet, data: Keyword): LookUpTable {
  const count = entryCount(descriptor);
  const bits = descriptor[2] ?? 16;
  const bytes = item.valueBytes(data) ?? new Uint8Array(0);
  const isPacked = bytes.length < 2 * count && bytes.length >= count;
  const entries = isPacked ? packedEntries(item, bytes, count) : item.words(data).subarray(0, count);
  if (entries.length < count) {
    throw new AppError(
      'DICOM_MALFORMED',
      `${attributeText(data)} has ${entries.length} entries; its descriptor says ${count}.`,
    );
  }
  return { first: descriptor[1] ?? 0, entries, most: mostOf(entries, isPacked ? 8 : bits) };
}

function packedEntries(item: DicomDataSet, bytes: Uint8Array, count: number): Uint16Array {
  const swap = item.encoding.littleEndian ? 0 : 1;
  return Uint16Array.from({ length: count }, (_, i) => bytes[i ^ swap] ?? 0);
}

/** What the descriptor's bits allow, or sixteen bits where the entries show that it lies. */
function mostOf(entries: Uint16Array, bits: number): number {
  const said = 2 ** Math.min(16, Math.max(1, bits)) - 1;
  return entries.some((entry) => entry > said) ? 65_535 : said;
}

/** The entry for an input value. */
export function lookUp(table: LookUpTable, value: number): number {
  const index = Math.min(table.entries.length - 1, Math.max(0, Math.round(value) - table.first));
  return table.entries[index] as number;
}
