import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readPicture } from '../../../../core/images/index.ts';
import { cutOut, pictureAddress, pictureFile } from '../../../../core/services/pixels/png.ts';

const ramp = { width: 5, height: 3, channels: 1 as const, data: Float32Array.from({ length: 15 }, (_, i) => i / 14) };

test('a picture of a report is a PNG that another decoder reads back', () => {
  const address = pictureAddress(ramp);
  expect(address.startsWith('data:image/png;base64,')).toBe(true);
  const back = readPicture(Buffer.from(address.split(',')[1] ?? '', 'base64'), 'ramp.png');
  expect([back.width, back.height, back.channels]).toEqual([5, 3, 1]);
  expect(Array.from(back.data, (v) => Math.round(v * 255))).toEqual(Array.from(ramp.data, (v) => Math.round(v * 255)));
});

/** Header and unpacked lines of a PNG, read by the letter of RFC 2083: lengths, names and checksums of chunks, one IDAT. */
function unpack(png: Uint8Array): { readonly header: number[]; readonly lines: number[] } {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    expect(bytes.readUInt32BE(end)).toBe(crc32(bytes.subarray(at + 4, end)));
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, end));
    at = end + 4;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  return { header: [...(chunks.get('IHDR') ?? [])], lines: [...inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))] };
}

test('thumbnails hold the pixels of the picture, grey and in colour, to the byte', () => {
  const grey = unpack(pictureFile(ramp));
  // Width 5, height 3, 8 bits, colour type 0 (grey), no interlace; each line begins with the filter "none".
  expect(grey.header).toEqual([0, 0, 0, 5, 0, 0, 0, 3, 8, 0, 0, 0, 0]);
  expect(grey.lines).toEqual([
    ...[0, 0, 18, 36, 55, 73],
    ...[0, 91, 109, 128, 146, 164],
    ...[0, 182, 200, 219, 237, 255],
  ]);
  const colour = unpack(pictureFile({ width: 2, height: 1, channels: 3, data: Float32Array.of(1, 0, 0, 0, 0.2, 0.4) }));
  expect(colour.header).toEqual([0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  expect(colour.lines).toEqual([0, 255, 0, 0, 0, 51, 102]);
});

test('a detail at the border is moved inside, never filled up', () => {
  const corner = cutOut(ramp, 0, 0, 2);
  expect(Array.from(corner.data, (v) => Math.round(v * 14))).toEqual([0, 1, 5, 6]);
  const centre = cutOut(ramp, 3, 2, 2);
  expect(Array.from(centre.data, (v) => Math.round(v * 14))).toEqual([7, 8, 12, 13]);
});
