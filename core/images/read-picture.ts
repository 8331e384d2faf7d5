/** PNG, JPEG and TIFF files as float pictures. Sizes are refused by arithmetic before anything is allocated. */
import { decode as decodePng } from 'fast-png';
import { decode as decodeTiff } from 'tiff';
import { AppError, toError } from '../base/errors.ts';
import { CodecError } from '../codecs/codec-error.ts';
import { inflatedLengthWithin } from '../codecs/inflate.ts';
import { decodeJpeg } from '../codecs/jpeg/decode.ts';
import type { GreyOrColourImage } from './picture.ts';

/** 16 bits, four channels: 800 MB at most. */
const maxPixels = 100_000_000;
const maxSide = 65_535;

/** True when the bytes begin like a PNG, JPEG or TIFF file; eight bytes are enough. */
export function looksLikePicture(bytes: Uint8Array): boolean {
  return formatOf(bytes) !== undefined;
}

/**
 * The picture in `bytes` as grey or RGB in [0, 1]; 16-bit pictures keep their levels, alpha is dropped. `name` appears in
 * messages and must be redacted by the caller. Throws IMAGE_UNREADABLE or TOO_LARGE.
 */
export function readPicture(bytes: Uint8Array, name: string): GreyOrColourImage {
  const format = formatOf(bytes);
  if (format === undefined) throw new AppError('IMAGE_UNREADABLE', `${name} is no PNG, JPEG or TIFF picture.`);
  try {
    return readers[format](bytes, (width, height) => checkSize(name, width, height));
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const why = thrown instanceof CodecError ? thrown.message : toError(thrown).message;
    throw new AppError('IMAGE_UNREADABLE', `${name} cannot be read as ${format.toUpperCase()}: ${why}.`);
  }
}

type Format = 'png' | 'jpeg' | 'tiff';
type Reader = (bytes: Uint8Array, check: (width: number, height: number) => void) => GreyOrColourImage;

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

function readPng(bytes: Uint8Array, check: (width: number, height: number) => void): GreyOrColourImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) throw new CodecError('the file ends inside its header');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  check(width, height);
  // fast-png inflates whatever comes; a picture that inflates past its own size (8 bytes a pixel and the filter bytes) is a trap.
  if (!inflatedLengthWithin(pngData(bytes, view), (width * 8 + 2) * height + 65_536)) {
    throw new CodecError('its data goes on after the last line');
  }
  const png = decodePng(bytes, { checkCrc: true });
  const most = 2 ** png.depth - 1;
  if (png.palette !== undefined) {
    const { palette } = png;
    const data = new Float32Array(width * height * 3);
    const indices = unpacked(png.data, png.depth, width, height);
    indices.forEach((index, i) => {
      const colour = palette[index] ?? [0, 0, 0];
      for (let c = 0; c < 3; c++) data[3 * i + c] = (colour[c] ?? 0) / 255;
    });
    return { width, height, channels: 3, data };
  }
  const samples = png.depth < 8 ? unpacked(png.data, png.depth, width, height) : png.data;
  return fromSamples(samples, width, height, png.channels, most);
}

/** The data chunks in order. */
function* pngData(bytes: Uint8Array, view: DataView): Generator<Uint8Array> {
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'IDAT')
      yield bytes.subarray(at + 8, at + 8 + length);
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

/** Grey (1 or 2 channels) or colour (3 or 4) samples; the even ones carry alpha. */
function fromSamples(
  samples: ArrayLike<number>,
  width: number,
  height: number,
  count: number,
  most: number,
): GreyOrColourImage {
  const channels = count < 3 ? 1 : 3;
  if (samples.length < width * height * count) throw new CodecError('its data ends before the last line');
  const data = new Float32Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) {
      data[i * channels + c] = Math.min(1, Math.max(0, (samples[i * count + c] as number) / most));
    }
  }
  return { width, height, channels, data };
}

function readJpeg(bytes: Uint8Array, check: (width: number, height: number) => void): GreyOrColourImage {
  const image = decodeJpeg(bytes, ({ columns, rows }) => check(columns, rows));
  const { columns: width, rows: height, components, samples } = image;
  const most = 2 ** image.precision - 1;
  if (components === 2) throw new CodecError('it has two components', true);
  const picture = fromSamples(samples, width, height, components === 4 ? 3 : components, most);
  if (components === 1) return picture;
  if (components === 4) return fromInks(samples, width, height, most, image.adobeTransform);
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

/** The first page. `tiff` has already inverted WhiteIsZero and undone the predictor. */
function readTiff(bytes: Uint8Array, check: (width: number, height: number) => void): GreyOrColourImage {
  const [described] = decodeTiff(bytes, { ignoreImageData: true, pages: [0] });
  if (described === undefined) throw new CodecError('it holds no page');
  check(described.width, described.height);
  const [page] = decodeTiff(bytes, { pages: [0] });
  if (page === undefined) throw new CodecError('it holds no page');
  const { width, height, palette } = page;
  const samples = page.data as ArrayLike<number>;
  if (palette !== undefined) {
    const data = new Float32Array(width * height * 3);
    for (let i = 0; i < width * height; i++) {
      const colour = palette[samples[i] as number] ?? [0, 0, 0];
      for (let c = 0; c < 3; c++) data[3 * i + c] = (colour[c] as number) / 65_535;
    }
    return { width, height, channels: 3, data };
  }
  const isFloat = page.sampleFormat === 3;
  return fromSamples(samples, width, height, page.samplesPerPixel, isFloat ? 1 : 2 ** page.bitsPerSample - 1);
}
