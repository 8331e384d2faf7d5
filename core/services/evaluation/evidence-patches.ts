/** Patches of an image: which are strongest in a map, and the image without some of them. */
import type { GreyOrColourImage } from '../../images/index.ts';

/** The indices of the `count` largest values; among equals the first. */
export function strongestPatches(values: readonly number[], count: number): number[] {
  return values
    .map((value, i) => [value, i] as const)
    .sort(([a, i], [b, j]) => b - a || i - j)
    .slice(0, count)
    .map(([, i]) => i);
}

/** The image with `patches` of a grid in reading order replaced by the mean of the whole image, channel by channel. */
export function hidePatches(
  image: GreyOrColourImage,
  patches: readonly number[],
  grid: { readonly rows: number; readonly columns: number },
): GreyOrColourImage {
  const { width, height, channels, data } = image;
  const means = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) means[i % channels] = (means[i % channels] as number) + (data[i] as number);
  const out = Float32Array.from(data);
  for (const patch of patches) {
    const row = Math.floor(patch / grid.columns);
    const column = patch % grid.columns;
    for (let y = Math.floor((row * height) / grid.rows); y < ((row + 1) * height) / grid.rows; y++) {
      for (let x = Math.floor((column * width) / grid.columns); x < ((column + 1) * width) / grid.columns; x++) {
        for (let c = 0; c < channels; c++) {
          out[(y * width + x) * channels + c] = (means[c] as number) / (width * height);
        }
      }
    }
  }
  return { ...image, data: out };
}
