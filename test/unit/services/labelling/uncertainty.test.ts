import { describe, expect, test } from 'vitest';
import { byUncertainty, entropies } from '../../../../core/services/labelling/uncertainty.ts';

describe('uncertainty', () => {
  test('of classes is the entropy of their probabilities: 0 where one is sure, the logarithm of their number where nothing is known', () => {
    const [sure, half, even] = entropies([1, 0, 0, 0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3], 3, 'class');
    expect(sure).toBe(0);
    expect(half).toBeCloseTo(Math.log(2), 12);
    expect(even).toBeCloseTo(Math.log(3), 12);
  });

  test('of findings is the mean of that of each, present or absent', () => {
    const [unsure, sure] = entropies([0.5, 1, 0, 1], 2, 'finding');
    expect(unsure).toBeCloseTo(Math.log(2) / 2, 12);
    expect(sure).toBe(0);
  });

  test('orders the least sure first, and equally sure ones as they came', () => {
    expect(byUncertainty([0.1, 0.7, 0.3, 0.7, 0.1])).toEqual([1, 3, 2, 0, 4]);
  });
});
