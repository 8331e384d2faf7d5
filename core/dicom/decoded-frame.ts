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
  /**
   * True where the samples are values that a codestream described, false where they are pixel cells (uncompressed, RLE, deflated),
   * whose unused bits may hold anything.
   */
  readonly isFromStream?: boolean;
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
  const isFitting = found.components === samplesPerPixel || isGreyInColour(found.components, description);
  if (found.rows !== rows || found.columns !== columns || !isFitting) {
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

/** A grey image run through a colour encoder, its header left as it was: its luminance is the image. */
function isGreyInColour(components: number, { samplesPerPixel, photometricInterpretation }: PixelDescription): boolean {
  return components === 3 && samplesPerPixel === 1 && /^MONOCHROME[12]$/.test(photometricInterpretation);
}

/** The checked frame of what a decoder gave. Throws DICOM_MALFORMED on disagreement, DICOM_DECODE_FAILED on a wrong count. */
export function checkedFrame(given: Decoded, description: PixelDescription, isLossy = false): DecodedFrame {
  checkGeometry(given, description);
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  if (given.samples.length !== rows * columns * given.components) {
    throw new AppError(
      'DICOM_DECODE_FAILED',
      `The decoder gave ${given.samples.length} samples; the frame has ${rows * columns * given.components}.`,
    );
  }
  const decoded = given.components === samplesPerPixel ? given : luminance(given, description);
  const unpacked = bitsAllocated === 1;
  // A stream that knows signs has extended them, whatever the header says; the others write two's complement in the bits they have.
  const hasSigns = decoded.isFromStream === true && /^Int/.test(decoded.samples.constructor.name);
  const isSigned = description.isSigned || hasSigns;
  const common = {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: decoded.photometricInterpretation ?? description.photometricInterpretation,
    bitsAllocated: unpacked ? 8 : bitsAllocated,
    isSigned,
  };
  if (unpacked) return { ...common, bitsStored: description.bitsStored, samples: decoded.samples };
  const samples = inAllocatedType(decoded.samples, bitsAllocated, isSigned);
  if (decoded.isFromStream !== true || description.hasOverlayBits) {
    const { bitsStored, highBit } = description;
    return { ...common, bitsStored, samples: storedBits(samples, bitsAllocated, bitsStored, highBit, isSigned) };
  }
  const isUnextended = !isLossy && !hasSigns && areCells(samples, description.bitsStored);
  const bits = isUnextended
    ? description.bitsStored
    : Math.min(bitsAllocated, Math.max(description.bitsStored, decoded.precision));
  const values = hasSigns ? samples : storedBits(samples, bitsAllocated, bits, bits - 1, isSigned);
  return { ...common, ...streamValues(values, { bits, bitsStored: description.bitsStored, isSigned, isLossy }) };
}

/** Y of YCbCr, or 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, as PS3.3 C.7.6.3.1.2 weighs them). */
function luminance(decoded: Decoded, description: PixelDescription): Decoded {
  const { samples, photometricInterpretation: photometric = 'RGB' } = decoded;
  const isYbr = photometric.startsWith('YBR');
  const grey = samples.slice(0, samples.length / 3);
  for (let i = 0; i < grey.length; i++) {
    const [a = 0, b = 0, c = 0] = [samples[3 * i], samples[3 * i + 1], samples[3 * i + 2]];
    grey[i] = isYbr ? a : Math.round(0.299 * a + 0.587 * b + 0.114 * c);
  }
  const { photometricInterpretation } = description;
  return { ...decoded, components: 1, samples: grey, photometricInterpretation };
}

/**
 * The values of a codestream and how many bits they have; `bits` is the larger of what stream and header say.
 *
 * A codestream describes its own samples (PS3.5 8.2). Where they fit the bits that the header says are stored, both agree. Where they
 * do not, the stream is believed and its values are used whole (found: 16-bit JPEG 2000 of 0 to 3000 under Bits Stored 10, folded to
 * 0 to 1023 by masking). Lossy values a little outside the bits stored are what coding did to black and white, and are clamped
 * (found: 128 in 7 bits, white that masking turned black).
 */
function streamValues(
  samples: Samples,
  {
    bits,
    bitsStored,
    isSigned,
    isLossy,
  }: Pick<DecodedFrame, 'bitsStored' | 'isSigned'> & { bits: number; isLossy: boolean },
): Pick<DecodedFrame, 'samples' | 'bitsStored'> {
  const span = 2 ** bitsStored;
  const [least, most] = isSigned ? [-span / 2, span / 2 - 1] : [0, span - 1];
  const [low, high] = extent(samples);
  if (low >= least && high <= most) return { bitsStored, samples };
  const slack = isLossy ? span / 16 : 0;
  if (low < least - slack || high > most + slack) return { bitsStored: bits, samples };
  for (let i = 0; i < samples.length; i++) samples[i] = Math.min(most, Math.max(least, samples[i] as number));
  return { bitsStored, samples };
}

/**
 * Whether samples have nothing above the bits stored: cells of signed values whose sign was never extended, as DCMTK puts them into a lossless
 * stream of all allocated bits (-2 in 12 bits as 4094). They mean what they mean in the file before it was compressed.
 */
function areCells(samples: Samples, bitsStored: number): boolean {
  const span = 2 ** bitsStored;
  return samples.every((sample) => sample >= 0 && sample < span);
}

function extent(samples: Samples): readonly [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    if (sample < low) low = sample;
    if (sample > high) high = sample;
  }
  return [low, high];
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
