/** Shares of cases of which a patient may have several: many images of a patient say no more than one of them. */
import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { classReliabilityBins } from '../../../core/statistics/calibration.ts';
import { operatingPoint, wilson } from '../../../core/statistics/proportions.ts';
import { coverageCurve } from '../../../core/statistics/refer.ts';
import { shareOfRows, worthOfRows } from '../../../core/statistics/shares-of-cases.ts';

const random = Random.seeded(3);
const everyone = Array.from({ length: 60 }, (_, i) => i);
const hits = everyone.map(() => random.uniform(0, 1) < 0.8);
const sure = everyone.map(() => random.uniform(0.5, 1));
/** Each patient so many times, one after the other. */
const times = (n: number): number[] => everyone.flatMap((patient) => Array<number>(n).fill(patient));
const rowsOf = (patients: readonly number[]): number[] => [...patients.keys()];

test('every image four times has the interval of every image once; of one image each it is that of Wilson', () => {
  const share = (patients: readonly number[], worth = 1) =>
    shareOfRows(rowsOf(patients), (row) => hits[patients[row] as number] as boolean, { patients, worth });
  const once = share(everyone);
  expect(once.interval).toEqual(wilson(hits.filter(Boolean).length, 60));
  for (const worth of [1, 4 / 9]) {
    const [low, high] = share(everyone, worth).interval ?? [0, 0];
    const four = share(times(4), worth);
    expect(four.value).toBe(once.value);
    expect(four.interval?.[0]).toBeCloseTo(low, 12);
    expect(four.interval?.[1]).toBeCloseTo(high, 12);
  }
});

test('unequal numbers are checked by hand: 3, 1 and 1 images of three patients are 25 of 11 cases', () => {
  const patients = [7, 7, 7, 8, 9];
  expect(worthOfRows([0, 1, 2, 3, 4], { patients, worth: 1 })).toBeCloseTo(25 / 11 / 5, 12);
  // Of the cases that a share is of, those of other shares do not count.
  expect(worthOfRows([0, 3, 4], { patients, worth: 1 })).toBe(1);
  expect(worthOfRows([], { patients, worth: 1 })).toBe(1);
});

test('so has the error of the answers that are not referred, and the share in a bin of calibration', () => {
  const scoresOf = (patients: readonly number[]) => ({
    classes: 2,
    positive: 1,
    targets: patients.map((patient) => Number(hits[patient])),
    probabilities: Float64Array.from(patients.flatMap((p) => [1 - (sure[p] as number), sure[p] as number])),
  });
  const cut = { classIndex: 1, threshold: 0.5 };
  const curve = (n: number) =>
    coverageCurve(scoresOf(times(n)), cut, { most: 1e6, cases: { patients: times(n), worth: 1 } });
  const once = curve(1);
  const four = curve(4).filter(({ accepted }) => accepted % 4 === 0);
  expect(once).toEqual(coverageCurve(scoresOf(everyone), cut));
  for (const { coverage, errorInterval } of once) {
    const same = four.find((point) => Math.abs(point.coverage - coverage) < 1e-12);
    expect(same?.errorInterval?.[0]).toBeCloseTo(errorInterval?.[0] as number, 12);
    expect(same?.errorInterval?.[1]).toBeCloseTo(errorInterval?.[1] as number, 12);
  }
  for (const { n, rows } of classReliabilityBins(scoresOf(times(4)), 1)) {
    expect(worthOfRows(rows, { patients: times(4), worth: 1 })).toBe(0.25);
    expect(rows).toHaveLength(n);
  }
});

test('predictive values and likelihood ratios count those with and those without for what each are worth', () => {
  const once = operatingPoint({ truePositive: 20, falseNegative: 5, falsePositive: 8, trueNegative: 40 }, 0.1);
  // Those with it have three images each, those without two.
  const several = operatingPoint({ truePositive: 60, falseNegative: 15, falsePositive: 16, trueNegative: 80 }, 0.1, {
    sick: 1 / 3,
    well: 1 / 2,
    all: 1,
  });
  for (const figure of [
    'sensitivity',
    'specificity',
    'ppv',
    'npv',
    'positiveLikelihoodRatio',
    'negativeLikelihoodRatio',
  ] as const) {
    expect(several[figure].value).toBeCloseTo(once[figure].value as number, 12);
    expect(several[figure].interval?.[0]).toBeCloseTo(once[figure].interval?.[0] as number, 12);
    expect(several[figure].interval?.[1]).toBeCloseTo(once[figure].interval?.[1] as number, 12);
  }
});
