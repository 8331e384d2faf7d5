/** A frame after decompression, before any look-up table: what every decoder hands over and how it is checked. */
import { AppError } from '../base/errors.ts';
import type { PixelDescription } from './pixels.ts';

export type Samples =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** What a decoder says it decoded, straight from its codestream. */
export interface Decoded {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Significant bits of a sample. */
  readonly precision: number;
  /** [rows, columns, components]. */
  readonly samples: Samples;
  /** Set when decoding changed the colour space (JPEG 2000 undoes its own transform). */
  readonly photometricInterpretation?: string;
}

/** A frame whose size, components and precision have been checked against the header. */
export interface DecodedFrame {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  /** Bits a sample occupies in `samples`' native layout; 1-bit data is unpacked to 8. */
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly isSigned: boolean;
  /** [rows, columns, samplesPerPixel], bits beyond those stored removed, signs extended. */
  readonly samples: Samples;
}

/** Throws DICOM_MALFORMED unless a codestream's own header fits the data set's; used before and after decoding. */
export function checkGeometry(found: Omit<Decoded, 'samples'>, description: PixelDescription): void {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  if (found.rows !== rows || found.columns !== columns || found.components !== samplesPerPixel) {
    throw new AppError(
      'DICOM_MALFORMED',
      `The compressed frame is ${found.columns} x ${found.rows} with ${found.components} components; ` +
        `the header says ${columns} x ${rows} with ${samplesPerPixel}.`,
    );
  }
  if (found.precision > Math.max(bitsAllocated, 8)) {
    throw new AppError(
      'DICOM_MALFORMED',
      `The compressed frame has ${found.precision} bits a sample; the header allocates ${bitsAllocated}.`,
    );
  }
}

/** The checked frame of what a decoder gave. Throws DICOM_MALFORMED on disagreement, DICOM_DECODE_FAILED on a wrong count. */
export function checkedFrame(decoded: Decoded, description: PixelDescription, isLossy = false): DecodedFrame {
  checkGeometry(decoded, description);
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, highBit, isSigned } = description;
  if (decoded.samples.length !== rows * columns * samplesPerPixel) {
    throw new AppError(
      'DICOM_DECODE_FAILED',
      `The decoder gave ${decoded.samples.length} samples; the frame has ${rows * columns * samplesPerPixel}.`,
    );
  }
  const unpacked = bitsAllocated === 1;
  const samples = unpacked ? decoded.samples : inAllocatedType(decoded.samples, bitsAllocated, isSigned);
  // A lossy 128 in a stream of eight bits, of which the header stores seven, is a little too white, not black.
  const overshoots = isLossy && decoded.precision > bitsStored;
  const bits = overshoots ? Math.min(bitsAllocated, decoded.precision) : bitsStored;
  const top = overshoots ? bits - 1 : highBit;
  return {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: decoded.photometricInterpretation ?? description.photometricInterpretation,
    bitsAllocated: unpacked ? 8 : bitsAllocated,
    bitsStored,
    isSigned,
    samples: unpacked ? samples : storedBits(samples, bitsAllocated, bits, top, isSigned),
  };
}

/**
 * Samples in the type that the header describes. Decoders give what their stream says: JPEG knows no signs, and a stream of eight
 * bits may stand in cells of sixteen. The bits stay the same; `storedBits` extends the signs.
 */
function inAllocatedType(samples: Samples, bitsAllocated: number, isSigned: boolean): Samples {
  if (samples instanceof Float32Array || samples instanceof Float64Array || bitsAllocated === 24) return samples;
  const Target = integerTypes[isSigned ? 'signed' : 'unsigned'][bitsAllocated];
  if (Target === undefined || samples instanceof Target) return samples;
  if (samples.BYTES_PER_ELEMENT * 8 === bitsAllocated)
    return new Target(samples.buffer as ArrayBuffer, samples.byteOffset, samples.length);
  return Target.from(samples);
}

type IntegerType =
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Uint16ArrayConstructor
  | Int16ArrayConstructor
  | Uint32ArrayConstructor
  | Int32ArrayConstructor;

const integerTypes: Readonly<Record<'signed' | 'unsigned', Readonly<Record<number, IntegerType>>>> = {
  signed: { 8: Int8Array, 16: Int16Array, 32: Int32Array },
  unsigned: { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array },
};

/**
 * The values that the stored bits mean. Unused bits may hold anything (overlays, until 2004); a signed 12-bit -1 is 0x0fff in
 * its 16-bit cell and becomes 0xffff.
 */
function storedBits(
  samples: Samples,
  bitsAllocated: number,
  bitsStored: number,
  highBit: number,
  isSigned: boolean,
): Samples {
  const unused = 32 - bitsStored;
  const isFloat = samples instanceof Float32Array || samples instanceof Float64Array;
  if (isFloat || bitsStored === bitsAllocated || unused <= 0) return samples;
  const drop = highBit + 1 - bitsStored;
  for (let i = 0; i < samples.length; i++) {
    const cell = ((samples[i] as number) >> drop) << unused;
    samples[i] = isSigned ? cell >> unused : cell >>> unused;
  }
  return samples;
}

/** The frame's bytes, samples little endian at their allocated width: the layout in which decoders are compared. */
export function nativeBytes(frame: DecodedFrame): Uint8Array {
  const width = frame.bitsAllocated / 8;
  const { samples } = frame;
  if (samples.BYTES_PER_ELEMENT === width)
    return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const out = new Uint8Array(samples.length * width);
  for (let i = 0; i < samples.length; i++) {
    let value = samples[i] as number;
    for (let b = 0; b < width; b++, value >>= 8) out[i * width + b] = value & 0xff;
  }
  return out;
}
