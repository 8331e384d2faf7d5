import { describe, expect, test } from 'vitest';
import { cohenKappa, fleissKappa } from '../../../core/statistics/agreement.ts';
import { bootstrapInterval } from '../../../core/statistics/bootstrap.ts';

/** Table 1 of Fleiss 1971: 30 patients, six psychiatrists each, five diagnoses. */
const fleiss1971 = [
  '00060',
  '03003',
  '01401',
  '00006',
  '03021',
  '20400',
  '00402',
  '20301',
  '20004',
  '00006',
  '10050',
  '11040',
  '03300',
  '10050',
  '02031',
  '00501',
  '30012',
  '51000',
  '02040',
  '10203',
  '00006',
  '01050',
  '02013',
  '20040',
  '10041',
  '05010',
  '40002',
  '02040',
  '10500',
  '00006',
].map((row) => [...row].map(Number));

describe('kappa', () => {
  test('Fleiss of the published table of 30 patients and five diagnoses is what a hand computes', () => {
    const { overall, byClass } = fleissKappa(fleiss1971);
    // A plain recount of the same table: P = sum(n(n-1))/(30*30), chance = sum of squared shares.
    const pairs = fleiss1971.flat().reduce((sum, n) => sum + n * (n - 1), 0) / (30 * 30);
    const shares = [0, 1, 2, 3, 4].map((c) => fleiss1971.reduce((sum, row) => sum + (row[c] as number), 0) / 180);
    const chance = shares.reduce((sum, p) => sum + p * p, 0);
    expect(overall).toBeCloseTo((pairs - chance) / (1 - chance), 12);
    expect(byClass).toHaveLength(5);
  });

  test('Fleiss of ten subjects and fourteen raters is 0.210', () => {
    // The worked example of the literature: P = 0.378, chance = 0.213.
    const table = [
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ];
    expect(fleissKappa(table).overall).toBeCloseTo(0.20993, 5);
  });

  test('Cohen of 50 proposals read by two readers is 0.4', () => {
    // 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: agreement 0.7, chance 0.5.
    const pairs = [
      ...Array(20).fill([1, 1]),
      ...Array(5).fill([1, 0]),
      ...Array(10).fill([0, 1]),
      ...Array(15).fill([0, 0]),
    ];
    const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
    expect(cohenKappa(a, b, 2)).toBeCloseTo(0.4, 12);
    expect(cohenKappa(a, a, 2)).toBe(1);
    // Half of the first reader's answers are 1, so the opposite of each is as bad as kappa gets.
    expect(
      cohenKappa(
        a,
        a.map((x) => 1 - x),
        2,
      ),
    ).toBe(-1);
  });

  test('is not defined where only one class was ever used', () => {
    expect(cohenKappa([1, 1], [1, 1], 2)).toBeNull();
    expect(cohenKappa([], [], 2)).toBeNull();
    expect(
      fleissKappa([
        [0, 3],
        [0, 3],
      ]).overall,
    ).toBeNull();
  });

  test('the interval holds the figure and is wider when cases belong to fewer patients', () => {
    const a = Array.from({ length: 60 }, (_, i) => i % 2);
    const b = a.map((x, i) => (Math.floor(i / 6) % 5 === 0 ? 1 - x : x));
    const value = cohenKappa(a, b, 2) as number;
    const width = (patients: number[]): number => {
      const interval = bootstrapInterval(patients, (weights) => cohenKappa(a, b, 2, weights)) as [number, number];
      expect(interval[0]).toBeLessThanOrEqual(value);
      expect(interval[1]).toBeGreaterThanOrEqual(value);
      return interval[1] - interval[0];
    };
    expect(width(a.map((_, i) => Math.floor(i / 6)))).toBeGreaterThan(width(a.map((_, i) => i)));
    expect(bootstrapInterval([1, 1], () => 1)).toBeNull();
  });
});
