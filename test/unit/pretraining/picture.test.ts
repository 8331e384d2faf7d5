import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { makeBatch } from '../../../pretraining/batches.ts';
import { emptyCanvas, noise } from '../../../pretraining/canvas.ts';
import { type Kind, kindNames, kinds } from '../../../pretraining/kinds.ts';
import { cellsAcross, makePicture } from '../../../pretraining/picture.ts';

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

  test('a patch holds a kind exactly where one of its cells does', () => {
    const { patchLabels, cellLabels } = makeBatch(shape, 2);
    expect(cellLabels.length).toBe(patchLabels.length * cellsAcross ** 2);
    const k = kindNames.length;
    const expected = patchLabels.map((_, i) => {
      const first = Math.floor(i / k) * cellsAcross ** 2 * k + (i % k);
      return Math.max(...Array.from({ length: cellsAcross ** 2 }, (_, c) => cellLabels[first + c * k]!));
    });
    expect(patchLabels).toEqual(expected);
    expect(patchLabels.some((x) => x === 1)).toBe(true);
  });

  test('what is thin is not named in a cell that the display shows all black or all white', () => {
    // Wide drawings may fill a cell and take it to white themselves; thin ones only where many cross.
    const thin = ['specks', 'lines', 'star', 'rings'].map((kind) => kindNames.indexOf(kind as Kind));
    let [blank, named] = [0, 0];
    for (let n = 0; n < 300; n++) {
      const { pixels, cellLabels } = makePicture(64, 16, Random.seeded(n));
      for (let row = 0; row < 16; row++) {
        for (let column = 0; column < 16; column++) {
          const levels = new Set<number>();
          for (let i = 0; i < 16; i++) levels.add(pixels[(4 * row + (i >> 2)) * 64 + 4 * column + (i & 3)]!);
          if (levels.size > 1 || ![0, 1].includes([...levels][0]!)) continue;
          blank += 1;
          const token = (row >> 2) * 4 + (column >> 2);
          const cell = token * cellsAcross ** 2 + (row & 3) * cellsAcross + (column & 3);
          if (thin.some((kind) => cellLabels[cell * kindNames.length + kind] === 1)) named += 1;
        }
      }
    }
    expect(blank).toBeGreaterThan(1000);
    expect(named / blank).toBeLessThan(0.1);
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
