/**
 * Separable resampling as Pillow does it (libImaging/Resample.c), with room that is used again: a training step resamples a batch of images,
 * and what each would throw away is more work than the arithmetic.
 *
 * The order of every sum and the places where a sum is rounded to float32 (each value of a line, and each tap of a column) decide the last bit of
 * a result, so they are fixed: features and trained weights are compared bit for bit. What is free is how many sums run beside each other:
 * a processor adds four independent sums in the time of one.
 */
import { type Filter, type Region, type Samples, Weights } from './resample-weights.ts';
import { Lines, type PixelRange } from './resampled-lines.ts';

/** Resamples one image after the other in the same memory. */
export class Resampler {
  readonly #across = new Weights();
  readonly #down = new Weights();
  readonly #lines = new Lines();

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
    const range = pixelRange(image, region);
    const stride = width * channels;
    // Pillow's order: lines first, so that the second pass has less to do.
    const lines = this.#lines.resample(image, range, this.#across, width, isMirrored);
    out.fill(0, 0, height * stride);
    for (let y = 0; y < height; y++) {
      sumLines(lines, ((this.#down.first[y] as number) - range.top) * stride, stride, this.#down, y, out);
    }
  }
}

/** The pixels of `image` that a region takes from. */
export function pixelRange(image: Pick<Samples, 'width' | 'height'>, region: Region): PixelRange {
  return {
    top: Math.max(0, Math.floor(region.top)),
    bottom: Math.min(image.height, Math.ceil(region.top + region.height)),
    left: Math.max(0, Math.floor(region.left)),
    right: Math.min(image.width, Math.ceil(region.left + region.width)),
  };
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
