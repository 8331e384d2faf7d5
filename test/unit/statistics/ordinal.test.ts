import { describe, expect, test } from 'vitest';
import { confusionMatrix, kappaQuadratic } from '../../../core/statistics/metrics.ts';
import { meanAbsoluteError } from '../../../core/statistics/numbers.ts';
import { kappaOfDecisions } from '../../../core/statistics/ordinal.ts';

const truth = [0, 0, 1, 1, 2, 2, 3, 3];
const decided = [0, 1, 1, 1, 2, 0, 3, 2];

describe('decisions among classes in an order', () => {
  test('are off by so many classes on average: 1 + 2 + 1 of eight', () => {
    expect(meanAbsoluteError(truth, decided)).toBe(4 / 8);
    expect(meanAbsoluteError([], [])).toBeNull();
  });

  test('have the kappa of their table, by hand 1 - 6 / 18', () => {
    // Squared distances: 1 + 4 + 1 = 6. By chance, rows are 2, 2, 2, 2 and columns 2, 3, 2, 1 of 8: 2 (2 x 14 + 3 x 6 + 2 x 6 + 1 x 14) / 8 = 18.
    const scores = { classes: 4, positive: null, targets: truth, probabilities: new Float64Array(32) };
    expect(kappaOfDecisions(truth, decided, 4)).toBe(kappaQuadratic(confusionMatrix(scores, decided)));
    expect(kappaOfDecisions(truth, decided, 4)).toBeCloseTo(1 - 6 / 18, 12);
    expect(kappaOfDecisions([1, 1], [1, 1], 3)).toBeNull();
  });

  test('count as often as their weight says, and not at all with none', () => {
    const weights = [1, 2, 0, 1, 1, 3, 1, 1];
    const rows = weights.flatMap((weight, i) => Array.from({ length: weight }, () => i));
    const of = (list: readonly number[]) => rows.map((i) => list[i] as number);
    expect(kappaOfDecisions(truth, decided, 4, weights)).toBe(kappaOfDecisions(of(truth), of(decided), 4));
    expect(meanAbsoluteError(truth, decided, weights)).toBe(meanAbsoluteError(of(truth), of(decided)));
    expect(
      meanAbsoluteError(
        truth,
        decided,
        weights.map(() => 0),
      ),
    ).toBeNull();
  });
});
