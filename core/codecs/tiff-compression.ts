/** LZW and PackBits as TIFF 6.0 writes them (sections 9 and 13). */
import { CodecError } from './codec-error.ts';

const clearCode = 256;
const endCode = 257;
const maxCodes = 4096;

/**
 * The bytes of an LZW stream, at most `size` of them: codes of 9 to 12 bits, the most significant bit first, widened one code early.
 * Throws CodecError when the stream names a code that is not there.
 */
export function unpackLzw(data: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  // An entry is the entry before it and one byte more; its bytes are read off backwards.
  const prefix = new Uint16Array(maxCodes);
  const suffix = new Uint8Array(maxCodes);
  const lengths = new Uint16Array(maxCodes);
  for (let i = 0; i < 256; i++) {
    suffix[i] = i;
    lengths[i] = 1;
  }
  let next = endCode + 1;
  let width = 9;
  let previous = -1;
  let buffer = 0;
  let held = 0;
  let filled = 0;
  const write = (code: number): void => {
    const length = lengths[code] as number;
    let at = filled + length;
    let from = code;
    for (let i = 0; i < length; i++) {
      at--;
      if (at < size) out[at] = suffix[from] as number;
      if (i < length - 1) from = prefix[from] as number;
    }
    filled += length;
  };
  for (const byte of data) {
    buffer = (buffer << 8) | byte;
    held += 8;
    if (held < width) continue;
    held -= width;
    const code = (buffer >>> held) & ((1 << width) - 1);
    buffer &= (1 << held) - 1;
    if (code === endCode || filled >= size) break;
    if (code === clearCode) {
      next = endCode + 1;
      width = 9;
      previous = -1;
      continue;
    }
    if (previous < 0) {
      if (code > 255) throw new CodecError('its LZW data is damaged');
      write(code);
    } else {
      if (code > Math.min(next, maxCodes - 1)) throw new CodecError('its LZW data is damaged');
      // A full table stays as it is until it is cleared.
      if (next < maxCodes) {
        prefix[next] = previous;
        lengths[next] = (lengths[previous] as number) + 1;
        // The entry that is being made ends as it begins.
        suffix[next] = firstByte(prefix, lengths, suffix, code === next ? previous : code);
        next++;
      }
      write(code);
    }
    previous = code;
    if (next + 1 >= 1 << width && width < 12) width++;
  }
  return out.subarray(0, Math.min(size, filled));
}

function firstByte(prefix: Uint16Array, lengths: Uint16Array, suffix: Uint8Array, code: number): number {
  let from = code;
  for (let i = lengths[code] as number; i > 1; i--) from = prefix[from] as number;
  return suffix[from] as number;
}

/** The bytes of PackBits runs, at most `size` of them. */
export function unpackBits(data: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let filled = 0;
  for (let at = 0; at < data.length && filled < size; ) {
    const head = data[at++] as number;
    if (head === 128) continue;
    if (head < 128) {
      const run = data.subarray(at, at + Math.min(head + 1, size - filled));
      out.set(run, filled);
      filled += run.length;
      at += head + 1;
    } else {
      const length = Math.min(257 - head, size - filled);
      out.fill(data[at++] ?? 0, filled, filled + length);
      filled += length;
    }
  }
  return out.subarray(0, filled);
}
