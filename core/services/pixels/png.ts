/** Pictures as PNG (RFC 2083): eight bits a sample, no filter. */
import { crc32, deflateSync } from 'node:zlib';
import { type GreyOrColourImage, toUint8 } from '../../images/index.ts';

/** The picture as text for the `src` of an `img`; colour is shown as the mean of its channels. */
export function pictureAddress(image: GreyOrColourImage): string {
  const grey = encodePng(greyBytes(image), image.width, image.height, 1, 9);
  return `data:image/png;base64,${grey.toString('base64')}`;
}

/** The picture as a PNG file of 8 bits a sample, grey or in colour. */
export function pictureFile(image: GreyOrColourImage): Uint8Array {
  return encodePng(toUint8(image), image.width, image.height, image.channels, 6);
}

function encodePng(bytes: Uint8Array, width: number, height: number, channels: number, level: number): Buffer {
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) rows.set(bytes.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth 8, colour type 0 (grey) or 2 (RGB), deflate, adaptive filters, no interlace.
  header.set([8, channels === 1 ? 0 : 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
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

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
