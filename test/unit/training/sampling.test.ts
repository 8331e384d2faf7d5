import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { balancedWeights } from '../../../core/targets/one-of-several.ts';
import { centralCrop, drawAugmentation, drawCrop, drawDropoutMask } from '../../../core/training/augment.ts';
import { epochBatches, stepsPerEpoch, usableBatch } from '../../../core/training/sampler.ts';
import { cosineLearningRate } from '../../../core/training/schedule.ts';

describe('batches', () => {
  test('every example at most once an epoch, the short batch dropped, each epoch in another order', () => {
    const random = Random.seeded(1);
    const first = epochBatches(random, 0, 10, 4);
    expect(first.map((b) => b.length)).toEqual([4, 4]);
    expect(new Set(first.flat()).size).toBe(8);
    expect(epochBatches(random, 1, 10, 4)).not.toEqual(first);
  });

  test('an epoch depends on the seed and its number alone, not on the epochs before it', () => {
    const random = Random.seeded(7);
    epochBatches(random, 0, 50, 8);
    const later = epochBatches(random, 3, 50, 8);
    expect(epochBatches(Random.seeded(7), 3, 50, 8)).toEqual(later);
  });

  test('a training set smaller than the batch is one batch', () => {
    expect(usableBatch(16, 5)).toBe(5);
    expect(epochBatches(Random.seeded(0), 0, 5, 16)[0]?.length).toBe(5);
    expect(stepsPerEpoch(33, 16)).toBe(2);
  });

  test('balanced weights: 6 against 2 gives 2/3 and 2', () => {
    const weights = balancedWeights([0, 0, 0, 0, 0, 0, 1, 1], 2);
    expect([...weights].map((w) => Number(w.toFixed(6)))).toEqual([0.666667, 2]);
  });
});

describe('learning rate', () => {
  test('peak at the first step, half in the middle, nearly nothing at the end', () => {
    expect(cosineLearningRate(1e-3, 0, 100)).toBe(1e-3);
    expect(cosineLearningRate(1e-3, 50, 100)).toBeCloseTo(5e-4, 12);
    expect(cosineLearningRate(1e-3, 99, 100)).toBeLessThan(1e-6);
  });
});

describe('augmentation', () => {
  test('crops stay inside and cover 80 to 100 % with ratio 0.7 to 1.3', () => {
    const random = Random.seeded(11);
    for (let i = 0; i < 500; i++) {
      const crop = drawCrop(random, 400, 500);
      expect(crop.top >= 0 && crop.left >= 0).toBe(true);
      expect(crop.top + crop.height <= 400 && crop.left + crop.width <= 500).toBe(true);
      const area = (crop.height * crop.width) / (400 * 500);
      expect(area).toBeGreaterThan(0.795);
      const ratio = crop.width / crop.height;
      expect(ratio > 0.695 && ratio < 1.305).toBe(true);
    }
  });

  test('an image too elongated for ten draws is cropped in the middle', () => {
    expect(centralCrop(100, 1000)).toEqual({ top: 0, left: 435, height: 100, width: 130 });
    expect(centralCrop(700, 70)).toEqual({ top: 300, left: 0, height: 100, width: 70 });
    expect(drawCrop(Random.seeded(0), 100, 1000)).toEqual({ top: 0, left: 435, height: 100, width: 130 });
  });

  test('switching flips off changes nothing else', () => {
    const on = Array.from({ length: 50 }, (_, i) => drawAugmentation(Random.seeded(i), 64, 64, { flip: true }));
    const off = Array.from({ length: 50 }, (_, i) => drawAugmentation(Random.seeded(i), 64, 64, { flip: false }));
    expect(off.some((a) => a.flip)).toBe(false);
    const flips = on.filter((a) => a.flip).length;
    expect(flips > 10 && flips < 40).toBe(true);
    expect(off).toEqual(on.map((a) => ({ ...a, flip: false })));
  });

  test('the dropout mask is 0 or 2 with mean 1', () => {
    const mask = new Float32Array(10_000).fill(Number.NaN);
    drawDropoutMask(Random.seeded(5), mask);
    expect(new Set(mask)).toEqual(new Set([0, 2]));
    expect(Math.abs(mask.reduce((a, b) => a + b, 0) / mask.length - 1)).toBeLessThan(0.05);
  });
});
