import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { makeBatch } from '../../../scripts/pretrain/batches.ts';
import { emptyCanvas, noise } from '../../../scripts/pretrain/canvas.ts';
import { kindNames, kinds } from '../../../scripts/pretrain/kinds.ts';

describe('pre-training pictures', () => {
  const shape = { size: 64, patch: 16, batch: 3, seed: 5 };

  test('a batch is the same whenever it is made, and another number or seed gives another', () => {
    expect(makeBatch(shape, 7)).toEqual(makeBatch(shape, 7));
    expect(makeBatch(shape, 7).pixels).not.toEqual(makeBatch(shape, 8).pixels);
    expect(makeBatch(shape, 7).pixels).not.toEqual(makeBatch({ ...shape, seed: 6 }, 7).pixels);
  });

  test('pixels lie in [-1, 1], and a picture holds a kind exactly where a patch of it does', () => {
    for (let n = 0; n < 20; n++) {
      const { pixels, patchLabels, imageLabels } = makeBatch(shape, n);
      expect(pixels.every((v) => v >= -1 && v <= 1)).toBe(true);
      for (let i = 0; i < shape.batch; i++) {
        for (let k = 0; k < kindNames.length; k++) {
          const patches = Array.from({ length: 16 }, (_, p) => patchLabels[(i * 16 + p) * kindNames.length + k]);
          expect(imageLabels[i * kindNames.length + k]).toBe(Math.max(...patches.map(Number)));
        }
      }
    }
  });

  test.each(kindNames)('%s draws something in nearly every picture', (kind) => {
    const drawn = Array.from({ length: 20 }, (_, i) => {
      const canvas = emptyCanvas(96);
      kinds[kind](canvas, Random.seeded(i));
      return canvas.pixels.some((v) => Math.abs(v) >= 0.4);
    });
    expect(drawn.filter(Boolean).length).toBeGreaterThanOrEqual(16);
  });

  test('noise of a higher slope is smoother between neighbours', () => {
    const roughness = (slope: number): number => {
      const { pixels } = noise(96, slope, Random.seeded(3));
      return pixels.reduce((sum, v, i) => sum + (i % 96 === 0 ? 0 : (v - pixels[i - 1]!) ** 2), 0);
    };
    expect(roughness(1)).toBeLessThan(roughness(0.5));
    expect(roughness(0.5)).toBeLessThan(roughness(0));
  });
});
