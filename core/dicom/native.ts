/** Uncompressed frames: any allocated width, byte order, planar configuration, 1-bit packing, 4:2:2 chroma (PS3.5 8.1, 8.2). */
import type { DicomDataSet } from './data-set.ts';
import type { Decoded, Samples } from './decoded-frame.ts';
import { isSubsampledNative, nativeFrame } from './frames.ts';
import type { PixelDescription } from './pixels.ts';

/** One frame of uncompressed pixel data, copied. Throws DICOM_TRUNCATED. */
export function decodeNative(dataSet: DicomDataSet, description: PixelDescription, frame: number): Decoded {
  const { rows, columns, samplesPerPixel, bitsAllocated, isPlanar } = description;
  const element = dataSet.element(description.element);
  const isSubsampled = element !== undefined && isSubsampledNative(description, element);
  const { bytes, firstBit } = nativeFrame(dataSet, description, frame, isSubsampled);
  const count = rows * columns * samplesPerPixel;
  const common = { rows, columns, components: samplesPerPixel, precision: description.bitsStored };
  if (bitsAllocated === 1) return { ...common, samples: unpackBits(bytes, firstBit, count) };
  const stored = isSubsampled ? rows * columns * 2 : count;
  const little = dataSet.encoding.littleEndian;
  // 8-bit samples written as 16-bit words (OW) are swapped in pairs by big endian (PS3.5 8.2, figure in Annex D).
  const isSwapped = !little && bitsAllocated === 8 && element?.vr === 'OW';
  const from = firstBit / 8;
  const samples = isSwapped ? swappedBytes(bytes, from, stored) : readSamples(bytes, from, stored, description, little);
  if (isSubsampled) return { ...common, samples: repeatChroma(samples, rows * columns) };
  return { ...common, samples: isPlanar ? interleave(samples, rows * columns, samplesPerPixel) : samples };
}

/** `count` bits from `firstBit` on, least significant bit of each byte first, one byte each. */
export function unpackBits(bytes: Uint8Array, firstBit: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const bit = firstBit + i;
    out[i] = ((bytes[Math.floor(bit / 8)] ?? 0) >> (bit % 8)) & 1;
  }
  return out;
}

function swappedBytes(bytes: Uint8Array, from: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = bytes[(from + i) ^ 1] ?? 0;
  return out;
}

function readSamples(
  bytes: Uint8Array,
  from: number,
  count: number,
  description: PixelDescription,
  littleEndian: boolean,
): Samples {
  const width = description.bitsAllocated / 8;
  const copy = bytes.slice(from, from + count * width);
  if (width === 3) return wideSamples(copy, count, littleEndian);
  if (!littleEndian && width > 1) {
    for (let i = 0; i < copy.length; i += width) copy.subarray(i, i + width).reverse();
  }
  return viewSamples(copy, description);
}

/** Little-endian bytes as samples of the description's type, without a copy. */
export function viewSamples(bytes: Uint8Array, description: PixelDescription): Samples {
  const { bitsAllocated, isSigned, element } = description;
  const { buffer } = bytes;
  if (element === 'floatPixelData') return new Float32Array(buffer);
  if (element === 'doubleFloatPixelData') return new Float64Array(buffer);
  if (bitsAllocated === 8) return isSigned ? new Int8Array(buffer) : bytes;
  if (bitsAllocated === 16) return isSigned ? new Int16Array(buffer) : new Uint16Array(buffer);
  if (bitsAllocated === 24) return wideSamples(bytes, bytes.length / 3, true);
  return isSigned ? new Int32Array(buffer) : new Uint32Array(buffer);
}

/** Three-byte samples, which no typed array has. */
function wideSamples(bytes: Uint8Array, count: number, littleEndian: boolean): Uint32Array {
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(3 * i, 3 * i + 3);
    out[i] = littleEndian ? a | (b << 8) | (c << 16) : c | (b << 8) | (a << 16);
  }
  return out;
}

/** Planar configuration 1 to 0. */
export function interleave<T extends Samples>(samples: T, pixels: number, components: number): T {
  const out = samples.slice() as T;
  for (let c = 0; c < components; c++) {
    for (let i = 0; i < pixels; i++) out[i * components + c] = samples[c * pixels + i] as number;
  }
  return out;
}

/** Y Y Cb Cr for two pixels to Y Cb Cr each. */
export function repeatChroma<T extends Samples>(samples: T, pixels: number): Samples {
  const out = new (samples.constructor as new (length: number) => T)(pixels * 3);
  for (let i = 0; i < pixels; i += 2) {
    const from = i * 2;
    for (let k = 0; k < 2; k++) {
      out[(i + k) * 3] = samples[from + k] as number;
      out[(i + k) * 3 + 1] = samples[from + 2] as number;
      out[(i + k) * 3 + 2] = samples[from + 3] as number;
    }
  }
  return out;
}
