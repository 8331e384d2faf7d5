/** Pictures for reports and thumbnails, as PNG. */
import { encodePng, type GreyOrColourImage, toUint8 } from '../../images/index.ts';

/** The picture as text for the `src` of an `img`; colour is shown as the mean of its channels. */
export function pictureAddress(image: GreyOrColourImage): string {
  const grey = encodePng(greyBytes(image), { ...image, channels: 1 }, 9);
  return `data:image/png;base64,${Buffer.from(grey).toString('base64')}`;
}

/** The picture as a PNG file of 8 bits a sample, grey or in colour. */
export function pictureFile(image: GreyOrColourImage): Uint8Array {
  return encodePng(toUint8(image), image, 6);
}

/** The part of a picture around a point, moved inside where it would reach over the border. */
export function cutOut(image: GreyOrColourImage, centreX: number, centreY: number, size: number): GreyOrColourImage {
  const { channels } = image;
  const left = Math.max(0, Math.min(image.width - size, Math.round(centreX - size / 2)));
  const top = Math.max(0, Math.min(image.height - size, Math.round(centreY - size / 2)));
  const data = new Float32Array(size * size * channels);
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(start, start + size * channels), y * size * channels);
  }
  return { width: size, height: size, channels, data };
}

function greyBytes(image: GreyOrColourImage): Uint8Array {
  const bytes = toUint8(image);
  if (image.channels === 1) return bytes;
  const grey = new Uint8Array(image.width * image.height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = Math.round(((bytes[3 * i] ?? 0) + (bytes[3 * i + 1] ?? 0) + (bytes[3 * i + 2] ?? 0)) / 3);
  }
  return grey;
}
