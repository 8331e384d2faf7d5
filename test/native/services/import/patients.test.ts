/**
 * Patients that labels files, rules and corrected headers give: what moves, what stays, and what is said.
 *
 * Length: the cases share their made studies and pictures, and each is short.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StudyId } from '../../../../core/contract/index.ts';
import { asFiled } from '../../../../core/services/classification/sources.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { listPatients, takeBack } from '../../../../core/services/datasets/patients.ts';
import { exportStudies } from '../../../../core/services/export/export.ts';
import { identifyBytes } from '../../../../core/services/files/identify.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { exportLabels } from '../../../../core/services/import/labels-export.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import {
  datasetCounts,
  type Library,
  labelledInstances,
  libraryCounts,
  patientsSince,
  splitsOf,
  studyIdOf,
  versionImages,
} from '../../../../core/store/index.ts';
import { caseLabels, freezeCase, importCase, noteOf } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom, appErrorOf } from '../../../support/thrown.ts';
import { makeZip } from '../../../support/zip-file.ts';

/** `n` studies of one image each, `1.<i>.1` in study `1.<i>` of header patient H<i>, as files `<i>.dcm`. */
function headerStudies(folder: string, n: number): void {
  for (let i = 1; i <= n; i++) {
    put(folder, `${i}.dcm`, tinyDicom({ patient: `H${i}`, study: `1.${i}`, instance: `1.${i}.1`, grey: i }));
  }
}

/** Takes the splits of a data set away. */
function deleteSplits(library: Library, name: string): void {
  library.writer.run('DELETE FROM dataset_splits WHERE dataset_id = (SELECT id FROM datasets WHERE name = :name)', {
    name,
  });
}

/** A picture whose pixels depend on `n`: a PGM would not be read, so a TIFF of one pixel row. */
function picture(n: number): Uint8Array {
  const bytes = Buffer.alloc(8 + 2 + 8 * 12 + 4 + 8);
  bytes.write('II', 0, 'latin1');
  bytes.writeUInt16LE(42, 2);
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(8, 8);
  const entries = [
    [256, 4, 1, 8],
    [257, 4, 1, 1],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 110],
    [278, 4, 1, 1],
    [279, 4, 1, 8],
  ] as const;
  entries.forEach(([tag, type, count, value], i) => {
    const at = 10 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  });
  bytes.fill(n, 110);
  return bytes;
}

function filed(library: Library): Record<string, string> {
  return Object.fromEntries(
    listPatients(testContext(library), 'd').map(({ studyInstanceUID, patientID, headerPatientID }) => [
      studyInstanceUID,
      headerPatientID === null ? (patientID ?? '') : `${patientID} (${headerPatientID})`,
    ]),
  );
}

describe('a patientID beside another column', () => {
  test.each([
    ['path', (i: number) => `${i}.dcm`],
    ['sopInstanceUID', (i: number) => `1.${i}.1`],
    ['seriesInstanceUID', (i: number) => `1.${i}.1`],
    ['studyInstanceUID', (i: number) => `1.${i}`],
  ])('%s: the file’s patient counts, the header’s is kept beside', async (column, key) => {
    const folder = temporaryFolder();
    headerStudies(folder, 3);
    const csv = put(folder, 'labels.csv', `${column},patientID,label\n${key(1)},W1,a\n${key(2)},W1,b\n${key(3)},,a\n`);
    const library = temporaryLibrary();
    expect(await importCase(library, { paths: [folder], labels: csv })).toMatchObject({ patients: 2, studies: 3 });
    expect(filed(library)).toEqual({ '1.1': 'W1 (H1)', '1.2': 'W1 (H2)', '1.3': 'H3' });
    // The same import again changes nothing, and one without patients takes nothing back.
    const again = await importCase(library, { paths: [folder], labels: csv });
    expect(noteOf(again, 'patientsGiven')).toEqual({ studies: 2, patients: 1, moved: 0 });
    await importCase(library, { paths: [folder] });
    expect(filed(library)).toEqual({ '1.1': 'W1 (H1)', '1.2': 'W1 (H2)', '1.3': 'H3' });
  });

  test('two patients for the images of one study are one clear error, and nothing is written', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.dcm', tinyDicom({ patient: 'H1', study: '1.1', instance: '1.1.1', grey: 1 }));
    put(folder, 'b.dcm', tinyDicom({ patient: 'H1', study: '1.1', instance: '1.1.2', grey: 2 }));
    const csv = put(folder, 'labels.csv', 'path,patientID,label\na.dcm,W1,x\nb.dcm,W2,y\n');
    const library = temporaryLibrary();
    await expect(importCase(library, { paths: [folder], labels: csv })).rejects.toMatchObject({
      code: 'PATIENT_CONFLICT',
      message: 'The labels file gives one study two patients (rows 2, 3).',
    });
    expect(filed(library)).toEqual({ '1.1': 'H1' });
    expect(caseLabels(library)).toEqual([null, null]);
  });

  test('what was said of a patient goes along with each study, and taking back loses nothing', async () => {
    const folder = temporaryFolder();
    headerStudies(folder, 3);
    const byPatient = put(folder, 'by-patient.csv', 'patientID,label\nH1,a\nH2,b\nH3,a\n');
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder], labels: byPatient });
    const csv = put(folder, 'labels.csv', 'studyInstanceUID,patientID,label\n1.2,W1,c\n1.1,W1,a\n');
    const report = await importCase(library, { paths: [folder], labels: csv });
    expect(noteOf(report, 'handedDown')).toEqual({ labels: 2 });
    expect(caseLabels(library)).toEqual(['a', 'c', 'a']);
    const planned = takeBack(testContext(library), { dataset: 'd', dryRun: true });
    expect(planned.studies.map(({ from, to }) => `${from} → ${to}`)).toEqual(['W1 → H1', 'W1 → H2']);
    expect(filed(library)['1.1']).toBe('W1 (H1)');
    takeBack(testContext(library), { dataset: 'd', dryRun: false });
    expect(filed(library)).toEqual({ '1.1': 'H1', '1.2': 'H2', '1.3': 'H3' });
    expect(caseLabels(library)).toEqual(['a', 'c', 'a']);
    expect(libraryCounts(library.db)).toEqual({ patients: 3, studies: 3, instances: 3 });
  });

  test('splits that an earlier file gave leak by the patients given now: refused, with the way out', async () => {
    const folder = temporaryFolder();
    headerStudies(folder, 2);
    const splits = put(folder, 'splits.csv', 'path,label,split\n1.dcm,a,train\n2.dcm,b,test\n');
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder], labels: splits });
    const csv = put(folder, 'labels.csv', 'path,patientID,label\n1.dcm,W1,a\n2.dcm,W1,b\n');
    await expect(importCase(library, { paths: [folder], labels: csv })).rejects.toMatchObject({
      code: 'SPLIT_LEAKS_PATIENT',
      message: expect.stringContaining('given before') as unknown,
    });
    expect(filed(library)).toEqual({ '1.1': 'H1', '1.2': 'H2' });
    // The preview refuses what the import refuses, in the same words, with the files and without.
    const refused = await appErrorFrom(importCase(library, { paths: [folder], labels: csv }));
    for (const paths of [[folder], []]) {
      const { blocked } = await previewLabels(testContext(library), { labels: csv, dataset: 'd', paths });
      expect(blocked).toEqual({ message: refused.message, action: refused.action });
    }
    // Another data set with the same images has parts of its own, and a split for this one alone does not help there.
    await importPaths(testContext(library), { paths: [folder], dataset: 'e', labels: splits });
    const here = put(folder, 'here.csv', 'path,patientID,label,split\n1.dcm,W1,a,train\n2.dcm,W1,b,train\n');
    const there = await appErrorFrom(importCase(library, { paths: [folder], labels: here }));
    const preview = await previewLabels(testContext(library), { labels: here, dataset: 'd', paths: [folder] });
    expect(preview.blocked).toEqual({ message: there.message, action: there.action });
    deleteSplits(library, 'e');
    const both = put(folder, 'both.csv', 'path,patientID,label,split\n1.dcm,W1,a,train\n2.dcm,W1,b,train\n');
    await importCase(library, { paths: [folder], labels: both });
    expect(splitsOf(library.db, 1).map(({ split }) => split)).toEqual(['train']);
  });

  test('a split that another file gave before is replaced, and preview and import say so', async () => {
    const folder = temporaryFolder();
    headerStudies(folder, 3);
    const library = temporaryLibrary();
    const first = put(folder, 'first.csv', 'path,label,split\n1.dcm,a,train\n2.dcm,b,test\n3.dcm,b,val\n');
    await importCase(library, { paths: [folder], labels: first });
    const second = put(folder, 'second.csv', 'path,label,split\n1.dcm,a,test\n2.dcm,b,test\n');
    const preview = await previewLabels(testContext(library), { labels: second, dataset: 'd', paths: [folder] });
    expect(preview.splitsChanged).toBe(1);
    const report = await importCase(library, { paths: [folder], labels: second });
    expect(noteOf(report, 'splitsChanged')).toEqual({ patients: 1 });
    expect(noteOf(await importCase(library, { paths: [folder], labels: second }), 'splitsChanged')).toBeUndefined();
  });

  test('deleting goes by the patient of now, and frozen versions keep the images that went to others', async () => {
    const folder = temporaryFolder();
    headerStudies(folder, 8);
    const rows = Array.from({ length: 8 }, (_, i) => `${i + 1}.dcm,${i % 2 === 0 ? 'a' : 'b'}`);
    const library = temporaryLibrary();
    const first = put(folder, 'labels.csv', `path,label\n${rows.join('\n')}\n`);
    await importCase(library, { paths: [folder], labels: first });
    const version = freezeDataset(testContext(library), { dataset: 'd' });
    const csv = put(folder, 'given.csv', 'path,patientID,label\n1.dcm,W1,a\n2.dcm,W1,b\n');
    await importCase(library, { paths: [folder], labels: csv });
    expect(patientsSince(library.db, version.id).movedImages).toBe(2);
    const context = testContext(library);
    expect(appErrorOf(() => deletePatient(context, { patientID: 'H1' })).message).toContain('another patient given');
    expect(versionImages(library.db, version.id)).toHaveLength(8);
    deletePatient(context, { patientID: 'W1' });
    expect(versionImages(library.db, version.id).map(({ sopInstanceUID }) => sopInstanceUID)).toEqual(
      ['3', '4', '5', '6', '7', '8'].map((i) => `1.${i}.1`),
    );
    expect(datasetCounts(library.db, 1)).toEqual({ patients: 6, studies: 6, instances: 6 });
  });

  test('a frozen version keeps an image that went from the deleted patient to another', async () => {
    const folder = temporaryFolder();
    headerStudies(folder, 7);
    put(folder, '8.dcm', tinyDicom({ patient: 'H1', study: '1.8', instance: '1.8.1', grey: 8 }));
    const rows = Array.from({ length: 8 }, (_, i) => `${i + 1}.dcm,${i % 2 === 0 ? 'a' : 'b'}`);
    const library = temporaryLibrary();
    const first = put(folder, 'labels.csv', `path,label\n${rows.join('\n')}\n`);
    await importCase(library, { paths: [folder], labels: first });
    const version = freezeDataset(testContext(library), { dataset: 'd' });
    const csv = put(folder, 'given.csv', 'path,patientID,label\n8.dcm,W1,b\n');
    await importCase(library, { paths: [folder], labels: csv });
    deletePatient(testContext(library), { patientID: 'H1' });
    expect(versionImages(library.db, version.id).map(({ sopInstanceUID }) => sopInstanceUID)).toEqual(
      ['2', '3', '4', '5', '6', '7', '8'].map((i) => `1.${i}.1`),
    );
  });

  test('a woman of several header IDs has one pseudonym in an export, and her given ID in results', async () => {
    const folder = temporaryFolder();
    headerStudies(folder, 3);
    const csv = put(folder, 'labels.csv', 'path,patientID,label\n1.dcm,W1,a\n2.dcm,W1,b\n3.dcm,W2,b\n');
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder], labels: csv });
    const out = join(temporaryFolder(), 'out');
    const report = await exportStudies(testContext(library), { paths: [], dataset: 'd', out });
    expect(report).toMatchObject({ exported: 3, patients: 2 });
    expect(readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isDirectory())).toHaveLength(2);
    const bytes = tinyDicom({ patient: 'H1', study: '1.1', instance: '1.1.9' });
    const found = await identifyBytes(bytes, { patientKey: null, studyKey: null }, undefined);
    const scanned = { found, name: '', problem: null, known: false, picture: null, folderLabel: null };
    const place = { path: '', member: '', sizeBytes: 0, modifiedMs: 0 };
    const shown = asFiled(library.db, { ...scanned, place, bytes: async () => bytes });
    expect(shown.found?.patientID).toBe('W1');
  });
});

test('labels that are written out carry the patients that a file gave, and another library files by them', async () => {
  const folder = temporaryFolder();
  headerStudies(folder, 4);
  const csv = put(folder, 'labels.csv', 'path,patientID,label\n1.dcm,W1,a\n2.dcm,W1,b\n3.dcm,W2,b\n4.dcm,W2,a\n');
  const first = temporaryLibrary();
  await importCase(first, { paths: [folder], labels: csv });
  const out = join(temporaryFolder(), 'out.csv');
  exportLabels(testContext(first), { dataset: 'd', out });
  expect(readFileSync(out, 'utf8')).toContain('label,patientID');
  const second = temporaryLibrary();
  const report = await importCase(second, { paths: [folder], labels: out });
  expect(report).toMatchObject({ patients: 2, labels: { applied: 4, problems: [] } });
  expect(filed(second)).toEqual(filed(first));
  // Headers alone say four patients, and then the file does not speak of any.
  const third = temporaryLibrary();
  await importCase(third, { paths: [folder], labels: put(folder, 'plain.csv', 'path,label\n1.dcm,a\n2.dcm,b\n') });
  exportLabels(testContext(third), { dataset: 'd', out });
  expect(readFileSync(out, 'utf8')).not.toContain('patientID');
});

test('a preview counts patients and their images as the import files them, and sees a leak by given patients', async () => {
  const folder = temporaryFolder();
  headerStudies(folder, 4);
  const rows = (last: string): string =>
    `path,patientID,label,split\n1.dcm,W1,a,train\n2.dcm,W1,b,train\n3.dcm,W2,b,test\n4.dcm,W2,a,${last}\n`;
  const look = (labels: string) =>
    previewLabels(testContext(temporaryLibrary()), { labels, dataset: 'd', paths: [folder] });
  expect(await look(put(folder, 'labels.csv', rows('test')))).toMatchObject({
    patients: 2,
    splits: [
      { split: 'train', patients: 1, images: 2 },
      { split: 'test', patients: 1, images: 2 },
    ],
    blocked: null,
  });
  const { blocked } = await look(put(folder, 'leak.csv', rows('train')));
  expect(blocked?.message).toContain('2 studies');
  put(folder, 'images/5.dcm', tinyDicom({ patient: 'H5', study: '1.1', instance: '1.1.5' }));
  const twice = await look(put(folder, 'twice.csv', 'path,patientID,label\n1.dcm,W1,a\nimages/5.dcm,W9,a\n'));
  expect(twice.blocked?.message).toContain('two patients (rows 2, 3)');
});

describe('patients of pictures', () => {
  const names = ['P1_left', 'P1_right', 'P2_left', 'P2_right'];

  test('are the folder, the name or each its own, as the user says, also for those that are there', async () => {
    const folder = temporaryFolder();
    for (const [i, name] of names.entries()) put(folder, `normal/${name}.tif`, picture(i + 1));
    const library = temporaryLibrary();
    expect(await importCase(library, { paths: [folder], patients: 'folder' })).toMatchObject({ patients: 1 });
    // Without a word the patients of before stay.
    expect(await importCase(library, { paths: [folder] })).toMatchObject({ patients: 1 });
    const byName = await importCase(library, { paths: [folder], patients: 'prefix' });
    expect(byName).toMatchObject({ patients: 2, alreadyThere: 4 });
    expect(noteOf(byName, 'patientsByRule')).toEqual({ pictures: 4, rule: 'prefix' });
    expect([...new Set(Object.values(filed(library)))].sort()).toEqual(['P1', 'P2']);
    expect(await importCase(library, { paths: [folder], patients: 'picture' })).toMatchObject({ patients: 4 });
  });

  test('a folder of before that is no patient is named as the cause, with the way out', async () => {
    const folder = temporaryFolder();
    for (const kind of ['normal', 'lesion']) {
      for (const [i, name] of names.entries())
        put(folder, `${kind}/${name}.tif`, picture(i + (kind === 'normal' ? 1 : 100)));
    }
    const rows = ['normal', 'lesion'].flatMap((kind) => names.map((name) => `${kind}/${name}.tif,${kind}`));
    const csv = put(folder, 'labels.csv', `path,label\n${rows.join('\n')}\n`);
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [folder], labels: csv, patients: 'folder' });
    expect(noteOf(report, 'sharedPatient')).toMatchObject({ cause: 'folder', studies: 8, patients: 2 });
    const refusal = appErrorOf(() => freezeCase(library));
    expect(refusal.message).toContain('All 8 pictures are filed with their folder as the patient');
    expect(refusal.action).toContain('--patients picture');
    await importCase(library, { paths: [folder], labels: csv, patients: 'picture' });
    expect(freezeCase(library).splitsOfPatients).toEqual(Array(8).fill(1));
  });

  test('given ones that are taken back stand each for itself again', async () => {
    const folder = temporaryFolder();
    for (const [i, name] of names.entries()) put(folder, `${name}.tif`, picture(i + 1));
    const rows = names.map((name) => `${name}.tif,${name.slice(0, 2)},x`);
    const csv = put(folder, 'labels.csv', `path,patientID,label\n${rows.join('\n')}\n`);
    const library = temporaryLibrary();
    expect(await importCase(library, { paths: [folder], labels: csv })).toMatchObject({ patients: 2, studies: 2 });
    takeBack(testContext(library), { dataset: 'd', dryRun: false });
    expect(datasetCounts(library.db, 1)).toEqual({ patients: 4, studies: 4, instances: 4 });
    expect(caseLabels(library)).toEqual(['x', 'x', 'x', 'x']);
  });
});

describe('a second copy of the same files', () => {
  test('changes nothing but a count, in folders, archives and what macOS leaves', async () => {
    const folder = temporaryFolder();
    headerStudies(join(folder, 'images'), 2);
    put(folder, 'images/p.tif', picture(7));
    headerStudies(join(folder, 'copy', 'images'), 2);
    put(folder, 'copy/images/p.tif', picture(7));
    const notes = Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0, ...Array<number>(200).fill(0)]);
    put(folder, '__MACOSX/images/._1.dcm', notes);
    put(folder, 'images/._2.dcm', notes);
    const member = tinyDicom({ patient: 'H1', study: '1.1', instance: '1.1.1', grey: 1 });
    put(
      folder,
      'again.zip',
      makeZip([
        { name: 'images/1.dcm', bytes: member },
        { name: '__MACOSX/images/._1.dcm', bytes: notes },
      ]),
    );
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [folder] });
    expect(report).toMatchObject({ imported: 3, duplicate: 4, skipped: 3, patients: 3, studies: 3 });
    // The made images are of one grey each, which is said.
    expect(report.problems.map(({ code }) => code)).toEqual(['IMAGE_LOOKS_EMPTY']);
    expect(noteOf(report, 'systemFiles')).toEqual({ files: 3 });
  });
});

describe('a file that was corrected where it lies', () => {
  const image = (patient: string, n: number, grey = n) =>
    tinyDicom({ patient, study: '1.1', instance: `1.1.${n}`, grey, patientName: `Name^${patient}` });

  test('moves its study once all its files agree, and says so until then', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.dcm', image('ANON', 1));
    put(folder, 'b.dcm', image('ANON', 2));
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder] });
    writeFileSync(join(folder, 'a.dcm'), image('A1-corrected', 1));
    const half = await importCase(library, { paths: [folder] });
    expect(half).toMatchObject({ corrected: 1, alreadyThere: 2, duplicate: 0 });
    expect(half.problems.map(({ code }) => code)).toEqual(['STUDY_OTHER_PATIENT']);
    expect(filed(library)).toEqual({ '1.1': 'ANON' });
    writeFileSync(join(folder, 'b.dcm'), image('A1-corrected', 2));
    const whole = await importCase(library, { paths: [folder] });
    expect(whole).toMatchObject({ corrected: 1, problems: [] });
    expect(filed(library)).toEqual({ '1.1': 'A1-corrected' });
    const name = library.db.get('SELECT patient_name AS name FROM patients WHERE patient_key = :key', {
      key: 'A1-corrected',
    });
    expect(name).toEqual({ name: 'Name^A1-corrected' });
  });

  test('leaves a given patient, and notes the new one of the header', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.dcm', image('ANON', 1));
    const csv = put(folder, 'labels.csv', 'path,patientID,label\na.dcm,W1,x\n');
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder], labels: csv });
    writeFileSync(join(folder, 'a.dcm'), image('H77-corrected', 1));
    await importCase(library, { paths: [folder] });
    expect(filed(library)).toEqual({ '1.1': 'W1 (H77-corrected)' });
  });

  test('is told from a changed copy beside the unchanged file, which is another file', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.dcm', image('ANON', 1));
    put(folder, 'copy/a.dcm', image('ANON', 1));
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder] });
    writeFileSync(join(folder, 'copy', 'a.dcm'), image('H77-corrected', 1));
    const report = await importCase(library, { paths: [folder] });
    expect(report).toMatchObject({ corrected: 0, duplicate: 1 });
    expect(report.problems.map(({ code }) => code)).toEqual(['DUPLICATE_DIFFERS']);
    expect(filed(library)).toEqual({ '1.1': 'ANON' });
  });

  test('may go to another study, and keeps the label that its study had', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.dcm', image('P1', 1));
    put(folder, 'b.dcm', image('P1', 2));
    const csv = put(folder, 'labels.csv', 'studyInstanceUID,label\n1.1,x\n');
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder], labels: csv });
    const other = tinyDicom({ patient: 'P2-long-name', study: '1.2', instance: '1.1.2', grey: 2 });
    writeFileSync(join(folder, 'b.dcm'), other);
    expect(await importCase(library, { paths: [folder] })).toMatchObject({ corrected: 1, duplicate: 0, patients: 2 });
    expect(filed(library)).toEqual({ '1.1': 'P1', '1.2': 'P2-long-name' });
    expect(labelledInstances(library.db, 1).map(({ label }) => label)).toEqual(['x', 'x']);
    expect(studyIdOf(library.db, '1.2')).toBeGreaterThan(0 as StudyId);
  });

  test('in the library’s own copies: the copy of before is gone', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.dcm', image('ANON', 1));
    const library = temporaryLibrary();
    await importCase(library, { paths: [folder], copy: true });
    writeFileSync(join(folder, 'a.dcm'), image('H77-corrected', 1));
    expect(await importCase(library, { paths: [folder], copy: true })).toMatchObject({ corrected: 1, duplicate: 0 });
    const copies = readdirSync(library.path('files'), { recursive: true, withFileTypes: true });
    expect(copies.filter((entry) => entry.isFile())).toHaveLength(1);
    expect(filed(library)).toEqual({ '1.1': 'H77-corrected' });
  });
});
