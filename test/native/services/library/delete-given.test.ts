/** What is left of a deleted patient in the rows of others: the ID of headers, a name that was handed on, counts of frozen versions. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkLibrary } from '../../../../core/services/library/check.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { patientsOfDataset, versionSplits } from '../../../../core/store/index.ts';
import { freezeCase, importCase } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const who = 'HEADERCANARY';
const name = 'NAMECANARY^Anna';
const issuer = 'ISSUERCANARY';

/** Files below `folder` that hold any of `words`. */
function holding(folder: string, words: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => {
    const path = join(folder, file);
    return statSync(path).isFile() && words.some((word) => readFileSync(path).includes(word));
  });
}

/** Patient HEADERCANARY with two studies, of which the second is given to OTHER; and seven more patients. */
async function library() {
  const folder = temporaryFolder();
  const given = temporaryLibrary();
  const dicom = (patient: string, n: number, patientName: string) =>
    tinyDicom({
      ...{ patient, patientName, study: `1.${n}`, instance: `1.${n}.1`, grey: n },
      ...(patient === who ? { issuerOfPatientID: issuer } : {}),
    });
  put(folder, '1.dcm', dicom(who, 1, name));
  put(folder, '2.dcm', dicom(who, 2, name));
  for (let n = 3; n <= 9; n++) put(folder, `${n}.dcm`, dicom(`P${n}`, n, `Doe^${n}`));
  const rows = Array.from({ length: 9 }, (_, i) => {
    const n = i + 1;
    const split = n === 1 ? 'train' : ['', '', '', 'train', 'train', 'val', 'val', 'test', 'test', 'train'][n];
    return `1.${n},${n % 2 === 0 ? 'a' : 'b'},${split},${n === 2 ? 'OTHER' : ''}`;
  });
  const labels = put(folder, 'labels.csv', ['studyInstanceUID,label,split,patientID', ...rows].join('\n'));
  await importCase(given, { paths: [folder], labels });
  return given;
}

test('nothing of the ID and the name is left in studies that were given to another, and the report says that they stay', async () => {
  const given = await library();
  expect(patientsOfDataset(given.db, 1, true).map((s) => [s.patientKey, s.ownPatientKey])).toEqual([['OTHER', who]]);
  expect(holding(given.folder, [issuer])).not.toEqual([]);
  given.backUpTo(given.path('backups', 'daily-2026-01-01.sqlite'));
  const report = deletePatient(testContext(given), { patientID: who, backups: 'rewrite' });
  expect(report).toMatchObject({ filedElsewhere: 1, rows: { studies: 1 }, backups: { rewritten: 1, holding: [] } });
  expect(patientsOfDataset(given.db, 1, true).map((s) => [s.patientKey, s.ownPatientKey])).toEqual([
    ['OTHER', 'study:1.2'],
  ]);
  expect(holding(given.folder, [who, 'NAMECANARY', issuer])).toEqual([]);
  const check = await checkLibrary(
    { folder: given.folder, signal: { aborted: false }, progress: () => {} },
    { deep: true },
  );
  expect(check.sound).toBe(true);
});

test('a backup in which only headers name the patient is said to hold it', async () => {
  const given = await library();
  const context = testContext(given);
  deletePatient(context, { studyInstanceUID: '1.1' });
  given.backUpTo(given.path('backups', 'daily-2026-01-01.sqlite'));
  deletePatient(context, { studyInstanceUID: '1.2' });
  expect(deletePatient(context, { patientID: who }).backups.holding).toEqual(['backups/daily-2026-01-01.sqlite']);
  deletePatient(context, { patientID: who, backups: 'rewrite' });
  expect(holding(given.folder, [who])).toEqual([]);
});

test('a frozen version no longer counts the patient, and the others keep how they came to their part', async () => {
  const given = await library();
  freezeCase(given);
  const count = () => versionSplits(given.db, 1).map(({ split, origin, patients }) => `${split} ${origin} ${patients}`);
  expect(count()).toEqual(['test given 2', 'train drawn 1', 'train given 4', 'val given 2']);
  deletePatient(testContext(given), { patientID: who });
  expect(count()).toEqual(['test given 2', 'train drawn 1', 'train given 3', 'val given 2']);
  deletePatient(testContext(given), { patientID: 'OTHER' });
  expect(count()).toEqual(['test given 2', 'train given 3', 'val given 2']);
});
