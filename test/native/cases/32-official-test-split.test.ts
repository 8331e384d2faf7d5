/** Official splits of public sets: training and test without validation, or test alone. */
import { describe, expect, test } from 'vitest';
import { splitOriginLines } from '../../../core/cli/note-lines.ts';
import { freezeDataset } from '../../../core/services/datasets/dataset.ts';
import { patientWarnings } from '../../../core/services/evaluation/patient-warnings.ts';
import { versionImages } from '../../../core/store/index.ts';
import { freezeCase, importCase, noteOf } from '../../support/case-import.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';

const name = '32-official-test-split';
const images = casePath(name, 'images');

describe.skipIf(!hasCases)(name, () => {
  test('of training and test, validation is cut from training, which is said and kept with the version', async () => {
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [images], labels: casePath(name, 'two-way.csv') });
    expect(report.splits).toEqual({ train: 36, val: 0, test: 4 });
    expect(noteOf(report, 'validationFromTraining')).toEqual({ training: 36 });
    expect(freezeCase(library).patients).toEqual({ train: 26, val: 10, test: 4 });
    const version = freezeDataset(testContext(library), { dataset: 'd' });
    expect(patientWarnings(library.db, version)).toEqual([
      'The given split has no validation patients: 10 of its training patients were taken for it, by patient.',
    ]);
    expect(splitOriginLines(version.splits)).toEqual([
      "Patients: train 26 given by the file, val 10 taken from the file's training patients, test 4 given by the file.",
    ]);
    expect(version.splits).toEqual([
      { split: 'test', origin: 'given', patients: 4 },
      { split: 'train', origin: 'given', patients: 26 },
      { split: 'val', origin: 'cut', patients: 10 },
    ]);
  });

  test('where only the test patients are given, they are the test set, and that is said', async () => {
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [images], labels: casePath(name, 'test-only.csv') });
    expect(noteOf(report, 'testGiven')).toEqual({ given: 4, open: 36 });
    expect(freezeCase(library).patients).toEqual({ train: 28, val: 8, test: 4 });
    const version = freezeDataset(testContext(library), { dataset: 'd' });
    const tested = versionImages(library.db, version.id, 'test').map(({ sopInstanceUID }) => sopInstanceUID);
    expect(tested).toHaveLength(4);
    expect(version.splits.filter(({ split }) => split === 'test')).toEqual([
      { split: 'test', origin: 'given', patients: 4 },
    ]);
  });
});
