/**
 * The orientation that stands beside the pixels, and the picture turned by it: Exif in JPEG (APP1) and PNG (eXIf), the Orientation tag of
 * TIFF. Reading a picture applies it, so that the viewport, thumbnails and the networks see what the camera's user saw.
 */
import type { GreyOrColourImage } from './picture.ts';

/** Exif and TIFF number the orientations 1 to 8; 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const orientationTag = 0x0112;

/** A number read from a file as an orientation; what is none counts as upright. */
export function orientationOf(value: number | undefined): Orientation {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 8 ? (value as Orientation) : 1;
}

/** The orientation in an Exif block (a TIFF header and its first directory); 1 where it has none or is damaged. */
export function exifOrientation(exif: Uint8Array): Orientation {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  if (exif.length < 14) return 1;
  const little = view.getUint16(0) === 0x4949;
  if (!little && view.getUint16(0) !== 0x4d4d) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > exif.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > exif.length) return 1;
    if (view.getUint16(entry, little) === orientationTag) return orientationOf(view.getUint16(entry + 8, little));
  }
  return 1;
}

/** The orientation of a JPEG file, from its Exif segment before the picture's data. */
export function jpegOrientation(bytes: Uint8Array): Orientation {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    const isExif = marker === 0xe1 && String.fromCharCode(...bytes.subarray(at + 4, at + 10)) === 'Exif\0\0';
    if (isExif) return exifOrientation(bytes.subarray(at + 10, at + 2 + length));
    at += 2 + length;
  }
  return 1;
}

/** The picture as it is meant to be seen; itself where it is upright already. */
export function upright(image: GreyOrColourImage, orientation: Orientation): GreyOrColourImage {
  if (orientation === 1) return image;
  const { width: w, height: h, channels, data } = image;
  const isTurned = orientation >= 5;
  const width = isTurned ? h : w;
  const height = isTurned ? w : h;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = sourceOf[orientation](x, y, w, h) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c] as number;
    }
  }
  return { width, height, channels, data: out };
}

/** Index of the stored pixel that is seen at (x, y); `w` and `h` are the stored width and height. */
const sourceOf: Readonly<Record<Orientation, (x: number, y: number, w: number, h: number) => number>> = {
  1: (x, y, w) => y * w + x,
  2: (x, y, w) => y * w + (w - 1 - x),
  3: (x, y, w, h) => (h - 1 - y) * w + (w - 1 - x),
  4: (x, y, w, h) => (h - 1 - y) * w + x,
  5: (x, y, w) => x * w + y,
  6: (x, y, w, h) => (h - 1 - x) * w + y,
  7: (x, y, w, h) => (h - 1 - x) * w + (w - 1 - y),
  8: (x, y, w) => x * w + (w - 1 - y),
};
