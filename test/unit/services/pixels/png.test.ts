import { expect, test } from 'vitest';
import { readPicture } from '../../../../core/images/index.ts';
import { cutOut, pictureAddress } from '../../../../core/services/pixels/png.ts';

const ramp = { width: 5, height: 3, channels: 1 as const, data: Float32Array.from({ length: 15 }, (_, i) => i / 14) };

test('a picture of a report is a PNG that another decoder reads back', () => {
  const address = pictureAddress(ramp);
  expect(address.startsWith('data:image/png;base64,')).toBe(true);
  const back = readPicture(Buffer.from(address.split(',')[1] ?? '', 'base64'), 'ramp.png');
  expect([back.width, back.height, back.channels]).toEqual([5, 3, 1]);
  expect(Array.from(back.data, (v) => Math.round(v * 255))).toEqual(Array.from(ramp.data, (v) => Math.round(v * 255)));
});

test('a detail at the border is moved inside, never filled up', () => {
  const corner = cutOut(ramp, 0, 0, 2);
  expect(Array.from(corner.data, (v) => Math.round(v * 14))).toEqual([0, 1, 5, 6]);
  const centre = cutOut(ramp, 3, 2, 2);
  expect(Array.from(centre.data, (v) => Math.round(v * 14))).toEqual([7, 8, 12, 13]);
});
