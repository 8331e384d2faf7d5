/** Header bits that do not fit the samples. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { openDecodePool } from '../../../core/services/pixels/decode/pool.ts';
import { casePath, hasCases } from '../../support/cases.ts';

const pool = openDecodePool();
afterAll(() => pool.close());

const decoded = async (name: string) =>
  await pool.decodeFrame(new Uint8Array(readFileSync(casePath('26-bits-that-disagree', name))), 0);

const isRamp = (samples: ArrayLike<number>, from: number, to: number, columns: number): boolean => {
  const values = Array.from(samples);
  const row = values.slice(0, columns);
  return (
    Math.min(...values) === from && Math.max(...values) === to && row.every((v, i) => i === 0 || v >= (row[i - 1] ?? 0))
  );
};

describe.skipIf(!hasCases)('case 26: bits that disagree', () => {
  test.each(['j2k16-stored10.dcm', 'jpegll12-stored10.dcm', 'jpls12-stored10.dcm'])(
    '%s: the stream describes its samples, 0 to 3000, not folded modulo 1024',
    async (name) => {
      const { samples, bitsStored } = await decoded(name);
      expect(isRamp(samples, 0, 3000, 64)).toBe(true);
      expect(samples.filter((value) => value >= 1024).length).toBeGreaterThan(2000);
      expect(2 ** bitsStored).toBeGreaterThan(3000);
    },
  );

  test('j2k8-alloc16.dcm: 8 bits in cells of 16 are the ramp once, not doubled', async () => {
    const { samples, columns, rows } = await decoded('j2k8-alloc16.dcm');
    expect([columns, rows, samples.length]).toEqual([64, 64, 64 * 64]);
    expect(isRamp(samples, 0, 250, 64)).toBe(true);
    // Once along a row: doubled, the second half of the row would be the first again.
    expect(samples[63]).toBe(250);
    expect([...samples.slice(0, 32)]).not.toEqual([...samples.slice(32, 64)]);
  });

  test('native-stored14.dcm: the two unused bits are masked, 0xF3F8 means 0x33F8', async () => {
    const { samples } = await decoded('native-stored14.dcm');
    expect(samples.every((value) => value <= 0x3fff)).toBe(true);
    const bytes = readFileSync(casePath('26-bits-that-disagree', 'native-stored14.dcm'));
    const last = bytes.length - samples.length * 2;
    const stored = Array.from({ length: samples.length }, (_, i) => bytes.readUInt16LE(last + 2 * i));
    expect(stored.every((value) => value >= 0xc000)).toBe(true);
    expect([...samples]).toEqual(stored.map((value) => value & 0x3fff));
  });
});
