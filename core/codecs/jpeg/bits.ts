/** Huffman tables and the bit reader of JPEG entropy-coded segments (ITU-T T.81, Annexes C and F.2.2). */
import { CodecError } from '../codec-error.ts';

const fastBits = 9;

/** A decoding table: codes of up to nine bits by look-up, longer ones by the canonical comparison. */
export interface HuffmanTable {
  /** `length << 8 | symbol` by the next nine bits; 0 where the code is longer. */
  readonly fast: Uint16Array;
  /** Largest code of each length 1..16, shifted to 16 bits, exclusive. */
  readonly limit: Int32Array;
  /** Index of the first symbol of a length minus its first code. */
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

/** The table of DHT's sixteen counts and its symbols. Throws CodecError when the counts are no prefix code. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const fast = new Uint16Array(1 << fastBits);
  const limit = new Int32Array(18);
  const offset = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0;
    offset[length] = index - code;
    if (code + count > 1 << length) throw new CodecError('a Huffman table is no prefix code');
    for (let i = 0; i < count && length <= fastBits; i++) {
      const first = (code + i) << (fastBits - length);
      fast.fill((length << 8) | (symbols[index + i] ?? 0), first, first + (1 << (fastBits - length)));
    }
    index += count;
    code += count;
    limit[length] = code << (16 - length);
    code <<= 1;
  }
  limit[17] = 0x7fffffff;
  return { fast, limit, offset, symbols };
}

/**
 * Reads bits of one entropy-coded segment. Reading past its end throws: libjpeg fills the rest of a damaged picture with grey and
 * only warns, which in a radiograph is a picture that lies.
 */
export class BitReader {
  readonly #data: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  /** Zero bits appended after the segment's end; using one of them is an error. */
  #padding = 0;

  constructor(data: Uint8Array, at: number) {
    this.#data = data;
    this.#at = at;
  }

  #fill(): void {
    const data = this.#data;
    while (this.#count <= 24) {
      let byte = data[this.#at];
      if (byte === undefined) {
        byte = 0;
        this.#padding += 8;
      } else if (byte !== 0xff) {
        this.#at++;
      } else if (data[this.#at + 1] === 0) {
        this.#at += 2;
      } else {
        byte = 0;
        this.#padding += 8;
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }

  #ended(): CodecError {
    return new CodecError('the compressed data ends before the picture does');
  }

  /** The next `n` (0 to 16) bits as an unsigned number. */
  read(n: number): number {
    if (n === 0) return 0;
    if (this.#count < n) this.#fill();
    this.#count -= n;
    if (this.#count < this.#padding) throw this.#ended();
    return (this.#bits >>> this.#count) & ((1 << n) - 1);
  }

  /** The next symbol of a Huffman table. */
  symbol(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const peek = (this.#bits >>> (this.#count - 16)) & 0xffff;
    const entry = table.fast[peek >>> (16 - fastBits)] as number;
    let length = entry >>> 8;
    let value = entry & 0xff;
    if (length === 0) {
      length = fastBits + 1;
      while (peek >= (table.limit[length] as number)) length++;
      if (length > 16) throw new CodecError('the compressed data holds a code that its Huffman table lacks');
      value = table.symbols[(table.offset[length] as number) + (peek >>> (16 - length))] as number;
    }
    this.#count -= length;
    if (this.#count < this.#padding) throw this.#ended();
    return value;
  }

  /** RECEIVE and EXTEND of F.2.2.1: a signed number of `n` bits. */
  extended(n: number): number {
    if (n === 0) return 0;
    const value = this.read(n);
    return value < 1 << (n - 1) ? value - (1 << n) + 1 : value;
  }

  /** Skips to behind the restart marker that must follow here; `expected` is its number modulo eight. */
  restart(expected: number): void {
    this.#bits = 0;
    this.#count = 0;
    this.#padding = 0;
    const data = this.#data;
    while (this.#at < data.length && !(data[this.#at] === 0xff && (data[this.#at + 1] ?? 0) >= 0xc0)) this.#at++;
    if (data[this.#at + 1] !== 0xd0 + expected) {
      throw new CodecError(`restart marker ${expected} is missing`);
    }
    this.#at += 2;
  }

  /** Where the marker after this segment is looked for. */
  get position(): number {
    return this.#at;
  }
}
