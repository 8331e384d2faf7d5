/**
 * Separable resampling as Pillow does it (libImaging/Resample.c), with room that is used again: a training step resamples a batch of images,
 * and what each would throw away is more work than the arithmetic.
 *
 * The order of every sum and the places where a sum is rounded to float32 (each value of a line, and each tap of a column) decide the last bit of
 * a result, so they are fixed: features and trained weights are compared bit for bit. What is free is how many sums run beside each other:
 * a processor adds four independent sums in the time of one.
 */
import { valueOf16 } from './picture.ts';

export interface Filter {
  readonly support: number;
  readonly weight: (x: number) => number;
}

/** A rectangle of an image in pixels; borders may lie between pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An image [height, width, channels] of floats in [0, 1], or of 16-bit samples that stand for them (`toUint16`). */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array | Uint16Array;
}

/** Lines that are resampled beside each other. */
const lanes = 4;

/** Resamples one image after the other in the same memory. */
export class Resampler {
  readonly #across = new Weights();
  readonly #down = new Weights();
  /** `lanes` lines of the source, a value of each in turn. */
  #rows = new Float64Array(0);
  #lines = new Float32Array(0);

  /** Writes the region of `image` at `width` x `height` to the start of `out`, [height, width, channels]; `isMirrored`: left and right exchanged. */
  resample(
    image: Samples,
    region: Region,
    width: number,
    height: number,
    filter: Filter,
    out: Float32Array,
    isMirrored = false,
  ): void {
    const { channels } = image;
    this.#across.set(region.left, region.width, width, filter);
    this.#down.set(region.top, region.height, height, filter);
    const top = Math.max(0, Math.floor(region.top));
    const bottom = Math.min(image.height, Math.ceil(region.top + region.height));
    const stride = width * channels;
    // The last lanes of a rest write beyond it: room for them is quicker than a question each time.
    const needed = (bottom - top + lanes) * stride;
    if (this.#lines.length < needed) this.#lines = new Float32Array(needed);
    // Pillow's order: lines first, so that the second pass has less to do.
    this.#resampleLines(image, region, top, bottom, width, isMirrored);
    out.fill(0, 0, height * stride);
    for (let y = 0; y < height; y++) {
      sumLines(this.#lines, ((this.#down.first[y] as number) - top) * stride, stride, this.#down, y, out);
    }
  }

  /** The first pass, lines `top` to `bottom`. */
  #resampleLines(
    image: Samples,
    region: Region,
    top: number,
    bottom: number,
    width: number,
    isMirrored: boolean,
  ): void {
    const { channels, data } = image;
    const left = Math.max(0, Math.floor(region.left));
    const right = Math.min(image.width, Math.ceil(region.left + region.width));
    const count = (right - left) * channels;
    if (this.#rows.length < count * lanes) this.#rows = new Float64Array(count * lanes);
    const stride = width * channels;
    const [begin, step] = isMirrored ? [(width - 1) * channels, -channels] : [0, channels];
    for (let y = top; y < bottom; y += lanes) {
      for (let lane = 0; lane < lanes; lane++) {
        const from = (Math.min(y + lane, bottom - 1) * image.width + left) * channels;
        if (data instanceof Uint16Array) spread16(data, from, count, this.#rows, lane);
        else spread(data, from, count, this.#rows, lane);
      }
      for (let c = 0; c < channels; c++) {
        const to = (y - top) * stride + begin + c;
        weighLines(this.#rows, c, channels, left, this.#across, width, this.#lines, to, step, stride);
      }
    }
  }
}

function spread(data: Float32Array, from: number, count: number, rows: Float64Array, lane: number): void {
  for (let i = 0; i < count; i++) rows[i * lanes + lane] = data[from + i] as number;
}

function spread16(data: Uint16Array, from: number, count: number, rows: Float64Array, lane: number): void {
  for (let i = 0; i < count; i++) rows[i * lanes + lane] = valueOf16[data[from + i] as number] as number;
}

/** Four lines of one channel through `weights`, to places `apart` from `to` on in lines `stride` apart. */
function weighLines(
  rows: Float64Array,
  channel: number,
  channels: number,
  left: number,
  { first, counts, taps, values }: Weights,
  width: number,
  lines: Float32Array,
  to: number,
  apart: number,
  stride: number,
): void {
  const step = channels * lanes;
  for (let x = 0; x < width; x++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let at = ((first[x] as number) - left) * step + channel * lanes;
    const start = x * taps;
    const end = start + (counts[x] as number);
    for (let k = start; k < end; k++) {
      const weight = values[k] as number;
      a += weight * (rows[at] as number);
      b += weight * (rows[at + 1] as number);
      c += weight * (rows[at + 2] as number);
      d += weight * (rows[at + 3] as number);
      at += step;
    }
    const place = to + x * apart;
    lines[place] = a;
    lines[place + stride] = b;
    lines[place + 2 * stride] = c;
    lines[place + 3 * stride] = d;
  }
}

/** Line `y` of the second pass: the sum of weighted lines from `from` on, rounded to float32 after each. */
function sumLines(
  lines: Float32Array,
  from: number,
  stride: number,
  { counts, taps, values }: Weights,
  y: number,
  out: Float32Array,
): void {
  const to = y * stride;
  const count = counts[y] as number;
  const w = y * taps;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const p = values[w + k] as number;
    const q = values[w + k + 1] as number;
    const r = values[w + k + 2] as number;
    const s = values[w + k + 3] as number;
    const line = from + k * stride;
    for (let i = 0; i < stride; i++) {
      const at = line + i;
      let sum = Math.fround((out[to + i] as number) + p * (lines[at] as number));
      sum = Math.fround(sum + q * (lines[at + stride] as number));
      sum = Math.fround(sum + r * (lines[at + 2 * stride] as number));
      out[to + i] = sum + s * (lines[at + 3 * stride] as number);
    }
  }
  for (; k < count; k++) {
    const weight = values[w + k] as number;
    const line = from + k * stride;
    for (let i = 0; i < stride; i++) out[to + i] = (out[to + i] as number) + weight * (lines[line + i] as number);
  }
}

/** For each output place the first input it takes from, how many it takes, and their weights, with room for `taps` a place. */
class Weights {
  first = new Int32Array(0);
  counts = new Int32Array(0);
  taps = 0;
  values = new Float64Array(0);
  #set = '';

  /** precompute_coeffs of Resample.c: taps outside the region are left out and the rest scaled to sum to one. */
  set(start: number, length: number, size: number, filter: Filter): void {
    const made = `${start} ${length} ${size} ${filter.support}`;
    if (made === this.#set) return;
    this.#set = made;
    const scale = length / size;
    const filterScale = Math.max(1, scale);
    const support = filter.support * filterScale;
    const taps = Math.ceil(support) * 2 + 1;
    const lowest = Math.max(0, Math.floor(start));
    const highest = Math.ceil(start + length);
    this.taps = taps;
    if (this.first.length < size) [this.first, this.counts] = [new Int32Array(size), new Int32Array(size)];
    if (this.values.length < size * taps) this.values = new Float64Array(size * taps);
    const { first, counts, values } = this;
    for (let i = 0; i < size; i++) {
      const center = start + (i + 0.5) * scale;
      const low = Math.max(lowest, Math.floor(center - support + 0.5));
      const high = Math.min(highest, Math.floor(center + support + 0.5));
      let sum = 0;
      for (let k = 0; k < high - low; k++) {
        const weight = filter.weight((k + low - center + 0.5) / filterScale);
        values[i * taps + k] = weight;
        sum += weight;
      }
      if (sum !== 0) for (let k = 0; k < high - low; k++) values[i * taps + k] = (values[i * taps + k] as number) / sum;
      first[i] = low;
      counts[i] = high - low;
    }
  }
}
