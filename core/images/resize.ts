/**
 * Resizing as Pillow does it (libImaging/Resample.c): separable, and when shrinking the filter is widened by the scale, which is
 * what torchvision calls anti-aliasing. On floats, with no rounding to eight bits between the two passes.
 */
import type { GreyOrColourImage } from './picture.ts';
import type { Filter, Region, Samples } from './resample-weights.ts';
import { Resampler } from './resampler.ts';

export const triangle: Filter = { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };

/** Keys' cubic with a = -0.5, as Pillow has it. */
const cubic: Filter = {
  support: 2,
  weight: (signed) => {
    const x = Math.abs(signed);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  },
};

/** `image` at `width` x `height`, bilinear, equal to Pillow's within rounding. */
export function resizeBilinear(image: GreyOrColourImage, width: number, height: number): GreyOrColourImage {
  return resample(image, width, height, triangle, whole(image));
}

/**
 * `image` at `width` x `height`, bicubic. Values are kept within [0, 1] after each of the two passes, as Pillow's 8-bit
 * lines are: the cubic overshoots at edges, and what overshoots in one pass must not be averaged back in the next.
 */
export function resizeBicubic(image: GreyOrColourImage, width: number, height: number): GreyOrColourImage {
  const lines = clamped(resample(image, width, image.height, cubic, whole(image)));
  return clamped(resample(lines, width, height, cubic, whole(lines)));
}

function clamped(image: GreyOrColourImage): GreyOrColourImage {
  return { ...image, data: image.data.map((value) => Math.min(1, Math.max(0, value))) };
}

/** The region of `image` at `width` x `height`, bilinear: crop and resize in one step, as RandomResizedCrop does. */
export function cropResizeBilinear(
  image: GreyOrColourImage,
  region: Region,
  width: number,
  height: number,
): GreyOrColourImage {
  return resample(image, width, height, triangle, region);
}

/** All of an image. */
export function whole(image: Pick<Samples, 'width' | 'height'>): Region {
  return { left: 0, top: 0, width: image.width, height: image.height };
}

function resample(
  image: GreyOrColourImage,
  width: number,
  height: number,
  filter: Filter,
  region: Region,
): GreyOrColourImage {
  const data = new Float32Array(width * height * image.channels);
  new Resampler().resample(image, region, width, height, filter, data);
  return { width, height, channels: image.channels, data };
}
