/**
 * The samples of a TIFF page as they are stored (TIFF 6.0): strips and tiles, both planar configurations, any width of 1 to 64 bits
 * that the sample format allows, uncompressed, LZW, deflate and PackBits, with the predictors for integers and for floats.
 *
 * The `tiff` package reads the tags; its samples are not used, because it knows no signs, no 32-bit integers, no orientation and
 * takes one channel of tiled colour.
 */
import type { TiffIfd } from 'tiff';
import { CodecError } from '../codecs/codec-error.ts';
import { inflateRaw } from '../codecs/inflate.ts';
import { unpackBits, unpackLzw } from '../codecs/tiff-compression.ts';

export type TiffSamples =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Sample Format (339) of TIFF 6.0, section 19. */
const unsignedFormat = 1;
const signedFormat = 2;
const floatFormat = 3;

interface Layout {
  readonly littleEndian: boolean;
  readonly width: number;
  readonly height: number;
  /** Samples of a pixel. */
  readonly count: number;
  readonly bits: number;
  readonly format: number;
  readonly compression: number;
  readonly predictor: number;
}

/** A strip or a tile: where it goes and what it holds. */
interface Chunk {
  readonly offset: number;
  readonly bytes: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The one sample of each pixel that it holds, or null for all. */
  readonly plane: number | null;
}

/** [height, width, samples] of a page, as stored: no inversion, no range. Throws CodecError for what has no reader here. */
export function tiffSamples(bytes: Uint8Array, page: TiffIfd): TiffSamples {
  const layout = layoutOf(bytes, page);
  const { width, height, count } = layout;
  const out = emptySamples(layout, width * height * count);
  for (const chunk of chunksOf(page, layout)) {
    const inChunk = chunk.plane === null ? count : 1;
    const values = chunkValues(bytes, chunk, layout, inChunk);
    const columns = Math.min(chunk.width, width - chunk.left);
    const rows = Math.min(chunk.height, height - chunk.top);
    for (let y = 0; y < rows; y++) {
      let to = ((chunk.top + y) * width + chunk.left) * count + (chunk.plane ?? 0);
      let from = y * chunk.width * inChunk;
      for (let x = 0; x < columns; x++, to += count) {
        for (let c = 0; c < inChunk; c++) out[to + c] = values[from++] as number;
      }
    }
  }
  return out;
}

function layoutOf(bytes: Uint8Array, page: TiffIfd): Layout {
  const listed = page.fields.get(258) as number | readonly number[] | undefined;
  const widths = typeof listed === 'number' ? [listed] : (listed ?? [1]);
  const bits = widths[0] ?? 1;
  if (widths.some((other) => other !== bits)) throw new CodecError('its samples differ in width', true);
  const count = page.samplesPerPixel;
  if (count < 1 || count > 16) throw new CodecError(`it has ${count} samples a pixel`, true);
  const format = page.sampleFormat === 4 ? unsignedFormat : page.sampleFormat;
  const isKnown =
    format === floatFormat ? [16, 32, 64].includes(bits) : bits >= 1 && (bits <= 16 || bits === 32) && format <= 2;
  if (!isKnown) throw new CodecError(`its samples have ${bits} bits in format ${format}`, true);
  if (bits % 8 !== 0 && page.fillOrder !== 1) throw new CodecError('its bits are filled from the lowest on', true);
  return {
    littleEndian: bytes[0] === 0x49,
    width: page.width,
    height: page.height,
    count,
    bits,
    format,
    compression: page.compression,
    predictor: page.predictor,
  };
}

function chunksOf(page: TiffIfd, { width, height, count }: Layout): Chunk[] {
  const isTiled = page.tiled;
  const offsets = (isTiled ? page.tileOffsets : page.stripOffsets) ?? [];
  const lengths = (isTiled ? page.tileByteCounts : page.stripByteCounts) ?? [];
  const chunkWidth = isTiled ? (page.tileWidth ?? 0) : width;
  const chunkHeight = isTiled ? (page.tileHeight ?? 0) : Math.min(height, page.rowsPerStrip);
  if (!(chunkWidth > 0 && chunkHeight > 0 && chunkWidth * chunkHeight <= 4 * (width * height + 65_536))) {
    throw new CodecError('its strips or tiles have no size');
  }
  const across = Math.ceil(width / chunkWidth);
  const down = Math.ceil(height / chunkHeight);
  const planes = page.planarConfiguration === 2 ? count : 1;
  if (offsets.length < across * down * planes) throw new CodecError('its data ends before the last line');
  return Array.from({ length: across * down * planes }, (_, index) => {
    const inPlane = index % (across * down);
    const top = Math.floor(inPlane / across) * chunkHeight;
    return {
      offset: offsets[index] ?? 0,
      // Some writers leave the length of an only strip out.
      bytes: lengths[index] ?? Number.MAX_SAFE_INTEGER,
      left: (inPlane % across) * chunkWidth,
      top,
      width: chunkWidth,
      // The last strip ends with the picture, the last tile does not.
      height: isTiled ? chunkHeight : Math.min(chunkHeight, height - top),
      plane: planes > 1 ? Math.floor(index / (across * down)) : null,
    };
  });
}

function chunkValues(bytes: Uint8Array, chunk: Chunk, layout: Layout, count: number): TiffSamples {
  const { bits, predictor } = layout;
  const perRow = chunk.width * count;
  const rowBytes = Math.ceil((perRow * bits) / 8);
  const stored = bytes.subarray(chunk.offset, Math.min(bytes.length, chunk.offset + chunk.bytes));
  const data = uncompressed(stored, layout.compression, rowBytes * chunk.height);
  if (data.length < rowBytes * chunk.height) throw new CodecError('its data ends before the last line');
  if (predictor === 3) return floatRows(data, chunk, layout, count);
  const values =
    bits % 8 === 0
      ? wholeBytes(data, perRow * chunk.height, layout)
      : packedBits(data, perRow, chunk.height, rowBytes, bits, layout);
  if (predictor === 2) addUp(values, perRow, chunk.height, count, layout);
  else if (predictor !== 1) throw new CodecError(`its predictor is ${predictor}`, true);
  return values;
}

function uncompressed(data: Uint8Array, compression: number, size: number): Uint8Array {
  if (compression === 1) return data;
  if (compression === 5) return unpackLzw(data, size);
  // A zlib stream: two bytes of header, then deflate.
  if (compression === 8 || compression === 32_946) return inflateRaw(data.subarray(2), size + 65_536).bytes;
  if (compression === 32_773) return unpackBits(data, size);
  throw new CodecError(`its compression is ${compression}`, true);
}

function emptySamples({ bits, format }: Layout, length: number): TiffSamples {
  if (format === floatFormat) return bits === 64 ? new Float64Array(length) : new Float32Array(length);
  const isSigned = format === signedFormat;
  if (bits <= 8) return isSigned ? new Int8Array(length) : new Uint8Array(length);
  if (bits <= 16) return isSigned ? new Int16Array(length) : new Uint16Array(length);
  return isSigned ? new Int32Array(length) : new Uint32Array(length);
}

function wholeBytes(data: Uint8Array, length: number, layout: Layout): TiffSamples {
  const { bits, format, littleEndian } = layout;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out = emptySamples(layout, length);
  const read = (i: number): number => {
    if (format === floatFormat) {
      if (bits === 64) return view.getFloat64(8 * i, littleEndian);
      return bits === 32 ? view.getFloat32(4 * i, littleEndian) : view.getFloat16(2 * i, littleEndian);
    }
    // Storing into an array of signed numbers gives the bits their sign.
    if (bits === 8) return view.getUint8(i);
    return bits === 16 ? view.getUint16(2 * i, littleEndian) : view.getUint32(4 * i, littleEndian);
  };
  for (let i = 0; i < length; i++) out[i] = read(i);
  return out;
}

/** Samples of 1 to 15 bits, the most significant first, rows padded to a byte. */
function packedBits(
  data: Uint8Array,
  perRow: number,
  rows: number,
  rowBytes: number,
  bits: number,
  layout: Layout,
): TiffSamples {
  const out = emptySamples(layout, perRow * rows);
  const sign = layout.format === signedFormat ? 2 ** (bits - 1) : Number.POSITIVE_INFINITY;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < perRow; x++) {
      let value = 0;
      for (let b = x * bits; b < (x + 1) * bits; b++) {
        value = value * 2 + (((data[y * rowBytes + (b >> 3)] ?? 0) >> (7 - (b & 7))) & 1);
      }
      out[y * perRow + x] = value >= sign ? value - 2 * sign : value;
    }
  }
  return out;
}

/** Predictor 2: each sample was stored as its difference from the one before, in as many bits as it has. */
function addUp(values: TiffSamples, perRow: number, rows: number, count: number, { bits, format }: Layout): void {
  if (format === floatFormat || bits % 8 !== 0) throw new CodecError('its predictor does not fit its samples', true);
  for (let y = 0; y < rows; y++) {
    const start = y * perRow;
    for (let i = start + count; i < start + perRow; i++) {
      values[i] = (values[i] as number) + (values[i - count] as number);
    }
  }
}

/** Predictor 3 (Adobe, TIFF Technical Note 3): the bytes of a row's floats in planes, most significant first, then differences. */
function floatRows(data: Uint8Array, chunk: Chunk, layout: Layout, count: number): TiffSamples {
  const { bits, format } = layout;
  if (format !== floatFormat) throw new CodecError('its predictor does not fit its samples', true);
  const width = bits / 8;
  const perRow = chunk.width * count;
  const rowBytes = perRow * width;
  const plain = new Uint8Array(rowBytes * chunk.height);
  for (let y = 0; y < chunk.height; y++) {
    const row = data.slice(y * rowBytes, (y + 1) * rowBytes);
    for (let i = count; i < rowBytes; i++) row[i] = ((row[i] as number) + (row[i - count] as number)) & 0xff;
    for (let i = 0; i < perRow; i++) {
      for (let b = 0; b < width; b++) plain[y * rowBytes + i * width + b] = row[b * perRow + i] as number;
    }
  }
  return wholeBytes(plain, perRow * chunk.height, { ...layout, littleEndian: false });
}

/**
 * Pages of a TIFF file that are images of their own: reduced copies and masks (NewSubfileType, bits 0 and 2) do not count. At least 1;
 * a chain of pages that runs in a circle or out of the file ends there.
 */
export function tiffPages(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const seen = new Set<number>();
  let pages = 0;
  let at = bytes.length >= 8 ? view.getUint32(4, little) : 0;
  while (at >= 8 && at + 2 <= bytes.length && !seen.has(at) && seen.size < 65_536) {
    seen.add(at);
    const entries = view.getUint16(at, little);
    const end = at + 2 + 12 * entries;
    if (end + 4 > bytes.length) break;
    let subfile = 0;
    for (let entry = at + 2; entry < end; entry += 12) {
      if (view.getUint16(entry, little) === 254) subfile = view.getUint32(entry + 8, little);
    }
    if ((subfile & 0b101) === 0) pages++;
    at = view.getUint32(end, little);
  }
  return Math.max(1, pages);
}
