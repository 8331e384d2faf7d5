/** Grey TIFF of floats, of signed samples, and of 12 bits in 16 and 32. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openPicture, readPicture } from '../../../core/images/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';

const bytesOf = (name: string) => new Uint8Array(readFileSync(casePath('04-tiff-ranges', name)));
const read = (name: string) => readPicture(bytesOf(name), name).data;

describe.skipIf(!hasCases)('case 04: TIFF whose samples do not say what is white', () => {
  test.each([
    ['float32-0-1.tif', 'float', 0, 1],
    ['float32-0-4095.tif', 'float', 0, 4095],
    ['float32-hu.tif', 'float', -1000, 1000],
    ['int16-hu.tif', 'signed', -1000, 1000],
    ['uint16-12bit.tif', 'uint16', 0, 4095],
    ['uint32-12bit.tif', 'uint32', 0, 4095],
  ])('%s: the samples are %s from %d to %d', (name, kind, low, high) => {
    expect(openPicture(bytesOf(name), name).open).toMatchObject({ kind, low, high });
  });

  test.each([
    'float32-0-1.tif',
    'float32-0-4095.tif',
    'float32-hu.tif',
    'int16-hu.tif',
    'uint16-12bit.tif',
    'uint32-12bit.tif',
  ])('%s is a ramp in [0, 1]: its ends black and white, rising from column to column', (name) => {
    const data = read(name);
    expect([data[0], data.at(-1)]).toEqual([0, 1]);
    // 64 columns from black to white, every row the same.
    const row = data.slice(0, 64);
    expect(row.every((value, i) => i === 0 || value > (row[i - 1] as number))).toBe(true);
    for (let y = 1; y < 64; y++) expect(data.slice(64 * y, 64 * y + 64)).toEqual(row);
  });

  test('all show the same ramp, to the rounding of the ones that hold whole numbers', () => {
    const ramp = read('float32-0-1.tif');
    for (const name of [
      'float32-0-4095.tif',
      'float32-hu.tif',
      'int16-hu.tif',
      'uint16-12bit.tif',
      'uint32-12bit.tif',
    ]) {
      const step = name === 'int16-hu.tif' ? 1 / 2000 : 1 / 4095;
      const worst = read(name).reduce((most, value, i) => Math.max(most, Math.abs(value - (ramp[i] as number))), 0);
      expect(worst, name).toBeLessThanOrEqual(step);
    }
  });

  test('nothing is white, half black or black without a word: a tenth of the ramp lies in each tenth of the range', () => {
    for (const name of ['float32-0-4095.tif', 'float32-hu.tif', 'int16-hu.tif', 'uint32-12bit.tif']) {
      const tenths = new Array<number>(10).fill(0);
      for (const value of read(name)) tenths[Math.min(9, Math.floor(value * 10))]! += 1;
      for (const count of tenths) expect(Math.abs(count - 409.6), name).toBeLessThanOrEqual(64);
    }
  });
});
