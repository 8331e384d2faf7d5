/** Twelve pictures are imported with labels; the list of patients comes later, with the same import given again. */
import { describe, expect, test } from 'vitest';
import { patientWarnings } from '../../../core/services/evaluation/patient-warnings.ts';
import { versionById } from '../../../core/store/index.ts';
import { caseLabels, freezeCase, importCase, noteOf } from '../../support/case-import.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';

const name = '29-patients-given-later';

describe.skipIf(!hasCases)(name, () => {
  test('6 patients from then on, and the splits by them; the version of before is said to have others', async () => {
    const library = temporaryLibrary();
    const first = await importCase(library, { paths: [casePath(name)], labels: casePath(name, 'labels.csv') });
    expect(first).toMatchObject({ imported: 12, patients: 12 });
    const labels = caseLabels(library);
    expect(freezeCase(library).patients).toEqual({ train: 8, val: 2, test: 2 });
    const later = await importCase(library, { paths: [casePath(name)], labels: casePath(name, 'with-patients.csv') });
    expect(later).toMatchObject({ imported: 0, alreadyThere: 12, patients: 6, labels: { unchanged: 12, applied: 0 } });
    expect(noteOf(later, 'patientsGiven')).toEqual({ studies: 12, patients: 6, moved: 12 });
    expect(noteOf(later, 'earlierVersions')).toEqual({ versions: 1 });
    expect(caseLabels(library).toSorted()).toEqual(labels.toSorted());
    const frozen = freezeCase(library);
    const before = versionById(library.db, 1);
    expect(before && patientWarnings(library.db, before)[0]).toMatch(
      /^\d+ images of this version belong to another patient/,
    );
    expect(frozen.version).toBe(2);
    expect(frozen.splitsOfPatients).toEqual(Array(6).fill(1));
  });
});
