/** Which bytes belong to a frame: uncompressed by arithmetic, encapsulated by offset tables or by where codestreams begin. */
import { counted } from '../base/counted.ts';
import { AppError } from '../base/errors.ts';
import type { DicomDataSet, DicomElement, Fragment } from './data-set.ts';
import type { PixelDescription } from './pixels.ts';

/** Throws BAD_INPUT when the instance has no such frame. Frames count from 0. */
export function checkFrame(description: PixelDescription, frame: number): void {
  if (!Number.isInteger(frame) || frame < 0 || frame >= description.frames) {
    throw new AppError(
      'BAD_INPUT',
      `Frame ${frame} was asked for; the instance has frames 0 to ${description.frames - 1}.`,
    );
  }
}

/** Bits of one uncompressed frame. 4:2:2 chroma is stored once for two pixels (PS3.3 C.7.6.3.1.2). */
export function frameBits(description: PixelDescription, isSubsampled: boolean): number {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  return rows * columns * bitsAllocated * (isSubsampled ? 2 : samplesPerPixel);
}

/** True when the header says that two pixels share their chroma (YBR_FULL_422, YBR_PARTIAL_422). */
export function isSubsampled({ photometricInterpretation, samplesPerPixel, columns }: PixelDescription): boolean {
  return /^YBR_(FULL|PARTIAL)_422$/.test(photometricInterpretation) && samplesPerPixel === 3 && columns % 2 === 0;
}

/** True when uncompressed data says YBR_FULL_422 and is as long as that; many writers say it of full 4:4:4 data. */
export function isSubsampledNative(description: PixelDescription, element: DicomElement): boolean {
  if (!isSubsampled(description)) return false;
  const full = (frameBits(description, false) * description.frames) / 8;
  return element.declaredLength < full;
}

/** Bytes of all frames that the header names, uncompressed, without a padding byte. */
export function plainPixelBytes(description: PixelDescription, element: DicomElement): number {
  return Math.ceil((frameBits(description, isSubsampledNative(description, element)) * description.frames) / 8);
}

/** The whole value of uncompressed pixel data with the frame's first bit. Throws DICOM_TRUNCATED when the frame is not all there. */
export function nativeFrame(
  dataSet: DicomDataSet,
  description: PixelDescription,
  frame: number,
  isSubsampled: boolean,
): { readonly bytes: Uint8Array; readonly firstBit: number } {
  const bytes = dataSet.valueBytes(description.element) ?? new Uint8Array(0);
  const bits = frameBits(description, isSubsampled);
  const firstBit = bits * frame;
  if (bytes.length * 8 < firstBit + bits) {
    throw new AppError(
      'DICOM_TRUNCATED',
      `The pixel data holds ${bytes.length} bytes; frame ${frame} of ${description.frames} needs ${Math.ceil((firstBit + bits) / 8)}.`,
    );
  }
  return { bytes, firstBit };
}

/**
 * The bytes of one encapsulated frame, its fragments joined; `isOneEach` where the syntax puts every frame into one fragment (RLE, PS3.5
 * A.4.2). Throws DICOM_MALFORMED when frames cannot be told apart, DICOM_TRUNCATED for a frame that the header names and nobody wrote.
 */
export function encapsulatedFrame(
  dataSet: DicomDataSet,
  description: PixelDescription,
  frame: number,
  isOneEach = false,
): Uint8Array {
  const encapsulated = dataSet.element('pixelData')?.encapsulated;
  if (encapsulated === undefined) {
    throw new AppError(
      'DICOM_MALFORMED',
      'The transfer syntax is a compressed one, but the pixel data is not encapsulated.',
    );
  }
  const fragments = fragmentsOfFrame(dataSet, description.frames, frame, isOneEach);
  if (fragments.length === 0 || fragments.every((fragment) => fragment.length === 0)) {
    throw new AppError('DICOM_TRUNCATED', `Frame ${frame} of ${description.frames} has no data.`);
  }
  return join(dataSet.bytes, fragments);
}

function join(bytes: Uint8Array, fragments: readonly Fragment[]): Uint8Array {
  const [only] = fragments;
  if (fragments.length === 1 && only) return bytes.subarray(only.start, only.start + only.length);
  const out = new Uint8Array(fragments.reduce((sum, fragment) => sum + fragment.length, 0));
  let at = 0;
  for (const { start, length } of fragments) {
    out.set(bytes.subarray(start, start + length), at);
    at += length;
  }
  return out;
}

function fragmentsOfFrame(
  dataSet: DicomDataSet,
  frames: number,
  frame: number,
  isOneEach: boolean,
): readonly Fragment[] {
  const { offsetTable, fragments } = dataSet.element('pixelData')?.encapsulated ?? {
    offsetTable: undefined,
    fragments: [],
  };
  if (frames === 1 && fragments.length === 1) return fragments;
  const each = (): readonly number[] => fragments.map((_, index) => index);
  const starts =
    startsFromOffsets(extendedOffsets(dataSet), fragments, frames) ??
    startsFromOffsets(basicOffsets(offsetTable, dataSet.encoding.littleEndian), fragments, frames) ??
    (fragments.length === frames || isOneEach ? each() : undefined) ??
    startsFromCodestreams(dataSet.bytes, fragments) ??
    (frames === 1 ? [0] : undefined);
  if (starts === undefined) {
    throw new AppError(
      'DICOM_MALFORMED',
      `The pixel data has ${fragments.length} fragments for ${counted('en', frames, 'frame', 'frames')}, and no offset table that tells which belong together.`,
    );
  }
  // Where the header names more frames than there are, those that are there are given, and no fragment counts twice.
  const start = starts[frame];
  return start === undefined ? [] : fragments.slice(start, starts[frame + 1] ?? fragments.length);
}

/** Index of each frame's first fragment, or undefined when the table is empty or does not fit the fragments. */
function startsFromOffsets(
  offsets: readonly number[],
  fragments: readonly Fragment[],
  frames: number,
): readonly number[] | undefined {
  if (offsets.length !== frames || offsets[0] !== 0) return undefined;
  const byOffset = new Map(fragments.map((fragment, index) => [fragment.itemOffset, index]));
  const starts: number[] = [];
  for (const offset of offsets) {
    const index = byOffset.get(offset);
    if (index === undefined || index <= (starts.at(-1) ?? -1)) return undefined;
    starts.push(index);
  }
  return starts;
}

function basicOffsets(table: Uint8Array | undefined, littleEndian: boolean): readonly number[] {
  if (table === undefined) return [];
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  return Array.from({ length: table.length >> 2 }, (_, i) => view.getUint32(4 * i, littleEndian));
}

/** Extended Offset Table (PS3.3 C.7.6.3.1.8): 64-bit offsets, counted as the basic table's are. */
function extendedOffsets(dataSet: DicomDataSet): readonly number[] {
  const bytes = dataSet.valueBytes('extendedOffsetTable');
  if (bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, i) =>
    Number(view.getBigUint64(8 * i, dataSet.encoding.littleEndian)),
  );
}

/** True when a fragment's first bytes begin a compressed picture: JPEG and JPEG-LS (SOI), JPEG 2000 (SOC and SIZ) or a JP2 signature. */
export function beginsStream(bytes: Uint8Array): boolean {
  const starts = (...values: number[]): boolean => values.every((value, i) => bytes[i] === value);
  const isJp2 = bytes[3] === 0x0c && bytes[4] === 0x6a && bytes[5] === 0x50;
  return starts(0xff, 0xd8, 0xff) || starts(0xff, 0x4f, 0xff, 0x51) || isJp2;
}

/**
 * A frame begins where a fragment begins with a start marker. There may be more of them than the header names frames, or fewer: the
 * number of frames is what is often wrong then, while each picture says itself where it begins.
 */
function startsFromCodestreams(bytes: Uint8Array, fragments: readonly Fragment[]): readonly number[] | undefined {
  const starts = fragments.flatMap(({ start, length }, index) =>
    beginsStream(bytes.subarray(start, start + Math.min(length, 8))) ? [index] : [],
  );
  return starts[0] === 0 ? starts : undefined;
}
