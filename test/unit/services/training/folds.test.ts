import { describe, expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { PatientId } from '../../../../core/contract/index.ts';
import { dealFolds, type FoldImage } from '../../../../core/services/training/folds.ts';

/** Images of patients `first`, `first` + 1, ..., two each, of the classes or answers that `of` gives by patient. */
function imagesOf(
  patients: number,
  of: (patient: number, image: number) => Partial<Pick<FoldImage, 'classIndex' | 'values'>>,
  firstId = 100,
): FoldImage[] {
  return Array.from({ length: patients * 2 }, (_, i) => {
    const patient = Math.floor(i / 2);
    return {
      patientId: (firstId + patient) as PatientId,
      studyInstanceUID: `1.2.${1000 + patient}`,
      sopInstanceUID: `1.2.${1000 + patient}.${i % 2}`,
      frame: 0,
      classIndex: null,
      values: [],
      ...of(patient, i % 2),
    };
  });
}

const options = { count: 5, seed: 3, target: 'class', classes: ['a', 'b', 'c'] } as const;

/** Patients of each fold that `counts` takes. */
function perFold(images: readonly FoldImage[], folds: readonly number[], counts: (image: FoldImage) => boolean) {
  return [0, 1, 2, 3, 4].map(
    (fold) => new Set(images.flatMap((image, i) => (folds[i] === fold && counts(image) ? [image.patientId] : []))).size,
  );
}

describe('folds', () => {
  const images = imagesOf(43, (patient) => ({ classIndex: patient < 26 ? 0 : patient < 36 ? 1 : 2 }));

  test('a patient is in one fold, and the patients of a class are spread as evenly as they can be', () => {
    const folds = dealFolds(images, options);
    for (let i = 0; i < images.length; i += 2) expect(folds[i]).toBe(folds[i + 1]);
    expect(perFold(images, folds, ({ classIndex }) => classIndex === 0).sort()).toEqual([5, 5, 5, 5, 6]);
    expect(perFold(images, folds, ({ classIndex }) => classIndex === 1)).toEqual([2, 2, 2, 2, 2]);
    expect(perFold(images, folds, ({ classIndex }) => classIndex === 2).sort()).toEqual([1, 1, 1, 2, 2]);
    expect(perFold(images, folds, () => true).sort()).toEqual([8, 8, 9, 9, 9]);
  });

  test('the same seed deals alike whatever the row numbers and the order of the images; another seed otherwise', () => {
    const folds = dealFolds(images, options);
    const renamed = images.map((image) => ({ ...image, patientId: (1e6 - image.patientId) as PatientId }));
    expect(dealFolds(renamed, options)).toEqual(folds);
    const order = Random.seeded(1).shuffled(images.map((_, i) => i));
    const mixed = dealFolds(
      order.map((i) => images[i] as FoldImage),
      options,
    );
    expect(mixed).toEqual(order.map((i) => folds[i]));
    expect(dealFolds(images, { ...options, seed: 4 })).not.toEqual(folds);
  });

  test('patients of several classes leave no fold without one of them', () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = Random.seeded(seed);
      const own = Array.from({ length: 14 }, () => [random.integer(3), random.integer(3)]);
      const mixed = imagesOf(14, (patient, image) => ({ classIndex: own[patient]?.[image] as number }));
      const of = (c: number) => new Set(mixed.filter(({ classIndex }) => classIndex === c).map((i) => i.patientId));
      if ([0, 1, 2].some((c) => of(c).size < 5)) continue;
      const folds = dealFolds(mixed, { ...options, seed });
      for (const c of [0, 1, 2]) {
        expect(Math.min(...perFold(mixed, folds, ({ classIndex }) => classIndex === c))).toBeGreaterThan(0);
      }
    }
  });

  test('fewer patients of a class than folds are refused by name, with the number of folds that there are patients for', () => {
    const few = imagesOf(20, (patient) => ({ classIndex: patient < 3 ? 2 : patient % 2 }));
    expect(() => dealFolds(few, options)).toThrow(
      '5 folds need at least 5 patients of every class in training and validation together; class "c" has 3.',
    );
    expect(new Set(dealFolds(few, { ...options, count: 3 }))).toEqual(new Set([0, 1, 2]));
  });

  test('findings are spread by their marks, and one that is known for one fold alone is refused', () => {
    const target = { ...options, target: 'finding', classes: ['nodule', 'effusion'] } as const;
    const findings = imagesOf(30, (patient) => ({ values: [patient < 10 ? 1 : 0, patient % 6 === 0 ? 1 : null] }));
    const folds = dealFolds(findings, target);
    expect(perFold(findings, folds, ({ values }) => values[0] === 1)).toEqual([2, 2, 2, 2, 2]);
    expect(perFold(findings, folds, ({ values }) => values[1] === 1)).toEqual([1, 1, 1, 1, 1]);
    expect(perFold(findings, folds, () => true)).toEqual([6, 6, 6, 6, 6]);
    const rare = imagesOf(30, (patient) => ({ values: [patient % 2, patient === 0 ? 1 : patient < 9 ? 0.5 : null] }));
    expect(() => dealFolds(rare, target)).toThrow('"effusion": known for patients of fewer than two of the 5 folds');
  });

  test('numbers are spread by fifths', () => {
    const numbers = imagesOf(50, (patient) => ({ values: [patient] }));
    const folds = dealFolds(numbers, { ...options, target: 'quantity', classes: ['age'] });
    for (const fifth of [0, 1, 2, 3, 4]) {
      const inFifth = ({ values: [value] }: FoldImage) => Math.ceil(Math.max(value as number, 1) / 10) - 1 === fifth;
      const counts = perFold(numbers, folds, inFifth);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });
});
