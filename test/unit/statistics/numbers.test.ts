import { describe, expect, test } from 'vitest';
import { bootstrapInterval } from '../../../core/statistics/bootstrap.ts';
import {
  bias,
  limitsOfAgreement,
  meanAbsoluteError,
  rootMeanSquaredError,
  rSquared,
} from '../../../core/statistics/numbers.ts';

// Bone ages in months. Differences: 6, -4, 3, 0, 10, -3; their sum 12, of their squares 36 + 16 + 9 + 0 + 100 + 9 = 170.
const truths = [60, 84, 100, 120, 140, 180];
const answers = [66, 80, 103, 120, 150, 177];

describe('answers that are numbers', () => {
  test('are off by so much on average, and by so much in the square', () => {
    expect(meanAbsoluteError(truths, answers)).toBe(26 / 6);
    expect(rootMeanSquaredError(truths, answers)).toBeCloseTo(Math.sqrt(170 / 6), 12);
    expect(bias(truths, answers)).toBe(2);
  });

  test('explain a share of the variance: mean 114, squares 2916 + 900 + 196 + 36 + 676 + 4356 = 9080', () => {
    expect(rSquared(truths, answers)).toBeCloseTo(1 - 170 / 9080, 12);
    expect(
      rSquared(
        truths,
        truths.map(() => 114),
      ),
    ).toBe(0);
    expect(rSquared([5, 5], [4, 6])).toBeNull();
    expect(rSquared([0.1, 0.1, 0.1], [0.2, 0.1, 0.1])).toBeNull();
    expect(rSquared([0, 0], [1, 2])).toBeNull();
    // Drawn three times over, one of three patients with several images gives truths that are all the same.
    const patients = [1, 1, 1, 2, 2, 2, 3, 3, 3];
    const own = patients.map((patient) => 0.6 * patient - 0.5);
    const answered = own.map((truth, i) => truth + 0.01 * (i % 3));
    const interval = bootstrapInterval(patients, (weights) => rSquared(own, answered, weights));
    expect(interval?.[0]).toBeGreaterThan(0.9);
  });

  test('agree within limits: squares about the bias are 170 - 6 x 4 = 146, of five degrees of freedom', () => {
    const deviation = Math.sqrt(146 / 5);
    const limits = limitsOfAgreement(truths, answers);
    expect(limits?.bias).toBe(2);
    expect(limits?.deviation).toBeCloseTo(deviation, 12);
    expect(limits?.low).toBeCloseTo(2 - 1.959963984540054 * deviation, 12);
    expect(limits?.high).toBeCloseTo(2 + 1.959963984540054 * deviation, 12);
  });

  test('count as often as their weight says', () => {
    const weights = [1, 2, 0, 1, 3, 1];
    const rows = weights.flatMap((weight, i) => Array.from({ length: weight }, () => i));
    const of = (list: readonly number[]) => rows.map((i) => list[i] as number);
    for (const figure of [meanAbsoluteError, rootMeanSquaredError, rSquared, bias]) {
      expect(figure(truths, answers, weights)).toBeCloseTo(figure(of(truths), of(answers)) as number, 12);
    }
    const [weighted, repeated] = [
      limitsOfAgreement(truths, answers, weights),
      limitsOfAgreement(of(truths), of(answers)),
    ];
    expect(weighted?.low).toBeCloseTo(repeated?.low as number, 12);
    expect(weighted?.high).toBeCloseTo(repeated?.high as number, 12);
  });

  test('are not defined of nothing, and limits not of one', () => {
    for (const figure of [meanAbsoluteError, rootMeanSquaredError, rSquared, bias, limitsOfAgreement]) {
      expect(figure([], [])).toBeNull();
      expect(figure([1, 2], [1, 2], [0, 0])).toBeNull();
    }
    expect(limitsOfAgreement([1], [2])).toBeNull();
    expect(limitsOfAgreement([1, 3], [2, 3], [1, 0])).toBeNull();
  });

  test('have intervals over patients', () => {
    const interval = bootstrapInterval(['a', 'a', 'b', 'c', 'd', 'e'], (weights) => bias(truths, answers, weights));
    expect(interval?.[0]).toBeLessThan(2);
    expect(interval?.[1]).toBeGreaterThan(2);
  });
});
