/** The first pass of a resampling: every line of a part of an image, resampled across, four lines at a time. */
import { valueOf16 } from './picture.ts';
import type { Samples, Weights } from './resample-weights.ts';

/** Whole pixels of an image, `bottom` and `right` not among them. */
export interface PixelRange {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Lines that are resampled beside each other. */
const lanes = 4;

/** Where the first place of a line lies among its places, and how far the next: mirrored from the end on. */
export function placesOf(width: number, channels: number, isMirrored: boolean): readonly [number, number] {
  return isMirrored ? [(width - 1) * channels, -channels] : [0, channels];
}

/** Resamples lines in memory of its own, which the next call writes over. */
export class Lines {
  /** `lanes` lines of the source, a value of each in turn. */
  #rows = new Float64Array(0);
  #lines = new Float32Array(0);

  /** The lines of a range, each [width, channels], one after the other; `isMirrored`: left and right exchanged. */
  resample(
    image: Samples,
    { top, bottom, left, right }: PixelRange,
    across: Weights,
    width: number,
    isMirrored: boolean,
  ): Float32Array {
    const { channels, data } = image;
    const count = (right - left) * channels;
    const stride = width * channels;
    if (this.#rows.length < count * lanes) this.#rows = new Float64Array(count * lanes);
    // The last lanes of a rest write beyond it: room for them is quicker than a question each time.
    const needed = (bottom - top + lanes) * stride;
    if (this.#lines.length < needed) this.#lines = new Float32Array(needed);
    const [begin, step] = placesOf(width, channels, isMirrored);
    for (let y = top; y < bottom; y += lanes) {
      for (let lane = 0; lane < lanes; lane++) {
        const from = (Math.min(y + lane, bottom - 1) * image.width + left) * channels;
        if (data instanceof Uint16Array) spread16(data, from, count, this.#rows, lane);
        else spread(data, from, count, this.#rows, lane);
      }
      for (let c = 0; c < channels; c++) {
        const to = (y - top) * stride + begin + c;
        weighLines(this.#rows, c, channels, left, across, width, this.#lines, to, step, stride);
      }
    }
    return this.#lines;
  }
}

/** One line of floats as lane `lane` of `rows`. */
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
