/**
 * The image that a side network reads: cut, resized, flipped, made brighter and normalised in two walks over its pixels, in memory that is used
 * again. The numbers are those of `cropResizeBilinear`, `flipHorizontal`, `adjustBrightness`, `adjustContrast` and `normalise` one after the
 * other, bit for bit: each rounds its result to float32, and so does each part here.
 */

import { greyShares } from './augment.ts';
import { luma, lumaOf, type Normalisation } from './normalise.ts';
import type { Region, Samples } from './resample-weights.ts';
import type { FirstPass } from './resampled-lines.ts';
import { Resampler } from './resampler.ts';
import { triangle, whole } from './resize.ts';

/** How an image is changed before it is learned from. */
export interface ImageChanges {
  readonly crop: Region;
  readonly flip: boolean;
  readonly brightness: number;
  readonly contrast: number;
  readonly brightnessFirst: boolean;
}

/** Makes side images of `side` x `side` pixels for a network of `channels` channels. */
export class SideImageMaker {
  readonly #resampler: Resampler;
  readonly #side: number;
  readonly #channels: number;
  readonly #statistics: Normalisation;
  /** Resized, and changed but not normalised, [side, side, channels of the source]. */
  readonly #cut: Float32Array;
  readonly #changed: Float32Array;

  /** @param firstPass who resamples lines; `quickLines()` for thousands of images in a row */
  constructor(side: number, channels: number, statistics: Normalisation, firstPass?: FirstPass) {
    this.#resampler = new Resampler(firstPass);
    this.#side = side;
    this.#channels = channels;
    this.#statistics = statistics;
    this.#cut = new Float32Array(side * side * 3);
    this.#changed = new Float32Array(side * side * 3);
  }

  /** Writes the image of `source` [channels, side, side] to `out` from `at` on. */
  write(source: Samples, changes: ImageChanges | null, out: Float32Array, at: number): void {
    const side = this.#side;
    const region = changes?.crop ?? whole(source);
    this.#resampler.resample(source, region, side, side, triangle, this.#cut, changes?.flip ?? false);
    const { channels } = source;
    if (changes === null) {
      this.#normalise(this.#cut, channels, out, at);
      return;
    }
    const { brightness, contrast, brightnessFirst } = changes;
    const before = this.#cut;
    const count = side * side * channels;
    if (brightnessFirst) blend(before, count, 0, brightness, this.#changed);
    const plain = brightnessFirst ? this.#changed : before;
    blend(plain, count, greyMean(plain, count, channels), contrast, this.#changed);
    if (!brightnessFirst) blend(this.#changed, count, 0, brightness, this.#changed);
    this.#normalise(this.#changed, channels, out, at);
  }

  #normalise(data: Float32Array, channels: 1 | 3, out: Float32Array, at: number): void {
    const { mean, std } = this.#statistics;
    const pixels = this.#side ** 2;
    if (this.#channels === 1) {
      const [m, s] = [lumaOf(mean), lumaOf(std)];
      if (channels === 1) scale(data, 0, 1, m, s, out, at, pixels);
      else {
        for (let i = 0; i < pixels; i++) {
          const [r, g, b] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]] as [number, number, number];
          out[at + i] = (luma[0] * r + luma[1] * g + luma[2] * b - m) / s;
        }
      }
      return;
    }
    for (let c = 0; c < 3; c++) {
      const [m, s] = [mean[c] ?? mean[0] ?? 0, std[c] ?? std[0] ?? 1];
      const isSame = c > 0 && channels === 1 && m === (mean[0] ?? 0) && s === (std[0] ?? 1);
      if (isSame) out.copyWithin(at + c * pixels, at, at + pixels);
      else scale(data, channels === 1 ? 0 : c, channels, m, s, out, at + c * pixels, pixels);
    }
  }
}

function scale(
  data: Float32Array,
  from: number,
  step: number,
  mean: number,
  std: number,
  out: Float32Array,
  at: number,
  pixels: number,
): void {
  for (let i = 0; i < pixels; i++) out[at + i] = ((data[from + i * step] as number) - mean) / std;
}

/** `count` values mixed with `base`, kept in [0, 1]; `out` may be `data`. */
function blend(data: Float32Array, count: number, base: number, factor: number, out: Float32Array): void {
  const rest = (1 - factor) * base;
  for (let i = 0; i < count; i++) out[i] = Math.min(1, Math.max(0, factor * (data[i] as number) + rest));
}

function greyMean(data: Float32Array, count: number, channels: 1 | 3): number {
  let sum = 0;
  if (channels === 1) for (let i = 0; i < count; i++) sum += data[i] as number;
  else for (let i = 0; i < count; i++) sum += (greyShares[i % 3] as number) * (data[i] as number);
  return sum / (count / channels);
}
