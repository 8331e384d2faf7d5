/** Anonymised by hand: one PatientID for every study, or none at all. */
import { describe, expect, test } from 'vitest';
import { checkDataset } from '../../../core/services/datasets/data-check.ts';
import { freezeCase, importCase, noteOf } from '../../support/case-import.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { appErrorOf } from '../../support/thrown.ts';

const name = '12-one-id-for-all';

describe.skipIf(!hasCases)(name, () => {
  test('without an ID each study is its own patient, and can be trained on', async () => {
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [casePath(name, 'empty')], labels: casePath(name, 'empty.csv') });
    expect(report).toMatchObject({ imported: 12, patients: 12, studies: 12 });
    expect(noteOf(report, 'sharedPatient')).toBeUndefined();
    expect(freezeCase(library).patients).toEqual({ train: 8, val: 2, test: 2 });
  });

  test('one ID for all is said at import and in the data check, and the refusal names it with the way out', async () => {
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [casePath(name, 'anon')], labels: casePath(name, 'anon.csv') });
    expect(report).toMatchObject({ imported: 12, patients: 1 });
    expect(noteOf(report, 'sharedPatient')).toMatchObject({ cause: 'id', id: 'ANONYMOUS', studies: 12, all: 12 });
    const request = { dataset: 'd', inputSize: 32, flip: false, seed: 0 };
    const { findings } = checkDataset(testContext(library), request);
    expect(findings.map(({ code }) => code)).toContain('sharedPatient');
    const refusal = appErrorOf(() => freezeCase(library));
    expect(refusal.code).toBe('SPLIT_IMPOSSIBLE');
    expect(refusal.message).toContain('All 12 studies carry the same patient ID ("ANONYMOUS")');
    expect(refusal.action).toContain('patientID');
  });
});
