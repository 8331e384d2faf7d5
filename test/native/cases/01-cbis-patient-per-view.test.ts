/** CBIS-DDSM: every view carries a PatientID of its own in the header; the labels file gives the true woman. */
import { describe, expect, test } from 'vitest';
import { patientsOfDataset } from '../../../core/store/index.ts';
import { caseLabels, freezeCase, importCase, noteOf } from '../../support/case-import.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';

const name = '01-cbis-patient-per-view';
const images = casePath(name, 'images');

describe.skipIf(!hasCases)(name, () => {
  test('the patients are those of the labels file, 9 and not 36', async () => {
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [images], labels: casePath(name, 'labels.csv') });
    expect(report).toMatchObject({ imported: 36, patients: 9, studies: 36, labels: { applied: 36, problems: [] } });
    expect(noteOf(report, 'patientsGiven')).toEqual({ studies: 36, patients: 9, moved: 36 });
    const filed = patientsOfDataset(library.db, 1).map(({ patientKey, ownPatientKey }) => [patientKey, ownPatientKey]);
    expect(filed.slice(0, 2)).toEqual([
      ['P_00001', expect.stringMatching(/^Mass-Training_P_00001_(LEFT|RIGHT)_(CC|MLO)$/)],
      ['P_00001', expect.stringMatching(/^Mass-Training_P_00001_(LEFT|RIGHT)_(CC|MLO)$/)],
    ]);
  });

  test('the four views of one woman are always on one side of the split', async () => {
    const library = temporaryLibrary();
    await importCase(library, { paths: [images], labels: casePath(name, 'labels.csv') });
    const frozen = freezeCase(library);
    expect(frozen.splitsOfPatients).toEqual(Array(9).fill(1));
    expect(frozen.patients).toEqual({ train: 5, val: 2, test: 2 });
  });

  test('a split that gives the views of one woman to training and test is refused as a leak, and nothing is written', async () => {
    const library = temporaryLibrary();
    const labels = casePath(name, 'labels-split.csv');
    await expect(importCase(library, { paths: [images], labels })).rejects.toMatchObject({
      code: 'SPLIT_LEAKS_PATIENT',
      message:
        'The given split puts patients on several sides: 9 patients with 4 studies each (test and train and val).',
    });
    expect(caseLabels(library)).toEqual(Array(36).fill(null));
  });
});
