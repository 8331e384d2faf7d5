/**
 * PNG, JPEG and TIFF files as float pictures, upright, in the range that a rule gives. Sizes are refused by arithmetic before anything is
 * allocated.
 */
import { decode as decodePng } from 'fast-png';
import { decode as decodeTiff, type TiffIfd } from 'tiff';
import { AppError, toError } from '../base/errors.ts';
import { CodecError } from '../codecs/codec-error.ts';
import { inflatedLengthWithin } from '../codecs/inflate.ts';
import { decodeJpeg } from '../codecs/jpeg/decode.ts';
import { exifOrientation, jpegOrientation, type Orientation, orientationOf, upright } from './orientation.ts';
import type { GreyOrColourImage } from './picture.ts';
import {
  checkInRange,
  extentOf,
  type OpenSamples,
  type RangeRule,
  rangeOf,
  type SampleKind,
  type SampleRange,
} from './sample-range.ts';
import { type TiffSamples, tiffPages, tiffSamples } from './tiff-samples.ts';

/** 16 bits, four channels: 800 MB at most. */
const maxPixels = 100_000_000;
const maxSide = 65_535;

/** True when the bytes begin like a PNG, JPEG or TIFF file; eight bytes are enough. */
export function looksLikePicture(bytes: Uint8Array): boolean {
  return formatOf(bytes) !== undefined;
}

/** A file's picture before its range is chosen. */
export interface OpenedPicture {
  /** Null where the format says what is black and white. */
  readonly open: OpenSamples | null;
  /** Pages of a TIFF file; only the first is read. */
  readonly pages: number;
  /** The picture, upright, values in [0, 1]. Throws IMAGE_OTHER_RANGE where a data set's range does not fit its samples. */
  readonly draw: (rule: RangeRule) => GreyOrColourImage;
  /** Some of its samples as they are stored (at most about 65,536, in the order of the file); in [0, 1] where `open` is null. */
  readonly sample: () => Float64Array;
}

/**
 * The picture in `bytes` as grey or RGB in [0, 1], upright; 16-bit pictures keep their levels, alpha is dropped. `name` appears in
 * messages and must be redacted by the caller. Throws IMAGE_UNREADABLE, IMAGE_OTHER_RANGE or TOO_LARGE.
 */
export function readPicture(bytes: Uint8Array, name: string, rule: RangeRule = 'own'): GreyOrColourImage {
  return openPicture(bytes, name).draw(rule);
}

/** As `readPicture`, with the range left open. Throws IMAGE_UNREADABLE or TOO_LARGE. */
export function openPicture(given: Uint8Array, name: string): OpenedPicture {
  // Node's Buffer is a Uint8Array whose slice copies nothing.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  const format = formatOf(bytes);
  if (format === undefined) throw new AppError('IMAGE_UNREADABLE', `${name} is no PNG, JPEG or TIFF picture.`);
  try {
    const decoded = readers[format](bytes, (width, height) => checkSize(name, width, height));
    return opened(decoded);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const why = thrown instanceof CodecError ? thrown.message : toError(thrown).message;
    throw new AppError('IMAGE_UNREADABLE', `${name} cannot be read as ${format.toUpperCase()}: ${why}.`);
  }
}

/** The orientation that stands beside a picture's pixels; 1, upright, where there is none. The pixels are not read. */
export function storedOrientation(bytes: Uint8Array): Orientation {
  const format = formatOf(bytes);
  if (format === 'jpeg') return jpegOrientation(bytes);
  if (format === 'tiff') return exifOrientation(bytes);
  if (format !== 'png') return 1;
  const [exif] = pngChunks(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 'eXIf');
  return exif === undefined ? 1 : exifOrientation(exif);
}

/** What a reader gives: a picture, or samples whose range is to be chosen. */
type Decoded = { readonly orientation: Orientation; readonly pages: number } & (
  | { readonly image: GreyOrColourImage }
  | { readonly samples: Samples; readonly open: OpenSamples }
);

/** [height, width, count]; the even counts carry alpha, but where the range is open: see `withoutAlpha`. */
interface Samples {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly count: number;
  /** The smallest sample is white (TIFF WhiteIsZero). */
  readonly isInverted: boolean;
}

function opened(decoded: Decoded): OpenedPicture {
  const { pages, orientation } = decoded;
  if ('image' in decoded) {
    const { image } = decoded;
    return { open: null, pages, draw: () => upright(image, orientation), sample: () => sparse(image.data) };
  }
  const { samples, open } = decoded;
  return {
    open,
    pages,
    draw: (rule) => {
      const range = rangeOf(open, rule);
      // Models of before there were ranges learned such pictures as their format draws them.
      if (typeof rule !== 'string' && rule[open.kind] !== undefined) checkInRange(samples.data, open, range);
      return upright(fromSamples(samples, ...range), orientation);
    },
    sample: () => sparse(samples.data),
  };
}

const sampled = 65_536;

function sparse(data: ArrayLike<number>): Float64Array {
  const step = Math.max(1, Math.floor(data.length / sampled));
  return Float64Array.from({ length: Math.floor(data.length / step) }, (_, i) => data[i * step] as number);
}

type Format = 'png' | 'jpeg' | 'tiff';
type Reader = (bytes: Uint8Array, check: (width: number, height: number) => void) => Decoded;

const readers: Readonly<Record<Format, Reader>> = { png: readPng, jpeg: readJpeg, tiff: readTiff };

function formatOf(bytes: Uint8Array): Format | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 8));
  if (head === '\x89PNG\r\n\x1a\n') return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  return head.startsWith('II*\0') || head.startsWith('MM\0*') ? 'tiff' : undefined;
}

function checkSize(name: string, width: number, height: number): void {
  if (!(width >= 1 && height >= 1))
    throw new AppError('IMAGE_UNREADABLE', `${name} says it is ${width} x ${height} pixels.`);
  if (width > maxSide || height > maxSide || width * height > maxPixels) {
    throw new AppError('TOO_LARGE', `${name} is ${width} x ${height} pixels; at most ${maxPixels} are read.`);
  }
}

function readPng(bytes: Uint8Array, check: (width: number, height: number) => void): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) throw new CodecError('the file ends inside its header');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  check(width, height);
  // fast-png inflates whatever comes; a picture that inflates past its own size (8 bytes a pixel and the filter bytes) is a trap.
  if (!inflatedLengthWithin(pngChunks(bytes, view, 'IDAT'), (width * 8 + 2) * height + 65_536)) {
    throw new CodecError('its data goes on after the last line');
  }
  const png = decodePng(bytes, { checkCrc: true });
  const [exif] = pngChunks(bytes, view, 'eXIf');
  const common = { orientation: exif === undefined ? 1 : exifOrientation(exif), pages: 1 } as const;
  if (png.palette !== undefined) {
    const { palette } = png;
    const data = new Float32Array(width * height * 3);
    const indices = unpacked(png.data, png.depth, width, height);
    indices.forEach((index, i) => {
      const colour = palette[index] ?? [0, 0, 0];
      for (let c = 0; c < 3; c++) data[3 * i + c] = (colour[c] ?? 0) / 255;
    });
    return { ...common, image: { width, height, channels: 3, data } };
  }
  const data = png.depth < 8 ? unpacked(png.data, png.depth, width, height) : png.data;
  const samples = { data, width, height, count: png.channels, isInverted: false };
  if (png.depth < 16) return { ...common, image: fromSamples(samples, 0, 2 ** png.depth - 1) };
  const [significant] = pngChunks(bytes, view, 'sBIT');
  const colours = withoutAlpha(samples);
  const [low, high] = pngRange(extentOf(colours.data), significant);
  return { ...common, samples: colours, open: { kind: 'uint16', bits: 16, low, high } };
}

/**
 * The range of 16-bit samples where a PNG states it. By the specification (11.3.2.2, sBIT) an encoder moves the significant bits to
 * the top, and white is 65535; radiographs come with sBIT 12 and samples left at 0 to 4095, whose white is 4095. Without sBIT nothing is
 * stated, and the samples themselves tell.
 */
function pngRange(extent: SampleRange, significant: Uint8Array | undefined): SampleRange {
  const bits = significant === undefined ? undefined : Math.max(...significant.subarray(0, 3));
  if (bits === undefined || !(bits >= 1 && bits <= 16)) return extent;
  const most = 2 ** bits - 1;
  return [0, extent[1] <= most ? most : 65_535];
}

/** The contents of the chunks of one type, in order. */
function* pngChunks(bytes: Uint8Array, view: DataView, type: string): Generator<Uint8Array> {
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === type) yield bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
}

/** Samples of 1, 2 or 4 bits, packed most significant first, lines padded to a byte. */
function unpacked(data: ArrayLike<number>, depth: number, width: number, height: number): Uint8Array {
  if (depth === 8) return Uint8Array.from(data);
  const out = new Uint8Array(width * height);
  const lineBytes = Math.ceil((width * depth) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * lineBytes + (bit >> 3)] ?? 0;
      out[y * width + x] = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  }
  return out;
}

/** Grey (1 or 2 channels) or colour (3 or 4) samples between black and white; the even ones carry alpha. */
function fromSamples(samples: Samples, low: number, high: number): GreyOrColourImage {
  const { width, height, count, isInverted } = samples;
  const channels = count < 3 ? 1 : 3;
  const from = checkedLength(samples);
  const data = new Float32Array(width * height * channels);
  // A picture of one value is black, as a DICOM frame of one value is.
  const span = high > low ? high - low : Number.POSITIVE_INFINITY;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) {
      const sample = from[i * count + c] as number;
      const value = (isInverted ? high - sample : sample - low) / span;
      // Floats may be NaN where there is no value; that is black, as a number that can be computed with.
      data[i * channels + c] = value > 0 ? Math.min(1, value) : 0;
    }
  }
  return { width, height, channels, data };
}

/**
 * Samples whose range is open, without what is no grey and no colour: alpha is 65535 nearly everywhere, and as a sample among others it would
 * make the range, in which 12 bits are black.
 */
function withoutAlpha(samples: Samples): Samples {
  const { width, height, count } = samples;
  const data = checkedLength(samples);
  const channels = count < 3 ? 1 : 3;
  if (channels === count) return samples;
  const colours = new Float64Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) colours[i * channels + c] = data[i * count + c] as number;
  }
  return { ...samples, data: colours, count: channels };
}

function checkedLength({ data, width, height, count }: Samples): ArrayLike<number> {
  if (data.length < width * height * count) throw new CodecError('its data ends before the last line');
  return data;
}

function readJpeg(bytes: Uint8Array, check: (width: number, height: number) => void): Decoded {
  return { orientation: jpegOrientation(bytes), pages: 1, image: jpegImage(bytes, check) };
}

function jpegImage(bytes: Uint8Array, check: (width: number, height: number) => void): GreyOrColourImage {
  const image = decodeJpeg(bytes, ({ columns, rows }) => check(columns, rows));
  const { columns: width, rows: height, components, samples } = image;
  const most = 2 ** image.precision - 1;
  if (components === 2) throw new CodecError('it has two components', true);
  if (components === 4) return fromInks(samples, width, height, most, image.adobeTransform);
  const picture = fromSamples({ data: samples, width, height, count: components, isInverted: false }, 0, most);
  if (components === 1) return picture;
  const isRgb = image.adobeTransform === 0 || String.fromCharCode(...image.componentIds) === 'RGB';
  if (!isRgb) for (let i = 0; i < picture.data.length; i += 3) toRgb(picture.data, i);
  return picture;
}

/** JFIF's YCbCr to RGB, in place. */
function toRgb(data: Float32Array, at: number): void {
  const y = data[at] as number;
  const cb = (data[at + 1] as number) - 128 / 255;
  const cr = (data[at + 2] as number) - 128 / 255;
  data[at] = Math.min(1, Math.max(0, y + 1.402 * cr));
  data[at + 1] = Math.min(1, Math.max(0, y - 0.344136286 * cb - 0.714136286 * cr));
  data[at + 2] = Math.min(1, Math.max(0, y + 1.772 * cb));
}

/** CMYK, which Adobe stores inverted, with or without the YCC transform on its first three inks. */
function fromInks(
  samples: ArrayLike<number>,
  width: number,
  height: number,
  most: number,
  adobeTransform: number | undefined,
): GreyOrColourImage {
  const data = new Float32Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = (samples[4 * i + c] as number) / most;
    if (adobeTransform === 2) toRgb(data, 3 * i);
    const black = (samples[4 * i + 3] as number) / most;
    for (let c = 0; c < 3; c++) {
      const ink = data[3 * i + c] as number;
      data[3 * i + c] = adobeTransform === undefined ? (1 - ink) * (1 - black) : ink * black;
    }
  }
  return { width, height, channels: 3, data };
}

/** The first page. */
function readTiff(bytes: Uint8Array, check: (width: number, height: number) => void): Decoded {
  const [page] = decodeTiff(bytes, { ignoreImageData: true, pages: [0] });
  if (page === undefined) throw new CodecError('it holds no page');
  const { width, height, type } = page;
  check(width, height);
  if (![0, 1, 2, 3].includes(type)) throw new CodecError(`its photometric interpretation is ${type}`, true);
  const common = { orientation: orientationOf(page.orientation), pages: tiffPages(bytes) };
  const stored = tiffSamples(bytes, page);
  const palette = type === 3 ? page.palette : undefined;
  if (palette !== undefined) {
    const data = new Float32Array(width * height * 3);
    for (let i = 0; i < width * height; i++) {
      const colour = palette[stored[i * page.samplesPerPixel] as number] ?? [0, 0, 0];
      for (let c = 0; c < 3; c++) data[3 * i + c] = (colour[c] as number) / 65_535;
    }
    return { ...common, image: { width, height, channels: 3, data } };
  }
  const samples = { data: stored, width, height, count: page.samplesPerPixel, isInverted: type === 0 };
  const bits = page.bitsPerSample;
  const kind = tiffKind(page);
  if (page.associatedAlpha && page.samplesPerPixel % 2 === 0)
    divideByAlpha(stored, page.samplesPerPixel, 2 ** bits - 1);
  if (kind === null) return { ...common, image: fromSamples(samples, 0, 2 ** bits - 1) };
  const colours = withoutAlpha(samples);
  const extent = extentOf(colours.data);
  const [low, high] = [statedValue(page, 340, Math.min), statedValue(page, 341, Math.max)];
  const isStated = low !== undefined && high !== undefined && high > low;
  return {
    ...common,
    samples: colours,
    open: { kind, bits, low: isStated ? low : extent[0], high: isStated ? high : extent[1] },
  };
}

/** Null where the samples have eight bits or fewer and no sign: they were made for a screen. */
function tiffKind({ sampleFormat, bitsPerSample }: TiffIfd): SampleKind | null {
  if (sampleFormat === 3) return 'float';
  if (sampleFormat === 2) return 'signed';
  return bitsPerSample <= 8 ? null : bitsPerSample <= 16 ? 'uint16' : 'uint32';
}

/** SMinSampleValue or SMaxSampleValue, one a sample (TIFF 6.0, section 19). */
function statedValue(page: TiffIfd, tag: number, choose: (...values: number[]) => number): number | undefined {
  const value = page.fields.get(tag) as number | readonly number[] | undefined;
  if (value === undefined) return undefined;
  const chosen = typeof value === 'number' ? value : choose(...value.slice(0, 3));
  return Number.isFinite(chosen) ? chosen : undefined;
}

/** Colours that were multiplied by their alpha get their own strength back. */
function divideByAlpha(samples: TiffSamples, count: number, most: number): void {
  for (let i = 0; i + count <= samples.length; i += count) {
    const alpha = samples[i + count - 1] as number;
    for (let c = 0; c < count - 1; c++) samples[i + c] = Math.round(((samples[i + c] as number) * most) / alpha);
  }
}
