/** Scores that discount an AUC by what it costs, by numbers worked out by hand; intervals over seeds and patients. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { bootstrapIntervals } from '../../../core/statistics/bootstrap.ts';
import { classAuc, efficiency, figureOfSeeds } from '../../../core/statistics/efficiency.ts';
import { auc, type Scores } from '../../../core/statistics/metrics.ts';

describe('PPE and PME', () => {
  test('are the score times exp(-log10(share + 1))', () => {
    expect(efficiency(87.12, 0)).toBe(87.12);
    // log10(2) = 0.30103, exp(-0.30103) = 0.74006.
    expect(efficiency(88.82, 1)).toBeCloseTo(65.732, 3);
    // The published 1.03 % of the parameters: log10(1.0103) = 0.0044504, exp(-0.0044504) = 0.9955595.
    expect(efficiency(87.12, 0.0103)).toBeCloseTo(86.7331, 3);
    // 736 of 23,128 MB: log10(1.031823) = 0.0136052, exp(-0.0136052) = 0.9864869.
    expect(efficiency(87.12, 736 / 23128)).toBeCloseTo(85.9427, 3);
  });

  test('of a share above that of full fine-tuning go on falling', () => {
    expect(efficiency(90, 9)).toBeCloseTo(90 / Math.E, 10);
  });
});

/** Scores of two classes for 60 images of 30 patients; `noise` makes the model worse. */
function scoresOf(seed: number, noise: number): Scores {
  const random = Random.seeded(seed);
  const targets = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 2) % 2);
  const p = Array.from(targets, (target) => 1 / (1 + Math.exp(-(target - 0.5 + noise * random.normal()))));
  return { classes: 2, positive: 1, targets, probabilities: Float64Array.from(p.flatMap((one) => [1 - one, one])) };
}
const patients = Array.from({ length: 60 }, (_, i) => Math.floor(i / 2));
const never = (): null => null;

describe('a figure of several seeds', () => {
  test('is of one seed that seed’s AUC with its own interval over patients', () => {
    const scores = scoresOf(1, 1);
    const found = figureOfSeeds([classAuc(scores)], patients, never);
    expect(found.mean).toBe(auc(scores));
    expect(found.interval).toEqual(bootstrapIntervals(scores, patients).auc);
  });

  test('is the mean over seeds; seeds that differ make its interval wider than the patients alone', () => {
    const [good, bad] = [scoresOf(1, 0.3), scoresOf(2, 3)];
    const found = figureOfSeeds([classAuc(good), classAuc(bad)], patients, never);
    const [a, b] = [auc(good) as number, auc(bad) as number];
    expect(found.values).toEqual([a, b]);
    expect(found.mean).toBeCloseTo((a + b) / 2, 12);
    const width = (interval: readonly [number, number] | null): number => (interval ? interval[1] - interval[0] : 0);
    const alike = figureOfSeeds([classAuc(bad), classAuc(bad)], patients, never);
    expect(width(alike.interval)).toBeCloseTo(width(bootstrapIntervals(bad, patients).auc), 12);
    expect(width(found.interval)).toBeGreaterThan(a - b - 0.05);
  });

  test('asks for the exact interval where no draw changes it', () => {
    const perfect = scoresOf(1, 0);
    expect(figureOfSeeds([classAuc(perfect), classAuc(perfect)], patients, () => [0.9, 1])).toMatchObject({
      mean: 1,
      interval: [0.9, 1],
    });
  });
});
