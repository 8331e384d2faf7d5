/** Exact intervals against published tables, and against binomial sums that share no code with them. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import {
  accuracyInterval,
  bootstrapInterval,
  bootstrapIntervals,
  classAucInterval,
} from '../../../core/statistics/bootstrap.ts';
import { betaProbability, clopperPearson, disjointPairs, exactAucInterval } from '../../../core/statistics/exact.ts';
import type { Scores } from '../../../core/statistics/metrics.ts';

const rounded = (interval: readonly [number, number] | null) => interval?.map((end) => Number(end.toFixed(4)));

describe('Clopper and Pearson', () => {
  test.each([
    // Newcombe, Statistics in Medicine 1998;17:857-872, Table I, "Clopper-Pearson".
    [81, 263, [0.2527, 0.3676]],
    [15, 148, [0.0578, 0.1617]],
    [0, 20, [0, 0.1684]],
    [1, 29, [0.0009, 0.1776]],
    // Of 10, as tables of binomial limits have them.
    [10, 10, [0.6915, 1]],
    [5, 10, [0.1871, 0.8129]],
    [6, 6, [0.5407, 1]],
  ])('%i of %i', (hits, n, expected) => {
    expect(rounded(clopperPearson(hits, n))).toEqual(expected);
  });

  test('at the lower end as many hits or more have a probability of 2.5 %, at the upper end as many or fewer, by binomial sums', () => {
    const atLeast = (hits: number, n: number, p: number): number => {
      let [sum, ways] = [0, 1];
      for (let k = 0; k <= n; k++) {
        if (k >= hits) sum += ways * p ** k * (1 - p) ** (n - k);
        ways = (ways * (n - k)) / (k + 1);
      }
      return sum;
    };
    for (const n of [1, 2, 7, 30]) {
      for (let hits = 0; hits <= n; hits++) {
        const [low, high] = clopperPearson(hits, n) as readonly [number, number];
        if (hits > 0) expect(atLeast(hits, n, low)).toBeCloseTo(0.025, 10);
        if (hits < n) expect(1 - atLeast(hits + 1, n, high)).toBeCloseTo(0.025, 10);
      }
    }
    expect(clopperPearson(0, 0)).toBeNull();
  });

  test('the beta function is right where it is known in closed form', () => {
    expect(betaProbability(0.3, 1, 1)).toBeCloseTo(0.3, 14);
    expect(betaProbability(0.3, 2, 1)).toBeCloseTo(0.09, 14);
    expect(betaProbability(0.5, 400, 400)).toBeCloseTo(0.5, 12);
    expect(betaProbability(0.9, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(0.9)), 12);
  });
});

const perfect = (patientsOfEach: number): { scores: Scores; patients: number[] } => {
  const targets = Array.from({ length: 2 * patientsOfEach }, (_, i) => (i < patientsOfEach ? 1 : 0));
  const probabilities = Float64Array.from(
    targets.flatMap((y, i) => (y === 1 ? [0.1 - i / 1e3, 0.9 + i / 1e3] : [0.9 + i / 1e3, 0.1 - i / 1e3])),
  );
  return { scores: { classes: 2, positive: 1, targets, probabilities }, patients: targets.map((_, i) => i) };
};

describe('an AUC of 1', () => {
  test('of three patients against three could be 0.29; of thirty against thirty hardly less than 0.88', () => {
    for (const [each, low] of [
      [3, 0.2924],
      [30, 0.8843],
    ] as const) {
      const { scores, patients } = perfect(each);
      expect(rounded(classAucInterval(scores, 1, patients))).toEqual([low, 1]);
      const all = bootstrapIntervals(scores, patients);
      expect(rounded(all.auc)).toEqual([low, 1]);
      expect(all.classAuc.map(rounded)).toEqual([
        [low, 1],
        [low, 1],
      ]);
      // No exact one is known of the average precision; a certainty is not claimed.
      expect(all.averagePrecision).toBeNull();
    }
  });

  test('at its lower end all cases are separated with 2.5 % where that is most likely, and with less elsewhere', () => {
    const [low] = exactAucInterval(1, 4) as readonly [number, number];
    const random = Random.seeded(7);
    const share = (positive: () => number, negative: () => number): number => {
      let separated = 0;
      const draws = 40_000;
      for (let d = 0; d < draws; d++) {
        const least = Math.min(...[0, 1, 2, 3].map(positive));
        separated += [0, 1, 2, 3, 4, 5].every(() => negative() < least) ? 1 : 0;
      }
      return separated / draws;
    };
    // The worst case: a positive lies above every negative with the probability AUC, else below all.
    expect(
      share(
        () => (random.uniform() < low ? 2 : -1),
        () => random.uniform(),
      ),
    ).toBeCloseTo(0.025, 2);
    // Two normal distributions with the same AUC: Φ(d / √2) = low, d = -0.364.
    const shift = -0.364;
    expect(
      share(
        () => random.normal(shift, 1),
        () => random.normal(0, 1),
      ),
    ).toBeLessThan(0.025);
  });

  test('counts patients, not images: pairs have none in common', () => {
    const targets = [1, 1, 1, 1, 0, 0, 1];
    expect(
      disjointPairs(
        { targets },
        1,
        ['a', 'a', 'a', 'b', 'c', 'd', 'd'].map((name) => name.charCodeAt(0)),
      ),
    ).toBe(2);
    expect(disjointPairs({ targets: [1, 0] }, 1, [1, 1])).toBe(0);
    expect(exactAucInterval(1, 0)).toBeNull();
    expect(rounded(exactAucInterval(0, 3))).toEqual([0, 0.7076]);
    expect(rounded(exactAucInterval(0.5, 3))).toEqual([0.1462, 0.8538]);
    expect(exactAucInterval(0.7, 3)).toBeNull();
  });
});

test('one patient against one, of whom most draws have one kind alone, could be 0.03', () => {
  const probabilities = Float64Array.from([0.9, 0.1, 0.1, 0.9]);
  const scores: Scores = { classes: 2, positive: 1, targets: [0, 1], probabilities };
  expect(bootstrapIntervals(scores, ['a', 'b']).auc).toEqual([expect.closeTo(0.025, 9), 1]);
});

test('six right answers out of six are 0.54 to 1, not 1 to 1, also with several images of each patient', () => {
  const patients = [1, 2, 3, 4, 5, 6];
  expect(
    rounded(
      accuracyInterval(
        patients.map(() => true),
        patients,
      ),
    ),
  ).toEqual([0.5407, 1]);
  expect(
    rounded(
      accuracyInterval(
        [...patients, ...patients].map(() => true),
        [...patients, ...patients],
      ),
    ),
  ).toEqual([0.5407, 1]);
  expect(
    rounded(
      accuracyInterval(
        patients.map(() => false),
        patients,
      ),
    ),
  ).toEqual([0, 0.4593]);
  // A figure of which no exact interval is known has none.
  expect(bootstrapInterval(patients, () => 1)).toBeNull();
});
