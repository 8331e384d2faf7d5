/** Patients who may be one, or may be several: names of pictures without `_` in several folders, IDs that hardly differ. */
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../../core/images/index.ts';
import { checkDataset } from '../../../../core/services/datasets/data-check.ts';
import { listPatients } from '../../../../core/services/datasets/patients.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { plainId } from '../../../../core/services/patients/alike.ts';
import { importCase, noteOf } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { makeZip } from '../../../support/zip-file.ts';

let pictures = 0;

/** A picture like no other. */
function picture(): Uint8Array {
  pictures += 1;
  return encodePng(Uint8Array.of(pictures, 255 - pictures), { width: 2, height: 1, channels: 1 }, 6);
}

const patients = (library: ReturnType<typeof temporaryLibrary>) => [
  ...new Set(listPatients(testContext(library), 'd').map(({ patientID }) => patientID)),
];

describe('the name before the first "_", where there is no "_"', () => {
  test('is a patient of its folder where it lies in several, and the import says so', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    for (const name of ['a/1.png', 'b/1.png', 'a/P7.png', 'a/P7_2.png', 'b/P7_3.png', 'c/9.png']) {
      put(folder, name, picture());
    }
    const labels = put(folder, 'labels.csv', 'path,label,split\na/1.png,x,train\nb/1.png,y,test\n');
    const preview = await previewLabels(testContext(library), {
      ...{ labels, dataset: 'd', paths: [folder], patients: 'prefix' },
    });
    expect(preview).toMatchObject({ patients: 2, blocked: null });
    const report = await importCase(library, { paths: [folder], labels, patients: 'prefix' });
    expect(report.splits).toEqual({ train: 1, val: 0, test: 1 });
    expect(noteOf(report, 'samePictureNames')).toEqual({ names: 1, pictures: 2 });
    expect(patients(library).sort()).toEqual(['1 (a)', '1 (b)', '9', 'P7']);
    // A folder that comes later is parted too, and what was parted stays; without the rule, the data set remembers it.
    const later = temporaryFolder();
    put(later, 'c/1.png', picture());
    put(later, 'c/9.png', picture());
    const again = await importCase(library, { paths: [later] });
    expect(noteOf(again, 'samePictureNames')).toEqual({ names: 2, pictures: 5 });
    expect(patients(library)).toHaveLength(6);
    expect(patients(library)).toEqual(expect.arrayContaining(['1 (a)', '1 (b)', '1 (c)', 'P7']));
  });

  test('is told in archives and under pseudonyms too, and a given patient stays', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    const path = put(folder, 'a.zip', makeZip([...'ab'].map((name) => ({ name: `${name}/1.png`, bytes: picture() }))));
    const report = await importCase(library, { paths: [path], patients: 'prefix', pseudonymise: true });
    expect(report).toMatchObject({ patients: 2 });
    expect(noteOf(report, 'samePictureNames')).toEqual({ names: 1, pictures: 2 });

    const given = temporaryLibrary();
    for (const name of ['a/1.png', 'b/1.png']) put(folder, name, picture());
    const labels = put(folder, 'labels.csv', 'path,patientID\na/1.png,X\nb/1.png,X\n');
    await importCase(given, { paths: [folder], labels, patients: 'prefix' });
    expect(patients(given)).toContain('X');
  });
});

describe('patient IDs that hardly differ', () => {
  test('are compared without case, blanks, leading zeros and forms of letters', () => {
    const alike = ['P1', 'p1', ' P 01', 'Ｐ１'];
    expect(new Set(alike.map(plainId))).toEqual(new Set(['p1']));
    expect([plainId('007'), plainId('100'), plainId('P10'), plainId('0'), plainId('a0b')]).toEqual([
      '7',
      '100',
      'p10',
      '0',
      'a0b',
    ]);
  });

  test('count as two patients, and import, check and list say so', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    ['P1', 'p1', '17', '0017', 'Q2', 'Q20'].forEach((patient, i) => {
      put(folder, `${i}.dcm`, tinyDicom({ patient, study: `1.${i}`, instance: `1.${i}.1`, grey: i }));
    });
    const report = await importCase(library, { paths: [folder] });
    expect(report.patients).toBe(6);
    expect(noteOf(report, 'alikePatients')).toEqual({ groups: 2, patients: 4 });
    expect(JSON.stringify(report.notes)).not.toContain('P1');
    const check = checkDataset(testContext(library), { dataset: 'd', inputSize: 64, flip: false, seed: 0 });
    const finding = check.findings.find(({ code }) => code === 'alikePatients');
    expect(finding).toMatchObject({ severity: 'serious', values: { groups: 2, patients: 4 } });
    expect(finding?.studyIds).toHaveLength(4);
    const listed = listPatients(testContext(library), 'd').filter(({ isAlike }) => isAlike);
    expect(listed.map(({ patientID }) => patientID).sort()).toEqual(['0017', '17', 'P1', 'p1']);
  });
});
