/** RLE Lossless (PS3.5 Annex G): byte planes, most significant first, each packed by runs. */
import { CodecError } from '../codecs/codec-error.ts';
import type { Decoded } from './decoded-frame.ts';
import { interleave, unpackBits, viewSamples } from './native.ts';
import type { PixelDescription } from './pixels.ts';

/** The frame. Throws CodecError when segments are missing, end early or do not fill their plane. */
export function decodeRle(bytes: Uint8Array, description: PixelDescription): Decoded {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  const common = { rows, columns, components: samplesPerPixel, precision: description.bitsStored };
  const isPacked = bitsAllocated === 1;
  const width = isPacked ? 1 : bitsAllocated / 8;
  const planeBytes = isPacked ? Math.ceil((rows * columns) / 8) : rows * columns;
  const planes = segments(bytes, samplesPerPixel * width, planeBytes);
  if (isPacked) {
    const samples = new Uint8Array(rows * columns * samplesPerPixel);
    for (const [index, plane] of planes.entries()) {
      samples.set(unpackBits(plane, 0, rows * columns), index * rows * columns);
    }
    return { ...common, samples: interleave(samples, rows * columns, samplesPerPixel) };
  }
  const step = samplesPerPixel * width;
  const out = new Uint8Array(planeBytes * step);
  planes.forEach((plane, index) => {
    // Segment 0 is the most significant byte of the first sample; little endian puts it last.
    let to = Math.floor(index / width) * width + (width - 1 - (index % width));
    for (let i = 0; i < planeBytes; i++, to += step) out[to] = plane[i] as number;
  });
  return { ...common, samples: viewSamples(out, description) };
}

function segments(bytes: Uint8Array, expected: number, planeBytes: number): Uint8Array[] {
  if (bytes.length < 64) throw new CodecError(`the RLE header has ${bytes.length} of its 64 bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  if (count !== expected) throw new CodecError(`the frame has ${count} RLE segments; its samples need ${expected}`);
  return Array.from({ length: expected }, (_, index) => {
    const start = view.getUint32(4 + 4 * index, true);
    const end = index + 1 < expected ? view.getUint32(8 + 4 * index, true) : bytes.length;
    if (start < 64 || end < start || end > bytes.length)
      throw new CodecError(`RLE segment ${index} lies outside the frame`);
    return unpackRuns(bytes, start, end, planeBytes, index);
  });
}

function unpackRuns(bytes: Uint8Array, start: number, end: number, size: number, index: number): Uint8Array {
  const out = new Uint8Array(size);
  let to = 0;
  let at = start;
  while (to < size) {
    const head = bytes[at++];
    if (head === undefined || at > end) throw new CodecError(`RLE segment ${index} fills ${to} of ${size} bytes`);
    if (head < 128) {
      const length = Math.min(head + 1, size - to);
      if (at + length > end) throw new CodecError(`RLE segment ${index} ends inside a run`);
      out.set(bytes.subarray(at, at + length), to);
      at += head + 1;
      to += length;
    } else if (head > 128) {
      if (at >= end) throw new CodecError(`RLE segment ${index} ends inside a run`);
      const length = Math.min(257 - head, size - to);
      out.fill(bytes[at++] as number, to, to + length);
      to += length;
    }
  }
  return out;
}
