import { describe, expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { PatientId } from '../../../../core/contract/index.ts';
import { learnedPatients, nestedOrder } from '../../../../core/services/labelling/subsets.ts';
import { dealFolds, type FoldImage } from '../../../../core/services/training/folds.ts';

/** Two images each of 60 patients: 36 of the first class, 18 of the second, 6 of the third. */
const classOf = (patient: number): number => (patient < 36 ? 0 : patient < 54 ? 1 : 2);
const images: FoldImage[] = Array.from({ length: 120 }, (_, i) => ({
  patientId: (500 + Math.floor(i / 2)) as PatientId,
  studyInstanceUID: `1.2.${1000 + Math.floor(i / 2)}`,
  sopInstanceUID: `1.2.${1000 + Math.floor(i / 2)}.${i % 2}`,
  frame: 0,
  classIndex: classOf(Math.floor(i / 2)),
  values: [],
}));
const shares = [0.25, 0.4, 0.6, 0.8, 1];
const nested = nestedOrder(images, 'class', Random.seeded(1));
const order = nested.map(({ patientId }) => patientId);
const folds = dealFolds(images, { count: 3, seed: 1, target: 'class', classes: ['a', 'b', 'c'] });
const foldOf = new Map(images.map(({ patientId }, i) => [patientId, folds[i] as number]));

/** Patients of each class in a set. */
const counts = (patients: Iterable<PatientId>): number[] => {
  const found = [0, 0, 0];
  for (const patient of patients) {
    const c = classOf(patient - 500);
    found[c] = (found[c] as number) + 1;
  }
  return found;
};

describe('the sets that a learning curve learns from', () => {
  test('every patient is in the order once', () => {
    expect([...order].sort((a, b) => a - b)).toEqual([...new Set(images.map(({ patientId }) => patientId))]);
  });

  test.each([0, 1, 2])(
    'each set holds the one before it and nobody of fold %i, and the last holds all others',
    (fold) => {
      const sets = shares.map((share) => learnedPatients(nested, foldOf, fold, share));
      for (const [s, set] of sets.entries()) {
        expect([...set].filter((patient) => foldOf.get(patient) === fold)).toEqual([]);
        for (const patient of sets[s - 1] ?? []) expect(set.has(patient)).toBe(true);
      }
      expect(sets.map(({ size }) => size)).toEqual([10, 16, 24, 32, 40]);
    },
  );

  test('each set has its share of every class, and one of each at least', () => {
    for (const fold of [0, 1, 2]) {
      for (const share of shares) {
        const found = counts(learnedPatients(nested, foldOf, fold, share));
        expect(Math.min(...found)).toBeGreaterThan(0);
        expect(Math.abs((found[0] as number) - 24 * share)).toBeLessThanOrEqual(2);
        expect(Math.abs((found[1] as number) - 12 * share)).toBeLessThanOrEqual(2);
      }
    }
  });

  test('no set is without a class that five of sixty patients have, whichever fold is left out', () => {
    const rare = images.map((image) => ({ ...image, classIndex: image.patientId < 505 ? 1 : 0 }));
    for (let seed = 0; seed < 40; seed++) {
      const own = nestedOrder(rare, 'class', Random.seeded(seed));
      const dealt = dealFolds(rare, { count: 5, seed, target: 'class', classes: ['a', 'b'] });
      const where = new Map(rare.map(({ patientId }, i) => [patientId, dealt[i] as number]));
      for (const fold of [0, 1, 2, 3, 4]) {
        let before: ReadonlySet<PatientId> = new Set();
        for (const share of shares) {
          const learned = learnedPatients(own, where, fold, share);
          expect([...learned].some((patient) => patient < 505)).toBe(true);
          expect([...before].filter((patient) => !learned.has(patient))).toEqual([]);
          before = learned;
        }
      }
    }
  });

  test('the same seed orders alike, whatever the row numbers and the order of the images; another seed otherwise', () => {
    const renamed = images.map((image) => ({ ...image, patientId: (2000 - image.patientId) as PatientId }));
    const again = nestedOrder([...renamed].reverse(), 'class', Random.seeded(1));
    expect(again.map(({ patientId }) => 2000 - patientId)).toEqual([...order]);
    expect(nestedOrder(images, 'class', Random.seeded(2))).not.toEqual(nested);
  });
});
