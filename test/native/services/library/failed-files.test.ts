/** Paths of files that a classification could not use: they go with their patient where that can be known, and with their batch. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deleteBatches } from '../../../../core/services/library/delete-batch.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import {
  addBatch,
  addBatchFailures,
  addInstance,
  auditEvents,
  batchFailures,
  type Library,
  listBatches,
  modelByName,
  saveFile,
} from '../../../../core/store/index.ts';
import { addModelRow, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { appErrorOf } from '../../../support/thrown.ts';

let made = 100;

/** An image of a patient in a file that is not copied. */
function addFile(library: Library, patientKey: string, patientName: string, path: string, member = ''): void {
  made++;
  const db = library.writer;
  const instance = madeInstance(made, { patientKey, studyInstanceUID: `1.2.${patientKey}` });
  const { id } = addInstance(db, instance, testTime);
  saveFile(db, { path, member, sizeBytes: 1, modifiedMs: 1, contentHash: instance.contentHash }, id);
  db.run('UPDATE patients SET patient_name = :patientName WHERE patient_key = :patientKey', {
    patientKey,
    patientName,
  });
}

function addFailures(library: Library, places: readonly (readonly [path: string, member?: string])[]): number {
  made++;
  const modelId = modelByName(library.db, 'm')?.id ?? addModelRow(library, 'm');
  const prediction = {
    level: 'study' as const,
    studyInstanceUID: `1.2.9.${made}`,
    sopInstanceUID: null,
    frame: null,
    images: 1,
    probabilities: [0.5, 0.5],
    decision: 'disc',
    threshold: null,
    thresholdClass: null,
    contentHash: null,
  };
  const batch = addBatch(library.writer, { jobId: null, modelId, predictions: [prediction] }, testTime);
  addBatchFailures(
    library.writer,
    batch,
    places.map(([path, member = '']) => ({ path, member, code: 'DICOM_NOT_DICOM', message: 'm', action: 'a' })),
  );
  return batch;
}

function left(library: Library, batch: number): string[] {
  return batchFailures(library.db, { batch }).map(({ path, member }) => (member === '' ? path : `${path}/${member}`));
}

/** Files of the library in whose bytes one of the words is. */
function holding(folder: string, ...words: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && words.some((word) => readFileSync(path).includes(word));
  });
}

test('failed files in folders and archives of a patient alone, or with ID or name in their path, go with the patient; others stay', () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  addFile(library, 'CANARY-0012', 'Plänted^Jo', '/in/case17/ser1/a.dcm');
  addFile(library, 'CANARY-0012', 'Plänted^Jo', '/in/case17/ser2/a.dcm');
  addFile(library, 'CANARY-0012', 'Plänted^Jo', '/in/mixed/a.dcm');
  addFile(library, 'CANARY-0012', 'Plänted^Jo', '/in/theirs.zip', 'x/a.dcm');
  addFile(library, 'CANARY-0012', 'Plänted^Jo', '/in/both.zip', 'x/a.dcm');
  addFile(library, 'OTHER-1', 'Other^Jo', '/in/mixed/b.dcm');
  addFile(library, 'OTHER-1', 'Other^Jo', '/in/both.zip', 'x/b.dcm');
  const gone = [
    ['/in/case17/ser1/broken.dcm'],
    ['/in/case17/ser3/broken.dcm'],
    ['/in/theirs.zip', 'y/broken.dcm'],
    ['/in/mixed/PLANTED_JO_3.dcm'],
    ['/in/mixed/JoPlanted/3.dcm'],
    ['/elsewhere/canary-0012.dcm'],
    ['/elsewhere/CANARY0012/IM1'],
    ['/in/both.zip', 'Planted, Jo.dcm'],
  ] as const;
  const stays = ['/in/case18/broken.dcm', '/in/mixed/broken.dcm', '/in/both.zip/y/broken.dcm', '/in/CANARY-00123/x'];
  const batch = addFailures(library, [
    ...gone,
    ['/in/case18/broken.dcm'],
    ['/in/mixed/broken.dcm'],
    ['/in/both.zip', 'y/broken.dcm'],
    ['/in/CANARY-00123/x'],
  ]);
  library.backUpTo(library.path('backups', 'daily-2026-01-01.sqlite'));

  const report = deletePatient(context, { patientID: 'CANARY-0012', backups: 'rewrite' });
  expect(left(library, batch)).toEqual(stays);
  expect(report.rows['batch_failures']).toBe(gone.length);
  expect(report.backups).toEqual({ holding: [], rewritten: 1, deleted: 0 });
  expect(holding(library.folder, 'PLANTED_JO', 'JoPlanted', 'case17', 'theirs.zip', 'CANARY0012')).toEqual([]);
});

test('a patient who was never imported goes by the ID in the path; short IDs prove nothing; one study takes no names along', () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  addFile(library, 'CANARY7', 'Two^Studies', '/in/a/1.dcm');
  addFile(library, '7', 'Li', '/in/b/1.dcm');
  const batch = addFailures(library, [['/x/STRANGER-9/1.dcm'], ['/x/7/Li.dcm'], ['/x/CANARY7.dcm'], ['/in/a/2.dcm']]);
  library.backUpTo(library.path('backups', 'daily-2026-01-01.sqlite'));
  const report = deletePatient(context, { patientID: 'STRANGER-9' });
  expect(report.rows).toEqual({ batch_failures: 1 });
  expect(report.backups.holding).toEqual(['backups/daily-2026-01-01.sqlite']);
  deletePatient(context, { patientID: '7' });
  expect(left(library, batch)).toEqual(['/x/7/Li.dcm', '/x/CANARY7.dcm', '/in/a/2.dcm']);

  // Of a patient with another study only what lies beside the deleted one goes.
  library.writer.run(
    `INSERT INTO studies (patient_id, study_instance_uid) SELECT id, '1.9.9' FROM patients WHERE patient_key = 'CANARY7'`,
  );
  deletePatient(context, { studyInstanceUID: '1.2.CANARY7' });
  expect(left(library, batch)).toEqual(['/x/7/Li.dcm', '/x/CANARY7.dcm']);
});

test('what a stopped job was to read goes too, what a waiting one reads stays', () => {
  const library = temporaryLibrary();
  const place = (state: string, path: string): void => {
    const { id } = library.writer.run(
      `INSERT INTO jobs (kind, state, payload, created_at) VALUES ('classify', :state, '{}', :now)`,
      { state, now: testTime },
    );
    library.writer.run(`INSERT INTO job_places (job_id, field, position, path) VALUES (:id, 'paths', 0, :path)`, {
      id,
      path,
    });
  };
  addFile(library, 'CANARY-0012', 'Planted^Jo', '/in/case17/a.dcm');
  place('failed', '/in/case17/broken.dcm');
  place('cancelled', '/desk/Planted Jo');
  place('cancelled', '/desk/someone');
  place('queued', '/desk/jo planted');
  deletePatient(testContext(library), { patientID: 'CANARY-0012' });
  expect(library.db.all('SELECT path FROM job_places ORDER BY job_id')).toEqual([
    { path: '/desk/someone' },
    { path: '/desk/jo planted' },
  ]);
});

test('deleting a batch leaves no byte of its failures and predictions, and no other batch loses any', () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  const kept = addFailures(library, [['/x/KEPT.dcm']]);
  const batch = addFailures(library, [['/x/FORGOTTENCANARY.dcm'], ['/x/a.zip', 'MEMBERCANARY.dcm']]);
  expect(holding(library.folder, 'FORGOTTENCANARY').length).toBeGreaterThan(0);
  expect(deleteBatches(context, { batch })).toEqual({ batches: 1, predictions: 1, failures: 2 });
  expect(holding(library.folder, 'FORGOTTENCANARY', 'MEMBERCANARY')).toEqual([]);
  expect(listBatches(library.db).map(({ id, studies, failed }) => [id, studies, failed])).toEqual([[kept, 1, 1]]);
  expect(library.db.all('PRAGMA foreign_key_check')).toEqual([]);
  const event = auditEvents(library.db).at(-1);
  expect([event?.action, JSON.stringify(event).includes('CANARY')]).toEqual(['batch.deleted', false]);
  expect(appErrorOf(() => deleteBatches(context, { batch })).code).toBe('BAD_INPUT');
});
