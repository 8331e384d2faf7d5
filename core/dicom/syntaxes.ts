/**
 * The decoder table: one row a transfer syntax. A syntax of PS3.6 without a row does not build.
 *
 * `wasm` rows need codecs that the host gives (they run in a disposable worker, because damaged streams make them stall, grow or
 * answer silently); all others are decoded here, in place.
 */
import { AppError } from '../base/errors.ts';
import type { CodecError } from '../codecs/codec-error.ts';
import { inflateRaw } from '../codecs/inflate.ts';
import { decodeJpeg, type JpegImage } from '../codecs/jpeg/decode.ts';
import { decodeJpegLs } from '../codecs/jpeg-ls/decode.ts';
import type { DicomDataSet } from './data-set.ts';
import { checkGeometry, type Decoded } from './decoded-frame.ts';
import { encapsulatedFrame, frameBits, isSubsampled } from './frames.ts';
import { transferSyntaxes } from './generated/uids.ts';
import { decodeNative, interleave, repeatChroma, unpackBits, viewSamples } from './native.ts';
import type { PixelDescription } from './pixels.ts';
import { decodeRle } from './rle.ts';

export type TransferSyntaxUID = keyof typeof transferSyntaxes;

/** Decoders compiled to WebAssembly. Each checks the codestream's own header with `accept` before it decodes. */
export type WasmDecoder = (bytes: Uint8Array, accept: (found: Omit<Decoded, 'samples'>) => void) => Decoded;

export interface WasmCodecs {
  readonly jpeg2000: WasmDecoder;
  readonly htj2k: WasmDecoder;
}

type Row =
  | { readonly decode: (dataSet: DicomDataSet, description: PixelDescription, frame: number) => Decoded }
  | { readonly wasm: keyof WasmCodecs }
  | { readonly refused: string; readonly remedy: string };

const native: Row = { decode: decodeNative };
const jpeg: Row = {
  decode: (dataSet, description, frame) => decodeJpegFrame(encapsulatedFrame(dataSet, description, frame), description),
};
const jpegLs: Row = {
  decode: (dataSet, description, frame) => ({
    ...decodeJpegLs(encapsulatedFrame(dataSet, description, frame), (header) => checkGeometry(header, description)),
    isFromStream: true,
  }),
};
const rle: Row = {
  decode: (dataSet, description, frame) => decodeRle(encapsulatedFrame(dataSet, description, frame, true), description),
};
const uncompressed = 'Export the study again as Explicit VR Little Endian.';
const stills = 'Export the wanted frames as still images (secondary capture, Explicit VR Little Endian).';
const video: Row = { refused: 'video', remedy: stills };
const rare: Row = { refused: 'a JPEG process without a decoder', remedy: uncompressed };
const referenced: Row = {
  refused: 'pixels that lie on a server',
  remedy: 'Retrieve the study with its pixels (Explicit VR Little Endian) from the archive.',
};
const notAFile: Row = { refused: 'no format of image files', remedy: uncompressed };

const table = {
  '1.2.840.10008.1.2': native,
  '1.2.840.10008.1.2.1': native,
  '1.2.840.10008.1.2.1.98': { decode: decodeEncapsulatedNative },
  '1.2.840.10008.1.2.1.99': native,
  '1.2.840.10008.1.2.2': native,
  '1.2.840.10008.1.2.4.50': jpeg,
  '1.2.840.10008.1.2.4.51': jpeg,
  '1.2.840.10008.1.2.4.52': rare,
  '1.2.840.10008.1.2.4.53': jpeg,
  '1.2.840.10008.1.2.4.54': rare,
  '1.2.840.10008.1.2.4.55': jpeg,
  '1.2.840.10008.1.2.4.56': rare,
  '1.2.840.10008.1.2.4.57': jpeg,
  '1.2.840.10008.1.2.4.58': rare,
  '1.2.840.10008.1.2.4.59': rare,
  '1.2.840.10008.1.2.4.60': rare,
  '1.2.840.10008.1.2.4.61': rare,
  '1.2.840.10008.1.2.4.62': rare,
  '1.2.840.10008.1.2.4.63': rare,
  '1.2.840.10008.1.2.4.64': rare,
  '1.2.840.10008.1.2.4.65': rare,
  '1.2.840.10008.1.2.4.66': rare,
  '1.2.840.10008.1.2.4.70': jpeg,
  '1.2.840.10008.1.2.4.80': jpegLs,
  '1.2.840.10008.1.2.4.81': jpegLs,
  '1.2.840.10008.1.2.4.90': { wasm: 'jpeg2000' },
  '1.2.840.10008.1.2.4.91': { wasm: 'jpeg2000' },
  '1.2.840.10008.1.2.4.92': { refused: 'JPEG 2000 Part 2', remedy: uncompressed },
  '1.2.840.10008.1.2.4.93': { refused: 'JPEG 2000 Part 2', remedy: uncompressed },
  '1.2.840.10008.1.2.4.94': referenced,
  '1.2.840.10008.1.2.4.95': referenced,
  '1.2.840.10008.1.2.4.100': video,
  '1.2.840.10008.1.2.4.100.1': video,
  '1.2.840.10008.1.2.4.101': video,
  '1.2.840.10008.1.2.4.101.1': video,
  '1.2.840.10008.1.2.4.102': video,
  '1.2.840.10008.1.2.4.102.1': video,
  '1.2.840.10008.1.2.4.103': video,
  '1.2.840.10008.1.2.4.103.1': video,
  '1.2.840.10008.1.2.4.104': video,
  '1.2.840.10008.1.2.4.104.1': video,
  '1.2.840.10008.1.2.4.105': video,
  '1.2.840.10008.1.2.4.105.1': video,
  '1.2.840.10008.1.2.4.106': video,
  '1.2.840.10008.1.2.4.106.1': video,
  '1.2.840.10008.1.2.4.107': video,
  '1.2.840.10008.1.2.4.108': video,
  '1.2.840.10008.1.2.4.201': { wasm: 'htj2k' },
  '1.2.840.10008.1.2.4.202': { wasm: 'htj2k' },
  '1.2.840.10008.1.2.4.203': { wasm: 'htj2k' },
  '1.2.840.10008.1.2.4.204': referenced,
  '1.2.840.10008.1.2.4.205': referenced,
  '1.2.840.10008.1.2.5': rle,
  '1.2.840.10008.1.2.6.1': notAFile,
  '1.2.840.10008.1.2.6.2': notAFile,
  '1.2.840.10008.1.2.7.1': video,
  '1.2.840.10008.1.2.7.2': video,
  '1.2.840.10008.1.2.7.3': notAFile,
  '1.2.840.10008.1.2.8.1': { decode: decodeDeflatedFrame },
  '1.2.840.10008.1.20': { refused: 'Papyrus 3', remedy: uncompressed },
} as const satisfies Record<TransferSyntaxUID, Row>;

/** Syntaxes whose samples may overshoot the bits stored by a little, so that the bits above them mean something. */
const lossy: ReadonlySet<string> = new Set([
  '1.2.840.10008.1.2.4.50',
  '1.2.840.10008.1.2.4.51',
  '1.2.840.10008.1.2.4.53',
  '1.2.840.10008.1.2.4.55',
  '1.2.840.10008.1.2.4.81',
  '1.2.840.10008.1.2.4.91',
  '1.2.840.10008.1.2.4.203',
] satisfies TransferSyntaxUID[]);

/** True when decoding gives an approximation of what was encoded. */
export function isLossySyntax(uid: string): boolean {
  return lossy.has(uid);
}

/** What can be done with a transfer syntax: for documentation, and for tests that walk the table. */
export function syntaxSupport(uid: TransferSyntaxUID): 'here' | 'worker' | 'refused' {
  const row: Row = table[uid];
  return 'decode' in row ? 'here' : 'wasm' in row ? 'worker' : 'refused';
}

/** `JPEG 2000 Image Compression (1.2.840.10008.1.2.4.91)`. */
export function syntaxText(uid: string): string {
  return uid in transferSyntaxes
    ? `${transferSyntaxes[uid as TransferSyntaxUID]} (${uid})`
    : `unknown (${uid.slice(0, 64)})`;
}

/** The worker's codec that a syntax needs, or undefined when it is decoded here or refused. */
export function wasmCodecOf(uid: string): keyof WasmCodecs | undefined {
  const row: Row | undefined = uid in table ? table[uid as TransferSyntaxUID] : undefined;
  return row !== undefined && 'wasm' in row ? row.wasm : undefined;
}

/**
 * One frame by its syntax' row. Throws DICOM_UNSUPPORTED_SYNTAX with the remedy, or what the decoder throws (AppError, CodecError).
 */
export function decodeBySyntax(
  uid: string,
  dataSet: DicomDataSet,
  description: PixelDescription,
  frame: number,
  codecs: WasmCodecs | undefined,
): Decoded {
  // Some writers name a compressed syntax and store the pixels plain, and the other way round; the element itself tells.
  const isEncapsulated = dataSet.element('pixelData')?.encapsulated !== undefined;
  if (!(uid in table)) {
    throw new AppError('DICOM_UNSUPPORTED_SYNTAX', `The transfer syntax is ${syntaxText(uid)}.`);
  }
  const row: Row = table[uid as TransferSyntaxUID];
  if ('refused' in row) {
    throw new AppError(
      'DICOM_UNSUPPORTED_SYNTAX',
      `The transfer syntax ${syntaxText(uid)} cannot be decoded: ${row.refused}.`,
      { action: row.remedy },
    );
  }
  if (!isEncapsulated && description.element === 'pixelData' && row !== native) {
    return decodeNativeInstead(uid, dataSet, description, frame);
  }
  if (isEncapsulated && row === native) {
    throw new AppError(
      'DICOM_MALFORMED',
      `The pixel data is encapsulated, but the transfer syntax is ${syntaxText(uid)}.`,
    );
  }
  if ('decode' in row) return row.decode(dataSet, description, frame);
  const decoder = codecs?.[row.wasm];
  if (decoder === undefined) {
    throw new AppError(
      'DICOM_UNSUPPORTED_SYNTAX',
      `The transfer syntax ${syntaxText(uid)} is decoded in the decode worker only.`,
    );
  }
  const stream = encapsulatedFrame(dataSet, description, frame);
  const decoded = { ...decoder(stream, (found) => checkGeometry(found, description)), isFromStream: true };
  // JPEG 2000 undoes its own colour transform (PS3.5 8.2.4); what it hands over is RGB.
  return /^YBR_(RCT|ICT)$/.test(description.photometricInterpretation)
    ? { ...decoded, photometricInterpretation: 'RGB' }
    : decoded;
}

/** Plain pixels under a compressed syntax are taken as such only when their length is exactly right. */
function decodeNativeInstead(
  uid: string,
  dataSet: DicomDataSet,
  description: PixelDescription,
  frame: number,
): Decoded {
  const length = dataSet.element('pixelData')?.length ?? 0;
  const expected = Math.ceil((frameBits(description, false) * description.frames) / 8);
  // The byte that pads to an even length is missing in some files.
  if (length !== expected && length !== expected + (expected % 2)) {
    throw new AppError(
      'DICOM_MALFORMED',
      `The transfer syntax is ${syntaxText(uid)}, but the pixel data is not encapsulated.`,
    );
  }
  return decodeNative(dataSet, description, frame);
}

function decodeJpegFrame(bytes: Uint8Array, description: PixelDescription): Decoded {
  const image = decodeJpeg(bytes, (header) =>
    checkGeometry({ ...header, components: header.components.length }, description),
  );
  const { rows, columns, components, precision, samples } = image;
  const photometric = jpegPhotometric(image, description.photometricInterpretation);
  return { rows, columns, components, precision, samples, photometricInterpretation: photometric, isFromStream: true };
}

/**
 * The colour space of a JPEG frame. The stream knows better than the header, which is often copied from the uncompressed original:
 * an Adobe marker says it, components called R, G and B are that, and JFIF allows nothing but YCbCr.
 */
function jpegPhotometric(image: JpegImage, written: string): string {
  if (image.components !== 3) return written;
  if (image.adobeTransform !== undefined) return image.adobeTransform === 0 ? 'RGB' : 'YBR_FULL';
  if (String.fromCharCode(...image.componentIds) === 'RGB') return 'RGB';
  if (image.hasJfif && image.isLossy) return 'YBR_FULL';
  // A grey header says nothing of the colours of a stream that has three; JPEG encoders write YCbCr unless told.
  return written.startsWith('MONOCHROME') ? (image.isLossy ? 'YBR_FULL' : 'RGB') : written;
}

/** Deflated Image Frame Compression (PS3.5 A.4.13 and Supplement 244): a raw deflate stream a frame. */
function decodeDeflatedFrame(dataSet: DicomDataSet, description: PixelDescription, frame: number): Decoded {
  const size = Math.ceil(frameBits(description, false) / 8);
  const { bytes } = inflateRaw(encapsulatedFrame(dataSet, description, frame), Math.ceil(size * 1.1) + 64);
  return fromPlainBytes(bytes, size, description);
}

function decodeEncapsulatedNative(dataSet: DicomDataSet, description: PixelDescription, frame: number): Decoded {
  const size = Math.ceil(frameBits(description, false) / 8);
  return fromPlainBytes(encapsulatedFrame(dataSet, description, frame), size, description);
}

/** A frame's plain bytes: `size` of them, or as many as 4:2:2 chroma takes where the header says that (and many a writer does not do it). */
function fromPlainBytes(bytes: Uint8Array, size: number, description: PixelDescription): Decoded {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, isPlanar } = description;
  const subsampled = isSubsampled(description) ? Math.ceil(frameBits(description, true) / 8) : size;
  if (subsampled < size && bytes.length >= subsampled && bytes.length <= subsampled + 1) {
    const samples = repeatChroma(viewSamples(bytes.slice(0, subsampled), description), rows * columns);
    return { rows, columns, components: samplesPerPixel, precision: bitsStored, samples };
  }
  if (bytes.length < size || bytes.length > size + 1) {
    throw new AppError('DICOM_DECODE_FAILED', `The frame decodes to ${bytes.length} bytes; it has ${size}.`);
  }
  const common = { rows, columns, components: samplesPerPixel, precision: bitsStored };
  if (bitsAllocated === 1) return { ...common, samples: unpackBits(bytes, 0, rows * columns * samplesPerPixel) };
  const samples = viewSamples(bytes.slice(0, size), description);
  return { ...common, samples: isPlanar ? interleave(samples, rows * columns, samplesPerPixel) : samples };
}

/** The AppError of a damaged frame. */
export function decodeFailure(uid: string, frame: number, error: CodecError): AppError {
  return new AppError(
    error.isUnsupported ? 'DICOM_UNSUPPORTED_PIXELS' : 'DICOM_DECODE_FAILED',
    `Frame ${frame} (${syntaxText(uid)}) cannot be decoded: ${error.message}.`,
  );
}
