/** Bits of a JPEG-LS scan: after a byte FF the next one holds seven bits (ITU-T T.87, A.1). */
import { CodecError } from '../codec-error.ts';

export class LsBitReader {
  readonly #data: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  #padding = 0;
  #afterFf = false;

  constructor(data: Uint8Array, at: number) {
    this.#data = data;
    this.#at = at;
  }

  #fill(): void {
    while (this.#count <= 24) {
      const byte = this.#data[this.#at];
      if (
        byte === undefined ||
        (this.#afterFf && byte >= 0x80) ||
        (byte === 0xff && (this.#data[this.#at + 1] ?? 0x80) >= 0x80)
      ) {
        this.#bits <<= 8;
        this.#count += 8;
        this.#padding += 8;
        continue;
      }
      const width = this.#afterFf ? 7 : 8;
      this.#bits = (this.#bits << width) | byte;
      this.#count += width;
      this.#afterFf = byte === 0xff;
      this.#at++;
    }
  }

  #take(n: number): void {
    this.#count -= n;
    if (this.#count < this.#padding) throw new CodecError('the compressed data ends before the picture does');
  }

  /** The next `n` (0 to 16) bits. */
  read(n: number): number {
    if (n === 0) return 0;
    if (this.#count < n) this.#fill();
    this.#take(n);
    return (this.#bits >>> this.#count) & ((1 << n) - 1);
  }

  /** The zeros before the next one, which is read too; throws past `most`. */
  zeros(most: number): number {
    let zeros = 0;
    for (;;) {
      if (this.#count === 0) this.#fill();
      const aligned = this.#bits << (32 - this.#count);
      const run = Math.min(this.#count, Math.clz32(aligned));
      zeros += run;
      if (zeros > most) throw new CodecError('the compressed data holds a code that is too long');
      if (run < this.#count) {
        this.#take(run + 1);
        return zeros;
      }
      this.#take(run);
    }
  }

  get position(): number {
    return this.#at;
  }
}
