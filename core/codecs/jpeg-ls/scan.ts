/**
 * One JPEG-LS scan (ITU-T T.87, Annexes A and B): context modelling, Golomb codes, run mode; lossless and near-lossless.
 *
 * Names are the standard's: a is the sample to the left, b above, c above left, d above right.
 */
import { CodecError } from '../codec-error.ts';
import { LsBitReader } from './bits.ts';

export interface LsParameters {
  readonly maxval: number;
  readonly near: number;
  readonly t1: number;
  readonly t2: number;
  readonly t3: number;
  readonly reset: number;
}

export type Interleave = 0 | 1 | 2;

const runLengths = [
  0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
] as const;

const contexts = 365;

/** Decoder of one scan; contexts are common to its components, run indices are not. */
export class LsScan {
  readonly #p: LsParameters;
  readonly #range: number;
  readonly #step: number;
  readonly #qbpp: number;
  readonly #limit: number;
  readonly #bits: LsBitReader;
  readonly #a: Int32Array;
  readonly #b = new Int32Array(contexts + 2);
  readonly #c = new Int32Array(contexts + 2);
  readonly #n = new Int32Array(contexts + 2).fill(1);
  /** Negative run interruption errors, by type. */
  readonly #negative = new Int32Array(2);
  readonly #quantised: Int8Array;

  constructor(parameters: LsParameters, data: Uint8Array, at: number) {
    const { maxval, near } = parameters;
    this.#p = parameters;
    this.#step = 2 * near + 1;
    this.#range = Math.floor((maxval + 2 * near) / this.#step) + 1;
    this.#qbpp = Math.ceil(Math.log2(this.#range));
    const bpp = Math.max(2, Math.ceil(Math.log2(maxval + 1)));
    this.#limit = 2 * (bpp + Math.max(8, bpp));
    this.#bits = new LsBitReader(data, at);
    this.#a = new Int32Array(contexts + 2).fill(Math.max(2, (this.#range + 32) >> 6));
    this.#quantised = Int8Array.from({ length: 2 * maxval + 1 }, (_, i) => quantise(i - maxval, parameters));
  }

  get position(): number {
    return this.#bits.position;
  }

  /** Decodes `rows` lines of the components at `offsets` into `out` [rows, columns, stride]. Throws CodecError. */
  decode(
    out: Uint16Array,
    rows: number,
    columns: number,
    stride: number,
    offsets: readonly number[],
    interleave: Interleave,
  ): void {
    // One sample of margin on each side: the left one holds what "above left" of column 0 is, the right one repeats the last.
    const width = columns + 2;
    let above = offsets.map(() => new Uint16Array(width));
    let here = offsets.map(() => new Uint16Array(width));
    const runIndex = offsets.map(() => 0);
    for (let y = 0; y < rows; y++) {
      offsets.forEach((_, i) => {
        const [up, now] = [above[i] as Uint16Array, here[i] as Uint16Array];
        up[columns + 1] = up[columns] as number;
        now[0] = up[1] as number;
      });
      if (interleave === 2) runIndex[0] = this.#sampleLine(above, here, columns, runIndex[0] as number);
      else {
        offsets.forEach((_, i) => {
          runIndex[i] = this.#line(above[i] as Uint16Array, here[i] as Uint16Array, columns, runIndex[i] as number);
        });
      }
      offsets.forEach((offset, i) => {
        const now = here[i] as Uint16Array;
        let to = y * columns * stride + offset;
        for (let x = 1; x <= columns; x++, to += stride) out[to] = now[x] as number;
      });
      [above, here] = [here, above];
    }
  }

  /** A line of one component; returns the run index for its next line. */
  #line(up: Uint16Array, now: Uint16Array, columns: number, firstRunIndex: number): number {
    let runIndex = firstRunIndex;
    for (let x = 1; x <= columns; x++) {
      const context = this.#context(up, now, x);
      if (context !== 0) {
        now[x] = this.#regular(context, up, now, x);
        continue;
      }
      const run = this.#run(columns - x + 1, runIndex);
      now.fill(now[x - 1] as number, x, x + run.length);
      x += run.length;
      runIndex = run.index;
      if (x > columns) break;
      const a = now[x - 1] as number;
      const b = up[x] as number;
      const type = Math.abs(a - b) <= this.#p.near ? 1 : 0;
      const error = this.#interruption(type, runIndex);
      now[x] = type === 1 ? this.#reconstructed(a, error) : this.#reconstructed(b, a > b ? -error : error);
      if (runIndex > 0) runIndex--;
    }
    return runIndex;
  }

  /** A line of all components, sample by sample; a run needs all of them to be flat. */
  #sampleLine(
    above: readonly Uint16Array[],
    here: readonly Uint16Array[],
    columns: number,
    firstRunIndex: number,
  ): number {
    let runIndex = firstRunIndex;
    for (let x = 1; x <= columns; x++) {
      const found = here.map((now, i) => this.#context(above[i] as Uint16Array, now, x));
      if (found.some((context) => context !== 0)) {
        here.forEach((now, i) => {
          now[x] = this.#regular(found[i] as number, above[i] as Uint16Array, now, x);
        });
        continue;
      }
      const run = this.#run(columns - x + 1, runIndex);
      for (const now of here) now.fill(now[x - 1] as number, x, x + run.length);
      x += run.length;
      runIndex = run.index;
      if (x > columns) break;
      here.forEach((now, i) => {
        const a = now[x - 1] as number;
        const b = (above[i] as Uint16Array)[x] as number;
        const error = this.#interruption(0, runIndex);
        now[x] = this.#reconstructed(b, a > b ? -error : error);
      });
      if (runIndex > 0) runIndex--;
    }
    return runIndex;
  }

  /** A.3: the signed number of the context, 0 for run mode. */
  #context(up: Uint16Array, now: Uint16Array, x: number): number {
    const a = now[x - 1] as number;
    const b = up[x] as number;
    const c = up[x - 1] as number;
    const d = up[x + 1] as number;
    const { maxval } = this.#p;
    const q = this.#quantised;
    return ((q[d - b + maxval] as number) * 9 + (q[b - c + maxval] as number)) * 9 + (q[c - a + maxval] as number);
  }

  /** A.4 to A.6: a sample in regular mode. Context 0 occurs here where another component of the sample is not flat. */
  #regular(signedContext: number, up: Uint16Array, now: Uint16Array, x: number): number {
    const sign = signedContext < 0 ? -1 : 1;
    const q = signedContext * sign;
    const { near, reset, maxval } = this.#p;
    const a = now[x - 1] as number;
    const b = up[x] as number;
    const c = up[x - 1] as number;
    const low = Math.min(a, b);
    const high = Math.max(a, b);
    const edge = c >= high ? low : c <= low ? high : a + b - c;
    const predicted = Math.min(maxval, Math.max(0, edge + sign * (this.#c[q] as number)));
    let n = this.#n[q] as number;
    let sum = this.#a[q] as number;
    let bias = this.#b[q] as number;
    const k = golombParameter(n, sum);
    const mapped = this.#golomb(k, this.#limit);
    let error = mapped & 1 ? -((mapped + 1) >> 1) : mapped >> 1;
    if (near === 0 && k === 0 && 2 * bias <= -n) error = -error - 1;
    bias += error * this.#step;
    sum += Math.abs(error);
    if (n === reset) {
      sum >>= 1;
      bias >>= 1;
      n >>= 1;
    }
    n++;
    if (bias <= -n) {
      bias = Math.max(bias + n, 1 - n);
      if ((this.#c[q] as number) > -128) this.#c[q] = (this.#c[q] as number) - 1;
    } else if (bias > 0) {
      bias = Math.min(bias - n, 0);
      if ((this.#c[q] as number) < 127) this.#c[q] = (this.#c[q] as number) + 1;
    }
    this.#n[q] = n;
    this.#a[q] = sum;
    this.#b[q] = bias;
    return this.#reconstructed(predicted, sign * error);
  }

  /** A.7.1: the length of a run, at most `left`, and the run index after it. */
  #run(left: number, firstIndex: number): { readonly length: number; readonly index: number } {
    let index = firstIndex;
    let length = 0;
    while (this.#bits.read(1) === 1) {
      const whole = 1 << (runLengths[index] as number);
      const part = Math.min(whole, left - length);
      length += part;
      if (part === whole && index < 31) index++;
      if (length === left) return { length, index };
    }
    length += this.#bits.read(runLengths[index] as number);
    if (length >= left) throw new CodecError('a run is longer than its line');
    return { length, index };
  }

  /** A.7.2: the prediction error of the sample that ends a run. */
  #interruption(type: 0 | 1, runIndex: number): number {
    const q = contexts + type;
    let n = this.#n[q] as number;
    const sum = this.#a[q] as number;
    const k = golombParameter(n, type === 1 ? sum + (n >> 1) : sum);
    const mapped = this.#golomb(k, this.#limit - (runLengths[runIndex] as number) - 1);
    const shifted = mapped + type;
    const isOdd = (shifted & 1) === 1;
    const size = (shifted + (isOdd ? 1 : 0)) >> 1;
    let negative = this.#negative[type] as number;
    const error = (k !== 0 || 2 * negative >= n) === isOdd ? -size : size;
    if (error < 0) negative++;
    let next = sum + ((mapped + 1 - type) >> 1);
    if (n === this.#p.reset) {
      next >>= 1;
      n >>= 1;
      negative >>= 1;
    }
    this.#a[q] = next;
    this.#n[q] = n + 1;
    this.#negative[type] = negative;
    return error;
  }

  /** A.5.3: a Golomb code of at most `limit` bits. */
  #golomb(k: number, limit: number): number {
    const most = limit - this.#qbpp - 1;
    const zeros = this.#bits.zeros(most);
    if (zeros < most) return k === 0 ? zeros : zeros * 2 ** k + this.#bits.read(k);
    return this.#bits.read(this.#qbpp) + 1;
  }

  /** Prediction plus error, modulo the range, within the samples' limits (A.4.4, A.4.5). */
  #reconstructed(predicted: number, error: number): number {
    const { maxval, near } = this.#p;
    let value = predicted + error * this.#step;
    if (value < -near) value += this.#range * this.#step;
    else if (value > maxval + near) value -= this.#range * this.#step;
    return Math.min(maxval, Math.max(0, value));
  }
}

function golombParameter(n: number, sum: number): number {
  let k = 0;
  while (n << k < sum) {
    if (++k > 16) throw new CodecError('the compressed data is damaged');
  }
  return k;
}

/** A.3.3: a gradient as one of nine regions. */
function quantise(difference: number, { near, t1, t2, t3 }: LsParameters): number {
  const size = Math.abs(difference);
  const region = size <= near ? 0 : size < t1 ? 1 : size < t2 ? 2 : size < t3 ? 3 : 4;
  return difference < 0 ? -region : region;
}
