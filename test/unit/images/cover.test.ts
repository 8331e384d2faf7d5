import { expect, test } from 'vitest';
import { bodyMask, coverPixels, coverRegions, type GreyOrColourImage, regionMask } from '../../../core/images/index.ts';

const size = 48;

/** A dark image with a bright disc in the middle that has a dark hole, and a bright letter in the top right corner. */
function madeImage(radius = 14): GreyOrColourImage {
  const data = new Float32Array(size * size).fill(0.1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const far = Math.hypot(x - 24, y - 24);
      if (far < radius && far > 4) data[y * size + x] = 0.7;
      if (x >= 42 && x < 46 && y >= 2 && y < 6) data[y * size + x] = 1;
    }
  }
  return { width: size, height: size, channels: 1, data };
}

test('a corner is a sixth of the side, all four are their sum, and covering takes a marker away', () => {
  const image = madeImage();
  const sums = coverRegions.slice(0, 5).map((region) => regionMask(image, region)?.reduce((a, b) => a + b, 0));
  expect(sums).toEqual([64, 64, 64, 64, 256]);
  const covered = coverPixels(image, regionMask(image, 'topRight') as Uint8Array);
  expect(Math.max(...covered.data)).toBeCloseTo(0.7);
  expect(covered.data[3 * size + 43]).toBeCloseTo(0.1);
  // The other corners leave the marker.
  expect(Math.max(...coverPixels(image, regionMask(image, 'bottomRight') as Uint8Array).data)).toBe(1);
});

test('the body is the largest part with its holes, widened by a rim, and the marker lies outside', () => {
  const body = bodyMask(madeImage()) as Uint8Array;
  const at = (x: number, y: number): number | undefined => body[y * size + x];
  expect([at(24, 24), at(24, 11), at(43, 3), at(2, 40)]).toEqual([1, 1, 0, 0]);
  // The rim is one pixel wide here; two away is outside.
  expect([at(24, 24 - 14), at(24, 24 - 16)]).toEqual([1, 0]);
  const outside = coverPixels(madeImage(), regionMask(madeImage(), 'outside') as Uint8Array);
  expect([outside.data[3 * size + 43], outside.data[12 * size + 24]]).toEqual([
    expect.closeTo(0.1),
    expect.closeTo(0.7),
  ]);
});

test('a close-up and an even image have no outside', () => {
  expect(bodyMask(madeImage(40))).toBeNull();
  expect(
    bodyMask({ width: size, height: size, channels: 1, data: new Float32Array(size * size).fill(0.4) }),
  ).toBeNull();
});

test('each channel has a background of its own', () => {
  const data = new Float32Array(size * size * 3);
  for (let i = 0; i < size * size; i++) data.set([0.2, 0.5, 0.9], 3 * i);
  const image: GreyOrColourImage = { width: size, height: size, channels: 3, data: Float32Array.from(data) };
  image.data.fill(1, 0, 3 * 5);
  expect([...coverPixels(image, regionMask(image, 'topLeft') as Uint8Array).data.subarray(0, 3)]).toEqual([
    ...data.subarray(0, 3),
  ]);
});
