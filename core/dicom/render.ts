/**
 * The one function from a frame to the float image in [0, 1]: what the model sees and what the viewer shows.
 *
 * Grey: stored value -> modality LUT or rescale -> window, VOI LUT or whole range -> inverted where small values
 * are white (presentation.ts).
 * The whole range is 0 to 255 for plain 8-bit pixels (they were made for a screen), 0 to 1 for single bits, else the frame's own
 * smallest to largest value with padding left out. Nothing is rounded: a 12-bit frame keeps its 4,096 levels.
 */
import { AppError } from '../base/errors.ts';
import { renderColour, renderPalette } from './colour.ts';
import type { DicomDataSet, Keyword } from './data-set.ts';
import { decodeFrame } from './decode.ts';
import type { DecodedFrame } from './decoded-frame.ts';
import { type Modality, readModality } from './modality.ts';
import { readPalette } from './palette.ts';
import type { DicomFile } from './parse.ts';
import { isShownInverted } from './presentation.ts';
import type { WasmCodecs } from './syntaxes.ts';
import { readVoi } from './voi.ts';

/** A picture in [0, 1]: `data` is [height, width, channels]. The same shape as core/images uses. */
export interface RenderedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/**
 * Frame `frame` (from 0) as a float image, [rows, columns] grey or [rows, columns, 3] RGB, values in [0, 1].
 * `codecs` are needed for JPEG 2000 and HTJ2K. Throws as `decodeFrame` does.
 */
export function renderFrame(file: DicomFile, frame: number, codecs?: WasmCodecs): RenderedImage {
  return renderDecoded(file.dataSet, decodeFrame(file, frame, codecs), frame);
}

/** As `renderFrame`, from a frame that is decoded already. */
export function renderDecoded(dataSet: DicomDataSet, decoded: DecodedFrame, frame: number): RenderedImage {
  const size = { width: decoded.columns, height: decoded.rows };
  const { photometricInterpretation: photometric, samplesPerPixel } = decoded;
  if (samplesPerPixel === 1 && photometric === 'PALETTE COLOR') {
    return { ...size, channels: 3, data: renderPalette(decoded, readPalette(dataSet, decoded)) };
  }
  if (samplesPerPixel === 1 && (photometric === 'MONOCHROME1' || photometric === 'MONOCHROME2')) {
    return { ...size, channels: 1, data: renderGrey(dataSet, decoded, frame) };
  }
  return { ...size, channels: 3, data: renderColour(decoded) };
}

function renderGrey(dataSet: DicomDataSet, decoded: DecodedFrame, frame: number): Float32Array {
  const modality = readModality(dataSet, frame, decoded);
  const voi = readVoi(dataSet, frame, modality.range);
  const display = voi?.apply ?? wholeRange(dataSet, decoded, modality);
  const isInverted = isShownInverted(dataSet, decoded.photometricInterpretation);
  const toDisplay = (stored: number): number => {
    const value = display(modality.apply(stored));
    return isInverted ? 1 - value : value;
  };
  return decoded.samples.BYTES_PER_ELEMENT <= 2 ? throughTable(decoded, toDisplay) : valueByValue(decoded, toDisplay);
}

/** Sixteen-bit samples have at most 65,536 different values, so the chain runs once for each. */
function throughTable(decoded: DecodedFrame, toDisplay: (stored: number) => number): Float32Array {
  const { samples, isSigned } = decoded;
  const span = 2 ** (8 * samples.BYTES_PER_ELEMENT);
  const lowest = isSigned ? -span / 2 : 0;
  const table = new Float32Array(span).fill(-1);
  const out = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const place = (samples[i] as number) - lowest;
    let value = table[place] as number;
    if (value < 0) {
      value = toDisplay(samples[i] as number);
      table[place] = value;
    }
    out[i] = table[place] as number;
  }
  return out;
}

function valueByValue(decoded: DecodedFrame, toDisplay: (stored: number) => number): Float32Array {
  const out = new Float32Array(decoded.samples.length);
  for (let i = 0; i < out.length; i++) {
    const value = toDisplay(decoded.samples[i] as number);
    // A parametric map may hold NaN where it has no value; it is shown black, as a number that can be computed with.
    out[i] = Number.isNaN(value) ? 0 : value;
  }
  return out;
}

function wholeRange(dataSet: DicomDataSet, decoded: DecodedFrame, modality: Modality): (value: number) => number {
  const [low, high] = wholeRangeOf(dataSet, decoded, modality);
  if (!(high > low)) return () => 0;
  return (value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
}

/**
 * The modality values that are drawn black and white where an instance names no window; equal ones where the frame has one value.
 * Throws DICOM_UNSUPPORTED_PIXELS for float pixels without a finite range.
 */
export function wholeRangeOf(
  dataSet: DicomDataSet,
  decoded: DecodedFrame,
  modality: Modality,
): readonly [low: number, high: number] {
  if (decoded.bitsStored === 1) return [0, 1];
  if (decoded.bitsAllocated === 8 && decoded.bitsStored === 8 && !decoded.isSigned && modality.isIdentity) {
    return [0, 255];
  }
  const isPadding = paddingTest(dataSet, decoded);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const stored of decoded.samples) {
    if (isPadding(stored)) continue;
    const value = modality.apply(stored);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return low === high ? [low, low] : [0, 0];
  if (!Number.isFinite(high - low)) {
    throw new AppError(
      'DICOM_UNSUPPORTED_PIXELS',
      'The float pixels have no finite range and the file names no window.',
    );
  }
  return [low, high];
}

/**
 * Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2), in stored values; of float pixels their own (C.7.6.24, C.7.6.25). The VR of the former is to
 * follow Pixel Representation, and often does not: US 63536 beside signed pixels is -2000, SS -1 beside unsigned ones of sixteen bits is 65535.
 */
function paddingTest(dataSet: DicomDataSet, decoded: DecodedFrame): (stored: number) => boolean {
  const keywords = paddingKeywords(decoded.samples);
  const written = dataSet.number(keywords.value, decoded.isSigned);
  if (written === undefined) return () => false;
  const value = asStored(written, decoded);
  const limit = asStored(dataSet.number(keywords.limit, decoded.isSigned) ?? written, decoded);
  const low = Math.min(value, limit);
  const high = Math.max(value, limit);
  return (stored) => stored >= low && stored <= high;
}

function paddingKeywords(samples: DecodedFrame['samples']): { readonly value: Keyword; readonly limit: Keyword } {
  if (samples instanceof Float32Array) return { value: 'floatPixelPaddingValue', limit: 'floatPixelPaddingRangeLimit' };
  if (samples instanceof Float64Array)
    return { value: 'doubleFloatPixelPaddingValue', limit: 'doubleFloatPixelPaddingRangeLimit' };
  return { value: 'pixelPaddingValue', limit: 'pixelPaddingRangeLimit' };
}

/** The stored value whose bits a number written under the other sign has; the number itself where it can be stored as it is. */
function asStored(written: number, { isSigned, bitsStored, samples }: DecodedFrame): number {
  if (samples instanceof Float32Array || samples instanceof Float64Array) return written;
  const span = 2 ** bitsStored;
  const lowest = isSigned ? -span / 2 : 0;
  if (written >= lowest && written < lowest + span) return written;
  const bits = ((written % span) + span) % span;
  return isSigned && bits >= span / 2 ? bits - span : bits;
}
