/** The size in which an image is wanted. From its own files, so that a decode thread loads no readers of pictures. */
import type { GreyOrColourImage } from '../../images/picture.ts';
import { resizeBilinear } from '../../images/resize.ts';

/**
 * Squeezed to a square of so many pixels; or its sides in proportion with none longer than so many pixels (never enlarged, but for the one along which
 * its pixels are longer).
 */
export type Fit = { readonly square: number } | { readonly longestSide: number };

/**
 * `image` in the size of `fit`, resized bilinearly; itself where it has that size.
 * @param pixelAspect the height of a pixel in its widths: in proportion means as it is in the patient
 */
export function fitImage(image: GreyOrColourImage, fit: Fit, pixelAspect = 1): GreyOrColourImage {
  const [width, height] = sidesOf(image, fit, pixelAspect);
  return width === image.width && height === image.height ? image : resizeBilinear(image, width, height);
}

function sidesOf(image: GreyOrColourImage, fit: Fit, pixelAspect: number): readonly [width: number, height: number] {
  if ('square' in fit) return [fit.square, fit.square];
  const { width } = image;
  const height = image.height * pixelAspect;
  const scale = Math.min(1, fit.longestSide / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return [side(width), side(height)];
}
