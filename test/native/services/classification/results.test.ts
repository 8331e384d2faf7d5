/** Results read back from the library, and the files written of them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { batchResults, exportResults } from '../../../../core/services/classification/results.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import {
  addBatch,
  addBatchFailures,
  datasetByName,
  instanceByUid,
  listBatches,
  newestVersion,
} from '../../../../core/store/index.ts';
import { studyId } from '../../../support/ids.ts';
import { addModelOf, addModelRow, fillDataset, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

test('studies of the library, a data set and files give the same answers; bad files are kept by name and the CSV can be had later', async () => {
  const folder = temporaryFolder();
  const studies = join(folder, 'studies');
  const labels = writeStudies(studies, 8);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [studies], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await trainModel(context, {
    dataset: 'discs',
    lpm: 'tiny',
    method: 'side-only',
    inputSize: 224,
    epochs: 1,
    batch: 4,
    name: 'm',
  });
  const broken = put(studies, 'p1/notes.txt', 'not an image');
  const out = join(folder, 'first.csv');
  const first = await classifyPaths(context, { paths: [join(studies, 'p1')], model: 'm', out });
  const fromFiles = batchResults(context, { batch: first.batchId ?? 0 });
  expect(fromFiles.failures).toMatchObject([{ path: broken, member: '', code: 'NOT_AN_IMAGE' }]);
  expect(fromFiles.studies.map((s) => [s.patientKey, s.modality, s.images])).toEqual([
    ['P1-1', 'CR', 1],
    ['P1-1', 'CR', 1],
  ]);

  const studyIds = fromFiles.studies.map((study) => study.studyId ?? studyId(0));
  const second = await classifyPaths(context, { studyIds, model: 'm' });
  expect([second.out, second.failed]).toEqual([null, 0]);
  const fromLibrary = batchResults(context, { batch: second.batchId ?? 0 });
  expect(fromLibrary.studies).toEqual(fromFiles.studies);
  const third = await classifyPaths(context, { dataset: 'discs', model: 'm' });
  expect(third.studies).toBe(16);
  expect(batchResults(context, { batch: third.batchId ?? 0 }).studies).toEqual(
    expect.arrayContaining(fromFiles.studies),
  );

  const later = join(folder, 'later.csv');
  exportResults(context, { batch: first.batchId ?? 0 }, 'csv', later);
  const rows = (path: string) => parse(readFileSync(path), { columns: true, bom: true }) as Record<string, string>[];
  expect(rows(later)).toEqual(rows(out));
  expect(listBatches(context.library.db).map((b) => [b.model, b.studies, b.failed])).toEqual([
    ['m', 16, 0],
    ['m', 2, 0],
    ['m', 2, 1],
  ]);
});

test('of a study classified twice from a watched folder the newest answer stands; the page of results runs nothing and names nothing as code', () => {
  const library = temporaryLibrary();
  fillDataset(library, ['normal', 'disc']);
  const modelId = addModelRow(library, '=cmd|<b>', ['normal', '<script>alert(1)</script>']);
  const db = library.writer;
  const watchId = db.run(
    "INSERT INTO watches (folder, model, is_active, created_at) VALUES ('/arrivals', 'm', 1, :now)",
    { now: testTime },
  ).id;
  const prediction = (n: number, p: number) => ({
    level: 'study' as const,
    studyInstanceUID: `1.2.3.${n}`,
    sopInstanceUID: null,
    frame: null,
    images: 1,
    probabilities: [1 - p, p],
    decision: p < 0.5 ? 'normal' : '<script>alert(1)</script>',
    threshold: 0.5,
    thresholdClass: '<script>alert(1)</script>',
    contentHash: null,
  });
  addBatch(db, { jobId: null, modelId, watchId, predictions: [prediction(0, 0.1), prediction(7, 0.2)] }, testTime);
  const second = addBatch(db, { jobId: null, modelId, watchId, predictions: [prediction(0, 0.75)] }, testTime);
  addBatchFailures(db, second, [
    { path: '/a/=1+1', member: '', code: 'DICOM_TRUNCATED', message: '<img>', action: '' },
  ]);

  const results = batchResults({ library }, { watch: watchId });
  expect(results.studies.map((s) => [s.studyInstanceUID, s.patientKey, s.confidence, s.isReferred])).toEqual([
    ['1.2.3.7', null, 0.8, null],
    ['1.2.3.0', 'patient-0', 0.75, null],
  ]);
  const path = join(temporaryFolder(), 'r.html');
  exportResults(testContext(library), { watch: watchId }, 'html', path);
  const html = readFileSync(path, 'utf8');
  expect(html).toContain('Research use only. Not for diagnosis.');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).not.toMatch(/<script|<img|http:|https:/);

  const csv = join(temporaryFolder(), 'r.csv');
  exportResults(testContext(library), { batch: second }, 'csv', csv);
  // A spreadsheet would run what begins with an equals sign.
  expect(readFileSync(csv, 'utf8')).toContain("'=cmd|<b>");
});

test('of a watched folder whose model was deleted and made anew under its name, no answer is shown in the columns of the other', () => {
  const library = temporaryLibrary();
  fillDataset(library, ['normal', 'disc']);
  const db = library.writer;
  const watchId = db.run(
    "INSERT INTO watches (folder, model, is_active, created_at) VALUES ('/arrivals', 'm', 1, :now)",
    { now: testTime },
  ).id;
  const before = addModelRow(library, 'm of before', ['disc', 'normal']);
  const version = newestVersion(db, datasetByName(db, 'demo')?.id ?? 0)?.id ?? 0;
  const now = addModelOf(library, 'm', version, ['normal', 'disc'], { threshold: 0.5, thresholdClass: 'disc' });
  const answer = (study: number, probabilities: number[]) => ({
    level: 'study' as const,
    studyInstanceUID: `1.2.3.${study}`,
    sopInstanceUID: null,
    frame: null,
    images: 1,
    probabilities,
    decision: 'disc',
    threshold: 0.5,
    thresholdClass: 'disc',
    contentHash: null,
  });
  const batch = (modelId: number, study: number, probabilities: number[]): number =>
    addBatch(db, { jobId: null, modelId, watchId, predictions: [answer(study, probabilities)] }, testTime);
  const [old] = [batch(before, 7, [0.9, 0.1]), batch(now, 8, [0.2, 0.8]), batch(now, 9, [0.3, 0.7])];
  const context = testContext(library);
  const shown = (choice: Parameters<typeof batchResults>[1]) =>
    batchResults(context, choice).studies.map((s) => [s.studyInstanceUID, s.confidence]);
  expect(shown({ watch: watchId })).toEqual([
    ['1.2.3.8', 0.8],
    ['1.2.3.9', 0.7],
  ]);
  expect(shown({ batch: old })).toEqual([['1.2.3.7', 0.9]]);
  const out = join(temporaryFolder(), 'r.csv');
  exportResults(context, { watch: watchId }, 'csv', out);
  const rows = parse(readFileSync(out), { columns: true, bom: true }) as Record<string, string>[];
  expect(rows.map((row) => [row['model'], row['studyInstanceUID'], row['probability_disc']])).toEqual([
    ['m', '1.2.3.8', '0.8'],
    ['m', '1.2.3.9', '0.7'],
  ]);
});

test('a key that the library made of a study or a folder is nobody’s name, and stands in no file that is given away', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  const context = testContext(library);
  const [unnamed, inFolder] = ['1.1.1', '1.2.1'] as const;
  put(folder, 'a.dcm', tinyDicom({ patient: '', study: '1.1', instance: unnamed }));
  put(folder, 'b.dcm', tinyDicom({ patient: 'P', study: '1.2', instance: inFolder }));
  await importPaths(context, { paths: [folder], dataset: 'd' });
  // As a picture is filed that lies in a folder of its patient.
  library.writer.run("UPDATE patients SET patient_key = 'folder:/home/miller//patient12' WHERE patient_key = 'P'", {});
  const modelId = addModelRow(library, 'm');
  const predictions = [unnamed, inFolder].flatMap((uid) => {
    const common = { studyInstanceUID: uid.slice(0, -2), images: 1, probabilities: [0.2, 0.8], decision: 'disc' };
    const point = { threshold: 0.5, thresholdClass: 'disc' };
    const contentHash = instanceByUid(library.db, uid)?.contentHash ?? '';
    return [
      { ...common, ...point, level: 'image', sopInstanceUID: uid, frame: 0, contentHash },
      { ...common, ...point, level: 'study', sopInstanceUID: null, frame: null, contentHash: null },
    ] as const;
  });
  const batch = addBatch(library.writer, { jobId: null, modelId, predictions }, testTime);
  expect(batchResults(context, { batch }).studies.map(({ patientKey }) => patientKey)).toEqual([null, 'patient12']);
  const [csv, html] = ['r.csv', 'r.html'].map((name) => join(temporaryFolder(), name)) as [string, string];
  exportResults(context, { batch }, 'csv', csv);
  exportResults(context, { batch }, 'html', html);
  const rows = parse(readFileSync(csv), { columns: true, bom: true }) as Record<string, string>[];
  expect(rows.map((row) => row['patientID'])).toEqual(['', '', 'patient12', 'patient12']);
  expect(readFileSync(html, 'utf8')).toContain('>patient12<');
  expect(readFileSync(html, 'utf8')).not.toMatch(/miller|study:|folder:/);
});

test('results stay with an image whose header was corrected in place, under its new study', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  const context = testContext(library);
  const write = (patient: string, study: string) =>
    put(folder, 'a.dcm', tinyDicom({ patient, study, instance: '1.1.1' }));
  write('P1', '1.1');
  await importPaths(context, { paths: [folder], dataset: 'd' });
  const modelId = addModelRow(library, 'm');
  const stored = instanceByUid(library.db, '1.1.1');
  const common = { studyInstanceUID: '1.1', images: 1, probabilities: [0.2, 0.8], decision: 'disc', threshold: 0.5 };
  const predictions = [
    { ...common, level: 'image', sopInstanceUID: '1.1.1', frame: 0, contentHash: stored?.contentHash ?? '' },
    { ...common, level: 'study', sopInstanceUID: null, frame: null, contentHash: null },
  ] as const;
  const batch = addBatch(
    library.writer,
    { jobId: null, modelId, predictions: predictions.map((one) => ({ ...one, thresholdClass: 'disc' })) },
    testTime,
  );
  const shown = () =>
    batchResults(context, { batch }).studies.map((s) => [s.patientKey, s.studyInstanceUID, s.studyId]);
  expect(shown()).toEqual([['P1', '1.1', expect.any(Number)]]);
  for (const [patient, study] of [
    ['P2', '1.1'],
    ['P3', '1.9'],
    ['P3', '1.8'],
  ] as const) {
    write(patient, study);
    const report = await importPaths(context, { paths: [folder], dataset: 'd' });
    expect(report.notes.find(({ code }) => code === 'headersCorrected')?.values).toMatchObject({
      files: 1,
      results: 1,
    });
    expect(shown()).toEqual([[patient, study, expect.any(Number)]]);
    const csv = join(temporaryFolder(), 'results.csv');
    exportResults(context, { batch }, 'csv', csv);
    const rows = parse(readFileSync(csv), { columns: true, bom: true }) as Record<string, string>[];
    expect(rows.map(({ path, patientID }) => [path, patientID])).toEqual([
      [join(folder, 'a.dcm'), patient],
      ['', patient],
    ]);
  }
});
