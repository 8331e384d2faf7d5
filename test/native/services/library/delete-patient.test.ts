/** `patient delete`: after it nothing of the patient is left in the library's files, and it says what it removed. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { mergeClasses } from '../../../../core/services/datasets/merge-classes.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { checkLibrary } from '../../../../core/services/library/check.ts';
import { deleteDataset, restoreDataset } from '../../../../core/services/library/datasets.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { deleteModel } from '../../../../core/services/library/models.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { auditEvents, datasetByName, listDatasets, listRuns, openLibrary } from '../../../../core/store/index.ts';
import { plantedPatient, plantedStudyUID, writePlantedStudies } from '../../../support/planted-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';
import { holding, identity, recordBytes, training, wholeLibrary } from '../../../support/whole-library.ts';

/** The number of a planted patient whose images were trained on. */
function trained({ library }: ServiceContext): number {
  const row = library.db.get<{ key: string }>(
    `SELECT p.patient_key AS key FROM dataset_splits s JOIN patients p ON p.id = s.patient_id WHERE s.split = 'train' ORDER BY 1`,
  );
  return Number(/\d+/.exec(row?.key ?? '')?.[0]);
}

describe('deleting a patient', () => {
  test('leaves no byte of it in the library, says what was removed, and leaves the others as they were', async () => {
    const { context, library } = await wholeLibrary();
    const p = trained(context);
    const records = recordBytes(context, plantedPatient(p));
    expect(records.length).toBeGreaterThanOrEqual(2);
    const before = holding(library, [...identity(p), ...records]);
    expect(before.some((name) => name.endsWith('.shard'))).toBe(true);
    expect(before.some((name) => name.startsWith('files'))).toBe(true);

    const report = deletePatient(context, { patientID: plantedPatient(p), backups: 'rewrite' });
    expect(report.rows).toMatchObject({ patients: 1, studies: 1, series: 1, instances: 1, labels: 1, predictions: 2 });
    expect(report).toMatchObject({ records: records.length, copies: 1, originals: 1, runsEnded: 1, models: ['m'] });
    expect(report.backups).toEqual({ holding: [], rewritten: 1, deleted: 0 });

    // While the library is still open: database, log and shards.
    expect(holding(library, [...identity(p), ...records])).toEqual([]);
    const event = auditEvents(context.library.db).at(-1);
    expect([event?.action, event?.subject]).toEqual(['patient.deleted', 'patient']);
    expect(JSON.stringify(event)).not.toContain(plantedPatient(p));

    const { db } = context.library;
    expect(db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 12 });
    expect(db.all('PRAGMA foreign_key_check')).toEqual([]);
    expect(() => context.library.writer.run('DELETE FROM labels')).toThrow('append-only');
    context.library.close();
    const check = await checkLibrary(
      { folder: library, signal: { aborted: false }, progress: () => {} },
      { deep: true },
    );
    expect(check.findings).toEqual([]);
    const copy = openLibrary(library, { mode: 'read' });
    expect(copy.db.get('SELECT count(*) AS n FROM labels')).toEqual({ n: 11 });
    copy.close();
  });

  test('a run that began with its images is not resumed, and the same images make a version of their own', async () => {
    const { context, folder } = await wholeLibrary();
    deletePatient(context, { patientID: plantedPatient(trained(context)) });
    const run = listRuns(context.library.db).find((found) => found.modelName === 'n');
    expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('deleted with their patient') });
    await expect(trainModel(context, { ...training, resume: run?.name ?? '' })).rejects.toMatchObject({
      code: 'DATASET_NOT_READY',
    });
    const studies = join(folder, 'studies');
    await importPaths(context, {
      paths: [studies],
      dataset: 'd',
      labels: join(studies, 'LABELSCANARY.csv'),
      copy: true,
    });
    const again = await trainModel(context, { ...training, name: 'o' });
    expect(again.version).toBe(2);
  });

  test('backups are kept unless asked, and the report names those that hold the patient', async () => {
    const { context, library } = await wholeLibrary();
    const first = deletePatient(context, { patientID: plantedPatient(5) });
    expect(first.backups).toEqual({ holding: ['backups/daily-2026-01-01.sqlite'], rewritten: 0, deleted: 0 });
    expect(holding(library, [plantedPatient(5)])).toEqual(['backups/daily-2026-01-01.sqlite']);
    // The patient is gone from the database, but the command still finishes the backups.
    const second = deletePatient(context, { patientID: plantedPatient(5), backups: 'delete' });
    expect(second.backups).toEqual({ holding: [], rewritten: 0, deleted: 1 });
    expect(existsSync(join(library, 'backups', 'daily-2026-01-01.sqlite'))).toBe(false);
    expect(appErrorOf(() => deletePatient(context, { patientID: plantedPatient(5) })).code).toBe('PATIENT_NOT_FOUND');
  });

  test('a copy that two patients share stays for the other one', async () => {
    const { context, library } = await wholeLibrary();
    const row = context.library.db.get<{ path: string; id: number }>(
      `SELECT path, instance_id AS id FROM files WHERE path LIKE 'files/%' ORDER BY id LIMIT 1`,
    );
    const other = context.library.db.get<{ id: number }>('SELECT id FROM instances WHERE id <> :id LIMIT 1', {
      id: row?.id ?? 0,
    });
    // Two rows cannot name one path; the second refers to it through an archive's member.
    context.library.writer.run(
      `INSERT INTO files (path, member, size_bytes, modified_ms, content_hash, instance_id) VALUES (:path, 'm', 1, 1, 'x', :id)`,
      { path: row?.path ?? '', id: other?.id ?? 0 },
    );
    const patient = context.library.db.get<{ key: string }>(
      `SELECT p.patient_key AS key FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
       JOIN patients p ON p.id = st.patient_id WHERE i.id = :id`,
      { id: row?.id ?? 0 },
    );
    expect(deletePatient(context, { patientID: patient?.key ?? '' }).copies).toBe(0);
    expect(existsSync(join(library, row?.path ?? ''))).toBe(true);
  });
});

test('a patient is also taken out of what is out of sight: a deleted data set and model, and classes that became one', async () => {
  const { context, library } = await wholeLibrary();
  const p = trained(context);
  expect(mergeClasses(context, 'd', 'disc', 'normal')).toBeGreaterThan(0);
  deleteModel(context, 'm', { evenInUse: true });
  deleteDataset(context, 'd');
  expect(listDatasets(context.library.db).map(({ name }) => name)).not.toContain('d');
  deletePatient(context, { patientID: plantedPatient(p), backups: 'delete' });
  expect(holding(library, identity(p))).toEqual([]);
  expect(context.library.db.all('PRAGMA foreign_key_check')).toEqual([]);
  restoreDataset(context, 'd');
  expect(datasetByName(context.library.db, 'd')).toBeDefined();
});

test('one study of a patient goes, also one that was classified but never imported', async () => {
  const { context, library } = await wholeLibrary();
  const stranger = join(temporaryFolder(), 'stranger');
  mkdirSync(stranger);
  writePlantedStudies(stranger);
  writeFileSync(join(stranger, 'notes.txt'), 'no image');
  const uid = plantedStudyUID(7);
  const report = deletePatient(context, { studyInstanceUID: uid, backups: 'rewrite' });
  expect(report.rows).toMatchObject({ patients: 1, studies: 1, predictions: 2 });
  await classifyPaths(context, { paths: [stranger], model: 'm', out: join(stranger, 'results.csv') });
  expect(deletePatient(context, { studyInstanceUID: uid }).rows).toMatchObject({ predictions: 2 });
  expect(holding(library, [`${uid}.1.1`])).toEqual([]);
});
