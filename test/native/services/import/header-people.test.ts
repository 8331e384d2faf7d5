/** Two people under one patient ID: what their headers say tells them apart, and an import says so. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDataset } from '../../../../core/services/datasets/data-check.ts';
import { listPatients } from '../../../../core/services/datasets/patients.ts';
import type { Library } from '../../../../core/store/index.ts';
import { importCase, noteOf } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, type TinyInstance, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Two studies of a patient with two images each. */
function studies(folder: string, patient: string, study: string, also: Partial<TinyInstance>): void {
  for (const s of [1, 2]) {
    for (const i of [1, 2]) {
      const uid = `${study}.${s}`;
      put(
        folder,
        `${uid}/${i}.dcm`,
        tinyDicom({ patient, study: uid, instance: `${uid}.1.${i}`, grey: 10 * s + i, ...also }),
      );
    }
  }
}

const first: Partial<TinyInstance> = {
  patientBirthDate: '19610412',
  patientSex: 'F',
  issuerOfPatientID: 'St Elsewhere',
};

test.each<[string, Partial<TinyInstance>, number | null]>([
  ['another birth date', { patientBirthDate: '19830921', patientSex: 'F' }, 1],
  ['another sex', { patientSex: 'M' }, 1],
  [
    'the same written otherwise',
    { patientBirthDate: '1961.04.12', patientSex: 'f', patientName: 'Doe-Smith^Jane' },
    null,
  ],
  ['what stands where it was taken away', { patientBirthDate: '19000101', patientSex: 'O' }, null],
  ['another issuer', { issuerOfPatientID: 'COUNTY GENERAL' }, 1],
  ['the same issuer written otherwise', { issuerOfPatientID: 'ST  ELSEWHERE' }, null],
  ['nothing', {}, null],
])('%s, in the same import and in a later one', async (_, second, ids) => {
  const expected = ids === null ? undefined : { ids };
  const folder = temporaryFolder();
  const [here, there] = [join(folder, 'a'), join(folder, 'b')];
  studies(here, '1001', '1.1', first);
  studies(here, '1002', '1.2', { patientBirthDate: '19750530', patientSex: 'M', issuerOfPatientID: 'OLD' });
  studies(there, '1001', '2.1', second);
  studies(there, '1003', '2.2', {});
  const together = await importCase(temporaryLibrary(), { paths: [folder] });
  expect(noteOf(together, 'sharedIds')).toEqual(expected);
  const library = temporaryLibrary();
  expect(noteOf(await importCase(library, { paths: [here] }), 'sharedIds')).toBeUndefined();
  expect(noteOf(await importCase(library, { paths: [there] }), 'sharedIds')).toEqual(expected);
});

function checked(library: Library) {
  const check = checkDataset(testContext(library), { dataset: 'd', inputSize: 64, flip: false, seed: 0 });
  return check.findings.find(({ code }) => code === 'sharedIds');
}

/** Two hospitals' files, four studies under one ID and two under others. */
function twoHospitals(): string {
  const folder = temporaryFolder();
  studies(folder, '1001', '1.1', first);
  studies(folder, '1001', '2.1', { issuerOfPatientID: 'COUNTY GENERAL' });
  studies(folder, '1002', '2.2', { issuerOfPatientID: 'COUNTY GENERAL' });
  return folder;
}

test('an ID of two issuers stays one patient; the check and the list of patients tell, the report names neither', async () => {
  const library = temporaryLibrary();
  const report = await importCase(library, { paths: [twoHospitals()] });
  expect(report.patients).toBe(2);
  expect(JSON.stringify(report)).not.toMatch(/elsewhere|county/i);
  expect(checked(library)).toMatchObject({ severity: 'serious', values: { patients: 1 } });
  expect(checked(library)?.studyIds).toHaveLength(4);
  const listed = listPatients(testContext(library), 'd').map((row) => [row.studyInstanceUID, row.issuerOfPatientID]);
  expect(listed).toEqual([
    ['1.1.1', 'St Elsewhere'],
    ['1.1.2', 'St Elsewhere'],
    ['2.1.1', 'COUNTY GENERAL'],
    ['2.1.2', 'COUNTY GENERAL'],
    ['2.2.1', 'COUNTY GENERAL'],
    ['2.2.2', 'COUNTY GENERAL'],
  ]);
});

test('two people whom a labels file gives an ID each are told of no more, in the same import and after', async () => {
  const library = temporaryLibrary();
  const folder = twoHospitals();
  const rows = ['1.1.1,A', '1.1.2,A', '2.1.1,B', '2.1.2,B'].join('\n');
  const labels = put(temporaryFolder(), 'patients.csv', `studyInstanceUID,patientID\n${rows}\n`);
  const report = await importCase(library, { paths: [folder], labels });
  expect([report.patients, noteOf(report, 'sharedIds'), checked(library)]).toEqual([3, undefined, undefined]);
});

test('under pseudonyms the library keeps no issuer, and the import tells of two all the same', async () => {
  const library = temporaryLibrary();
  const report = await importCase(library, { paths: [twoHospitals()], pseudonymise: true });
  expect(noteOf(report, 'sharedIds')).toEqual({ ids: 1 });
  expect(library.db.all('SELECT DISTINCT issuer_of_patient_id AS issuer FROM studies')).toEqual([{ issuer: null }]);
  expect(checked(library)).toBeUndefined();
});

test('a library of before learns the issuers when its files are imported once more', async () => {
  const library = temporaryLibrary();
  const folder = twoHospitals();
  await importCase(library, { paths: [folder] });
  library.writer.run('UPDATE studies SET issuer_of_patient_id = NULL');
  library.writer.run('UPDATE instances SET is_described = 0');
  expect(checked(library)).toBeUndefined();
  const report = await importCase(library, { paths: [folder] });
  expect([report.imported, noteOf(report, 'sharedIds')]).toEqual([0, { ids: 1 }]);
  expect(checked(library)?.studyIds).toHaveLength(4);
});
