/**
 * The image that a side network reads: cut, resized, flipped, made brighter and normalised in two walks over its pixels, in memory that is used
 * again. The numbers are those of `cropResizeBilinear`, `flipHorizontal`, `adjustBrightness`, `adjustContrast` and `normalise` one after the
 * other, bit for bit: each rounds its result to float32, and so does each part here.
 */

import { greyShares } from './augment.ts';
import { luma, lumaOf, type Normalisation } from './normalise.ts';
import type { Region, Samples } from './resample-weights.ts';
import { whole } from './resize.ts';
import { PlainPasses, type SideImagePasses } from './side-image-passes.ts';

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
  readonly #passes: SideImagePasses;
  readonly #side: number;
  readonly #channels: number;
  readonly #statistics: Normalisation;

  /** @param passes who walks over the pixels; `quickPasses()` for thousands of images in a row */
  constructor(side: number, channels: number, statistics: Normalisation, passes: SideImagePasses = new PlainPasses()) {
    this.#passes = passes;
    this.#side = side;
    this.#channels = channels;
    this.#statistics = statistics;
  }

  /** Writes the image of `source` [channels, side, side] to `out` from `at` on. */
  write(source: Samples, changes: ImageChanges | null, out: Float32Array, at: number): void {
    const passes = this.#passes;
    const { channels } = source;
    const region = changes?.crop ?? whole(source);
    const values = passes.resample(source, region, this.#side, changes?.flip ?? false);
    if (changes !== null) {
      const { brightness, contrast, brightnessFirst } = changes;
      const count = this.#side ** 2 * channels;
      if (brightnessFirst) passes.blend(count, brightness, 0);
      passes.blend(count, contrast, (1 - contrast) * greyMean(values, count, channels));
      if (!brightnessFirst) passes.blend(count, brightness, 0);
    }
    this.#normalise(values, channels, out, at);
  }

  #normalise(values: Float32Array, channels: 1 | 3, out: Float32Array, at: number): void {
    const { mean, std } = this.#statistics;
    const passes = this.#passes;
    const pixels = this.#side ** 2;
    if (this.#channels === 1) {
      const [m, s] = [lumaOf(mean), lumaOf(std)];
      if (channels === 1) passes.scale(0, 1, pixels, m, s, out, at);
      else {
        for (let i = 0; i < pixels; i++) {
          const [r, g, b] = [values[3 * i], values[3 * i + 1], values[3 * i + 2]] as [number, number, number];
          out[at + i] = (luma[0] * r + luma[1] * g + luma[2] * b - m) / s;
        }
      }
      return;
    }
    for (let c = 0; c < 3; c++) {
      const [m, s] = [mean[c] ?? mean[0] ?? 0, std[c] ?? std[0] ?? 1];
      const isSame = c > 0 && channels === 1 && m === (mean[0] ?? 0) && s === (std[0] ?? 1);
      if (isSame) out.copyWithin(at + c * pixels, at, at + pixels);
      else passes.scale(channels === 1 ? 0 : c, channels, pixels, m, s, out, at + c * pixels);
    }
  }
}

function greyMean(values: Float32Array, count: number, channels: 1 | 3): number {
  let sum = 0;
  if (channels === 1) for (let i = 0; i < count; i++) sum += values[i] as number;
  else for (let i = 0; i < count; i++) sum += (greyShares[i % 3] as number) * (values[i] as number);
  return sum / (count / channels);
}
