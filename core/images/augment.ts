/** Changes to the side image, as torchvision's functional transforms do them on float tensors. */
import type { GreyOrColourImage } from './picture.ts';

/** Left and right exchanged. */
export function flipHorizontal(image: GreyOrColourImage): GreyOrColourImage {
  const { width, height, channels, data } = image;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (y * width + width - 1 - x) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c] as number;
    }
  }
  return { ...image, data: out };
}

/** Every value times `factor`, kept in [0, 1] (adjust_brightness). */
export function adjustBrightness(image: GreyOrColourImage, factor: number): GreyOrColourImage {
  return { ...image, data: blend(image.data, 0, factor) };
}

/** Values moved away from or towards the mean of the grey picture, kept in [0, 1] (adjust_contrast). */
export function adjustContrast(image: GreyOrColourImage, factor: number): GreyOrColourImage {
  return { ...image, data: blend(image.data, greyMean(image), factor) };
}

function blend(data: Float32Array, base: number, factor: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.min(1, Math.max(0, factor * (data[i] as number) + (1 - factor) * base));
  }
  return out;
}

/** Shares of red, green and blue in a grey value, as torchvision's `rgb_to_grayscale` has them. */
export const greyShares = [0.2989, 0.587, 0.114] as const;

function greyMean({ data, channels }: GreyOrColourImage): number {
  const weights = channels === 1 ? [1] : greyShares;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (weights[i % channels] as number) * (data[i] as number);
  return sum / (data.length / channels);
}
