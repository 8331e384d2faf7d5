import { describe, expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import type { PatientId } from '../../../../core/contract/index.ts';
import { dealAsMany, dealFolds, type FoldImage, type WhyFewerFolds } from '../../../../core/services/training/folds.ts';

const imageOf = (
  patient: number,
  image: number,
  truth: Partial<Pick<FoldImage, 'classIndex' | 'values'>>,
  firstId = 100,
): FoldImage => ({
  patientId: (firstId + patient) as PatientId,
  studyInstanceUID: `1.2.${1000 + patient}`,
  sopInstanceUID: `1.2.${1000 + patient}.${image}`,
  frame: 0,
  classIndex: null,
  values: [],
  ...truth,
});

/** Whether there is a way to deal these patients so that every fold has every class: all ways, those that differ in the folds' numbers alone once. */
function canBeDealt(patients: readonly (readonly FoldImage[])[], classes: readonly number[], count: number): boolean {
  const full = (1 << classes.length) - 1;
  let states = new Set([new Array<number>(count).fill(0).join()]);
  for (const own of patients) {
    const mask = own.reduce((bits, { classIndex }) => bits | (1 << (classIndex ?? 0)), 0);
    const next = new Set<string>();
    for (const state of states) {
      const folds = state.split(',').map(Number);
      if (folds.every((fold) => fold === full)) return true;
      folds.forEach((fold, k) => {
        next.add(
          folds
            .with(k, fold | mask)
            .sort((a, b) => a - b)
            .join(),
        );
      });
    }
    states = next;
  }
  return states.has(new Array<number>(count).fill(full).join());
}

/** Images of patients `first`, `first` + 1, ..., two each, of the classes or answers that `of` gives by patient. */
function imagesOf(
  patients: number,
  of: (patient: number, image: number) => Partial<Pick<FoldImage, 'classIndex' | 'values'>>,
  firstId = 100,
): FoldImage[] {
  return Array.from({ length: patients * 2 }, (_, i) => {
    const patient = Math.floor(i / 2);
    return imageOf(patient, i % 2, of(patient, i % 2), firstId);
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

  test('patients of several classes leave no fold without one of them; refused is only what no way of dealing gives, all of them tried', () => {
    let [dealt, refused] = [0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      const random = Random.seeded(seed);
      const [classes, patients, count, each] = [
        3 + random.integer(3),
        8 + random.integer(12),
        3 + random.integer(4),
        3,
      ];
      const mixed = Array.from({ length: patients }, (_, p) =>
        Array.from({ length: each }, (_, i) => imageOf(p, i, { classIndex: random.integer(classes) })),
      );
      const all = mixed.flat();
      const every = Array.from({ length: classes }, (_, c) => c);
      const has = (own: readonly FoldImage[], c: number) => own.some(({ classIndex }) => classIndex === c);
      if (every.some((c) => mixed.filter((own) => has(own, c)).length < count)) continue;
      const asked = { count, seed, target: 'class', classes: ['a', 'b', 'c', 'd', 'e'] } as const;
      let folds: number[];
      try {
        folds = dealFolds(all, asked);
      } catch (error) {
        expect(String(error)).toContain('Patients whose images have several classes cannot be dealt');
        expect(canBeDealt(mixed, every, count)).toBe(false);
        refused++;
        continue;
      }
      const found = new Set(all.map(({ classIndex }, i) => `${classIndex} ${folds[i]}`));
      expect(found.size).toBe(classes * count);
      dealt++;
    }
    expect([dealt > 1000, refused > 2]).toEqual([true, true]);
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

test('fewer folds than are wanted come with the classes that have too few patients, the rarest first', () => {
  const classOf = (patient: number): number => (patient < 3 ? 1 : patient < 7 ? 2 : 0);
  const images = Array.from({ length: 20 }, (_, patient) =>
    [1, 2].map((image) => imageOf(patient, image, { classIndex: classOf(patient) })),
  ).flat();
  const told: [number, WhyFewerFolds['few']][] = [];
  const options = { seed: 1, target: 'class', classes: ['common', 'rare', 'odd'] } as const;
  dealAsMany(images, options, { what: 'Nothing', action: '' }, (count, { few }) => told.push([count, few]));
  expect(told).toEqual([
    [
      3,
      [
        { name: 'rare', patients: 3 },
        { name: 'odd', patients: 4 },
      ],
    ],
  ]);
});
