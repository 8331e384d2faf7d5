/** Devices that give the class away, and models that live on them or do not. */
import { expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { acquisitionResults } from '../../../../core/services/shortcuts/acquisition.ts';
import { regionVerdict } from '../../../../core/services/shortcuts/rule.ts';

const n = 200;

/** Patients of two devices: `share` of the ill are from device B, and as many of the healthy from A. */
function made(share: number, score: (isIll: boolean, isB: boolean, noise: number) => number, values = 2) {
  const random = Random.seeded(4);
  const truths = Array.from({ length: n }, (_, i) => i % 2);
  const isB = truths.map((truth) => random.uniform(0, 1) < (truth === 1 ? share : 1 - share));
  const p = truths.map((truth, i) => 1 / (1 + Math.exp(-score(truth === 1, isB[i] === true, random.normal()))));
  const rowsOf = (value: number): number[] =>
    truths.flatMap((_, i) => ((values > 2 ? (i >> 1) % values : Number(isB[i])) === value ? [i] : []));
  const groups = Array.from({ length: values }, (_, value) => ({
    attribute: 'device' as const,
    value: String(value),
    rows: rowsOf(value),
  }));
  const patients = truths.map((_, i) => i);
  const scores = {
    ...{ classes: 2, positive: 1, targets: truths },
    probabilities: Float64Array.from(p.flatMap((one) => [1 - one, one])),
  };
  return acquisitionResults({ truths, patients, groups }, { scores, patients, groups })[0];
}

test('a model that tells only devices apart is flagged: within a device it guesses', () => {
  const found = made(0.9, (_, isB, noise) => (isB ? 2 : -2) + noise);
  expect(found?.verdict).toBe('separates');
  expect(found?.guessed).toBeGreaterThan(0.85);
  expect(found?.withinAuc).toBeLessThan(0.6);
});

test('one that is as good within a device is not, though the device gives the class away', () => {
  const found = made(0.9, (isIll, _, noise) => (isIll ? 3 : -3) + noise);
  expect([found?.verdict, found?.withinAuc]).toEqual(['givesAway', found?.auc]);
});

test('devices that every class shares are free, and so are twelve values of a few patients each', () => {
  const knowing = (isIll: boolean, _: boolean, noise: number): number => (isIll ? 1 : -1) + noise;
  expect(made(0.5, knowing)?.verdict).toBe('free');
  const many = made(0.5, knowing, 12);
  expect([many?.values, many?.verdict]).toEqual([12, 'free']);
});

test('where each class has devices of its own nothing can tell them apart', () => {
  const found = made(1, (isIll, _, noise) => (isIll ? 3 : -3) + noise);
  expect([found?.withinAuc, found?.verdict]).toEqual([null, 'separates']);
});

test('a fall must be sure and large, and of images enough', () => {
  expect(regionVerdict({ value: 0.2, interval: [0.1, 0.3] }, { images: 10, patients: 10 })).toBe('hangsOnIt');
  expect(regionVerdict({ value: 0.2, interval: [-0.01, 0.4] }, { images: 10, patients: 10 })).toBe('free');
  expect(regionVerdict({ value: 0.04, interval: [0.03, 0.05] }, { images: 10, patients: 10 })).toBe('free');
  expect(regionVerdict({ value: 0.9, interval: [0.8, 1] }, { images: 9, patients: 9 })).toBe('untold');
});
