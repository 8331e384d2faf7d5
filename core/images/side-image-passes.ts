/** The walks over pixels that a side image is made by: resampled, then changed in place, then normalised. */
import type { Region, Samples } from './resample-weights.ts';
import { Resampler } from './resampler.ts';
import { triangle } from './resize.ts';

/** Makes one image after the other in memory of its own. All who do give the same bits of numbers that are finite: each value is rounded to float32 where these are. */
export interface SideImagePasses {
  /** The region of `image` at `side` x `side`, [side, side, channels], bilinear with anti-aliasing, until the next call; `isMirrored`: left and right exchanged. */
  resample(image: Samples, region: Region, side: number, isMirrored: boolean): Float32Array;
  /** The first `count` values of what was resampled times `factor` and `rest` more, kept in [0, 1], in their places. */
  blend(count: number, factor: number, rest: number): void;
  /** Writes `count` of those values, every `step`th from `from` on, less `mean` and divided by `std`, to `out` from `at` on. */
  scale(from: number, step: number, count: number, mean: number, std: number, out: Float32Array, at: number): void;
}

export class PlainPasses implements SideImagePasses {
  readonly #resampler = new Resampler();
  #values = new Float32Array(0);

  resample(image: Samples, region: Region, side: number, isMirrored: boolean): Float32Array {
    const count = side ** 2 * image.channels;
    if (this.#values.length < count) this.#values = new Float32Array(count);
    this.#resampler.resample(image, region, side, side, triangle, this.#values, isMirrored);
    return this.#values;
  }

  blend(count: number, factor: number, rest: number): void {
    const values = this.#values;
    for (let i = 0; i < count; i++) values[i] = Math.min(1, Math.max(0, factor * (values[i] as number) + rest));
  }

  scale(from: number, step: number, count: number, mean: number, std: number, out: Float32Array, at: number): void {
    const values = this.#values;
    for (let i = 0; i < count; i++) out[at + i] = ((values[from + i * step] as number) - mean) / std;
  }
}
