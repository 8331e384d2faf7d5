/** The size in which an image is wanted. From its own files, so that a decode thread loads no readers of pictures. */
import type { GreyOrColourImage } from '../../images/picture.ts';
import { resizeBilinear } from '../../images/resize.ts';

/** Squeezed to a square of so many pixels, or its sides in proportion with none longer than so many pixels (never enlarged). */
export type Fit = { readonly square: number } | { readonly longestSide: number };

/** `image` in the size of `fit`, resized bilinearly; itself where it has that size. */
export function fitImage(image: GreyOrColourImage, fit: Fit): GreyOrColourImage {
  const [width, height] = sidesOf(image, fit);
  return width === image.width && height === image.height ? image : resizeBilinear(image, width, height);
}

function sidesOf({ width, height }: GreyOrColourImage, fit: Fit): readonly [width: number, height: number] {
  if ('square' in fit) return [fit.square, fit.square];
  const scale = Math.min(1, fit.longestSide / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return [side(width), side(height)];
}
