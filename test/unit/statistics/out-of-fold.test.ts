/** Whether intervals of out-of-fold answers hold what they claim, over data sets that are made by the hundred. */
import { expect, test } from 'vitest';
import { simulatedCoverage } from '../../../bench/simulated-coverage.ts';
import { accuracyInterval, bootstrapIntervals } from '../../../core/statistics/bootstrap.ts';
import { worthOutOfFold } from '../../../core/statistics/out-of-fold.ts';
import { operatingPoint, wilson } from '../../../core/statistics/proportions.ts';

const counted = { sets: 120, seed: 1, fresh: 2000, resamples: 200 };

test('five folds make nine patients count as four, many folds as half of them', () => {
  expect(worthOutOfFold(5)).toBe(4 / 9);
  expect(1 / worthOutOfFold(5)).toBeCloseTo(1 + 5 / 4, 12);
  expect(worthOutOfFold(2)).toBeCloseTo(1 / 3, 12);
  expect(worthOutOfFold(1000)).toBeCloseTo(0.5, 3);
  expect(() => worthOutOfFold(1)).toThrow('two folds or more');
});

test.each([
  { best: 0.5, patients: 60 },
  { best: 0.85, patients: 60 },
  { best: 0.95, patients: 120 },
])(
  '95 of 100 intervals hold the AUC on fresh patients, where the best answer has $best and $patients learn',
  (made) => {
    const found = simulatedCoverage({ ...made, features: 20, positives: 0.5, folds: 5, repeats: 1 }, counted);
    expect(found.aucByWorth.held).toBeGreaterThanOrEqual(0.93 * counted.sets);
    expect(found.aucOfRefit.held).toBeGreaterThanOrEqual(0.93 * counted.sets);
    expect(found.accuracy.held).toBeGreaterThanOrEqual(0.93 * counted.sets);
    expect(found.sensitivity.held).toBeGreaterThanOrEqual(0.93 * counted.sets);
  },
);

test('patients that were counted as independent gave intervals that were too narrow', () => {
  const task = { best: 0.5, patients: 60, features: 20, positives: 0.5, folds: 5, repeats: 1 };
  const { auc } = simulatedCoverage(task, counted);
  expect(auc.held).toBeLessThan(0.9 * counted.sets);
});

test('a share of patients who are worth less has the interval of fewer', () => {
  expect(wilson(45, 90, 4 / 9)?.[0]).toBeCloseTo(wilson(20, 40)?.[0] as number, 12);
  const everyone = Array.from({ length: 90 }, (_, i) => i);
  const all = accuracyInterval(Array(90).fill(true), everyone, { worth: 4 / 9 });
  // All right, so every draw says the same: 0.025 to the power of one part in 40 independent patients.
  expect(all?.[0]).toBeCloseTo(0.025 ** (1 / 40), 9);
  const counts = { truePositive: 36, falsePositive: 9, falseNegative: 9, trueNegative: 36 };
  const fewer = { truePositive: 16, falsePositive: 4, falseNegative: 4, trueNegative: 16 };
  const { counts: _, ...point } = operatingPoint(counts, 0.1, 4 / 9);
  const { counts: __, ...expected } = operatingPoint(fewer, 0.1);
  for (const name of Object.keys(expected) as (keyof typeof expected)[]) {
    expect(point[name].value).toBeCloseTo(expected[name].value as number, 12);
    expect(point[name].interval?.[0]).toBeCloseTo(expected[name].interval?.[0] as number, 12);
  }
});

test('a perfect ranking of patients who are worth less proves less', () => {
  const targets = Array.from({ length: 18 }, (_, i) => i % 2);
  const probabilities = Float64Array.from(targets.flatMap((target) => [1 - target, target]));
  const scores = { classes: 2, positive: 1, targets, probabilities };
  const { auc } = bootstrapIntervals(
    scores,
    targets.map((_, i) => i),
    { worth: 4 / 9 },
  );
  expect(auc?.[0]).toBeCloseTo(0.025 ** (1 / 4), 9);
});
