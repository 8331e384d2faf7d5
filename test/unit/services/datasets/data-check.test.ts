import { describe, expect, test } from 'vitest';
import {
  type CheckedImage,
  checkedCounts,
  expectedHalfWidth,
  findingsOf,
} from '../../../../core/services/datasets/data-check-rules.ts';
import { instanceId, patientId, studyId } from '../../../support/ids.ts';

const settings = { target: 'class', inputSize: 512, flip: false, shared: null } as const;
const classes = ['normal', 'nodule'];

/** Image `n` of a patient of its own; splits go round so that each class has all three. */
function image(n: number, changes: Partial<CheckedImage> = {}): CheckedImage {
  return {
    instanceId: instanceId(n),
    studyId: studyId(100 + n),
    patientId: patientId(1000 + n),
    label: n % 2 === 0 ? 'normal' : 'nodule',
    split: (['train', 'val', 'test'] as const)[Math.floor(n / 2) % 3] ?? 'train',
    splitOrigin: 'drawn',
    isOwnPatient: false,
    contentHash: `hash ${n}`,
    pixelKey: `pixels ${n}`,
    modality: 'DX',
    rows: 2000,
    columns: 1800,
    ...changes,
  };
}
const clean = Array.from({ length: 600 }, (_, n) => image(n));
const codes = (images: readonly CheckedImage[], names = classes, flip = false) =>
  findingsOf(images, names, { ...settings, flip }).map(({ code, severity }) => `${severity} ${code}`);

describe('data check', () => {
  test('has nothing to say about a large, balanced, tidy data set', () => {
    expect(codes(clean)).toEqual([]);
  });

  test('counts patients by class and split, images without a label apart', () => {
    const counts = checkedCounts([...clean, image(600, { label: null, patientId: patientId(1000) })], classes);
    expect(counts).toEqual({
      patients: 600,
      studies: 601,
      images: 601,
      labelledImages: 600,
      classes: [
        { name: 'normal', images: 300, patients: { train: 100, val: 100, test: 100 } },
        { name: 'nodule', images: 300, patients: { train: 100, val: 100, test: 100 } },
      ],
      splits: { train: 200, val: 200, test: 200 },
    });
  });

  test('blocks one class, a class of two patients, and a class that a given split leaves out', () => {
    expect(
      codes(
        clean.filter(({ label }) => label === 'normal'),
        ['normal'],
      ),
    ).toEqual(['blocks tooFewClasses']);
    const rare = clean.filter((one) => one.label === 'normal' || one.instanceId < 4);
    expect(codes(rare)).toContain('blocks classTooSmall');
    const gap = clean.filter((one) => one.label === 'normal' || one.split !== 'val');
    expect(findingsOf(gap, classes, settings)[0]).toMatchObject({
      code: 'splitGap',
      severity: 'blocks',
      values: { name: 'nodule', splits: 'val' },
    });
  });

  test('tells one picture in two splits from one under two patients and one twice in a patient', () => {
    const copy = (of: number, changes: Partial<CheckedImage>) => [
      ...clean,
      image(600, { contentHash: `hash ${of}`, ...changes }),
    ];
    expect(codes(copy(0, { split: 'test' }))).toEqual(['serious sameImageAcrossSplits']);
    expect(codes(copy(0, { split: 'train' }))).toEqual(['serious sameImageAcrossPatients']);
    expect(codes(copy(0, { split: 'train', patientId: patientId(1000) }))).toEqual(['note sameImageTwice']);
    // Another header, the same pixels.
    const samePixels = [...clean, image(600, { pixelKey: 'pixels 0', split: 'test' })];
    expect(findingsOf(samePixels, classes, settings)[0]).toMatchObject({
      code: 'sameImageAcrossSplits',
      values: { images: 2 },
      studyIds: [100, 700],
    });
  });

  test('names imbalance, small and narrow images, a second modality, mixed studies, missing labels and mirroring', () => {
    const changed = clean
      .filter((one) => one.label === 'normal' || one.instanceId % 10 === 1)
      .map((one, i) => {
        if (i === 0) return { ...one, rows: 200, columns: 190 };
        if (i === 1) return { ...one, rows: 3000, columns: 600 };
        if (i === 2) return { ...one, modality: 'CR' };
        return i === 3 ? { ...one, studyId: studyId(100) } : one;
      });
    const withoutLabel = image(601, { label: null });
    const found = codes(
      [...changed, image(603, { studyId: studyId(100), label: 'nodule' }), withoutLabel],
      classes,
      true,
    );
    expect(found.sort()).toEqual(
      [
        'note imbalance',
        'note smallImages',
        'note stretchedImages',
        'note mixedModalities',
        'note mixedStudies',
        'note unlabelled',
        'note laterality',
        'serious fewTestPatients',
      ].sort(),
    );
  });

  test('foretells the interval of an AUC as the formula of Hanley and McNeil, computed apart, does', () => {
    expect(expectedHalfWidth(0.85, 20, 30)).toBeCloseTo(0.11712, 4);
    expect(expectedHalfWidth(0.9, 50, 50)).toBeCloseTo(0.06296, 4);
    const few = clean.filter((one) => one.split !== 'test' || one.instanceId < 60);
    expect(findingsOf(few, classes, settings)[0]).toMatchObject({ code: 'fewTestPatients', values: { patients: 20 } });
  });
});
