/** What the window deletes: exactly what it listed, patients or single studies, while nothing else runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JobView } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { planErasure } from '../../../../core/services/library/erase.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { auditEvents, findStudies, studyRows } from '../../../../core/store/index.ts';
import { studyId } from '../../../support/ids.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { plantedPatient, plantedStudyUID } from '../../../support/planted-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';
import { holding, identity, recordBytes, wholeLibrary } from '../../../support/whole-library.ts';

/** The number of a study in the library. */
function numberOf({ library }: ServiceContext, uid: string) {
  const row = library.db.get<{ id: number }>('SELECT id FROM studies WHERE study_instance_uid = :uid', { uid });
  return studyId(row?.id ?? 0);
}

const order = (plan: ReturnType<typeof planErasure>) => plan.studies.map(({ id, mark }) => ({ id, mark }));

/** The job at its end. */
async function ended(queue: JobQueue, { id }: JobView): Promise<JobView> {
  while (queue.get(id).isStoppable) await new Promise((resolve) => setTimeout(resolve, 10));
  return queue.get(id);
}

test('the list says what goes, the job removes it and nothing else, and its row names nobody', async () => {
  const { context, library } = await wholeLibrary();
  const { db } = context.library;
  const going = [2, 3];
  const words = going.flatMap((p) => [...identity(p), ...recordBytes(context, plantedPatient(p))]);
  expect(holding(library, words).some((name) => name.endsWith('.shard'))).toBe(true);
  const others = recordBytes(context, plantedPatient(4));
  const plan = planErasure(
    context,
    going.map((p) => numberOf(context, plantedStudyUID(p))),
    'patients',
  );
  expect(plan).toMatchObject({ patients: 2, wholePatients: 2, otherStudies: 0, images: 2, backups: 1, originals: 2 });
  expect(plan).toMatchObject({ datasets: [{ name: 'd', goes: 2, remains: 11 }], models: ['m'], unfinishedRuns: 1 });
  expect(plan.studies.map(({ patientID }) => patientID)).toEqual(going.map(plantedPatient));

  const queue = new JobQueue(context, () => {});
  const job = await ended(queue, queue.add('erase', { studies: order(plan), backups: 'rewrite' }));
  expect(job).toMatchObject({ error: null, state: 'succeeded' });
  const report = job.kind === 'erase' ? job.result : null;
  expect(report).toMatchObject({
    patients: plan.wholePatients,
    studies: plan.studies.length,
    records: plan.records,
    copies: plan.copies,
    originals: plan.originals,
    runsEnded: plan.unfinishedRuns,
    models: plan.models,
    backups: { holding: [], rewritten: 1, deleted: 0 },
  });
  expect(report?.rows).toMatchObject({ instances: 2, labels: plan.labels, predictions: plan.predictions });
  expect([plan.labels, plan.predictions, plan.copies]).toEqual([2, 4, 2]);

  // Database, log, shards, copies, thumbnails and the backup, while the library is open.
  expect(holding(library, words)).toEqual([]);
  expect(recordBytes(context, plantedPatient(4))).toEqual(others);
  expect(db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 11 });
  expect(db.all('PRAGMA foreign_key_check')).toEqual([]);
  expect(
    auditEvents(db)
      .filter(({ action }) => action === 'patient.deleted')
      .map(({ subject }) => subject),
  ).toEqual(['patient', 'patient']);
  // Carried out once more, as after a kill before its row said how it ended: they are gone, and nobody else goes.
  const again = await ended(queue, queue.add('erase', { studies: order(plan) }));
  expect([again.state, again.kind === 'erase' && again.result?.rows]).toEqual(['succeeded', {}]);
});

/** Four patients with two studies each, an LPM, and a queue. */
async function twoStudiesEach() {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 4);
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels, copy: true });
  return { folder, context, uid: (p: number, s: number) => `1.2.826.0.1.3680043.10.999.1.${p}.${s}` };
}

test('one study of a patient goes and leaves the other with its labels; the last one takes the patient along', async () => {
  const { context, uid } = await twoStudiesEach();
  const { db } = context.library;
  const [first, second] = [numberOf(context, uid(1, 0)), numberOf(context, uid(1, 1))];
  const labelsOf = (): unknown => db.get('SELECT count(*) AS n FROM labels');
  const [before] = [labelsOf()];
  const plan = planErasure(context, [first], 'studies');
  expect(plan).toMatchObject({ patients: 1, wholePatients: 0, otherStudies: 1, images: 1, copies: 1 });
  const queue = new JobQueue(context, () => {});
  const job = await ended(queue, queue.add('erase', { studies: order(plan) }));
  expect(job.kind === 'erase' && job.result?.rows).toMatchObject({ studies: 1, instances: 1 });
  expect(job.kind === 'erase' && job.result?.patients).toBe(0);
  expect(studyRows(db, [first, second], null).map(({ id }) => id)).toEqual([second]);
  expect(db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 4 });
  expect(labelsOf()).toEqual({ n: (before as { n: number }).n - plan.labels });
  const path = context.library.folder;
  expect(holding(path, [uid(1, 0)])).toEqual([]);
  expect(holding(path, [uid(1, 1)]).some((name) => name.startsWith('files'))).toBe(true);
  expect(planErasure(context, [second], 'studies')).toMatchObject({ wholePatients: 1, otherStudies: 0 });
  const last = await ended(queue, queue.add('erase', { studies: order(planErasure(context, [second], 'studies')) }));
  expect(last.kind === 'erase' && last.result?.patients).toBe(1);
  expect(holding(path, ['P1-1'])).toEqual([]);
  expect(existsSync(path)).toBe(true);
});

test('it is refused while a job runs or waits, and what is ordered meanwhile begins after it', async () => {
  const { context, folder, uid } = await twoStudiesEach();
  writeTinyLpm(join(folder, 'lpm'));
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const seen: string[] = [];
  const queue = new JobQueue(context, ({ kind, state }) => seen.push(`${kind} ${state}`));
  const studies = order(planErasure(context, [numberOf(context, uid(2, 0))], 'patients'));
  const encoding = queue.add('encode', { dataset: 'discs', lpm: 'tiny', inputSize: 224 });
  const refusal = appErrorOf(() => queue.add('erase', { studies }));
  expect([refusal.code, refusal.message]).toEqual(['BAD_INPUT', expect.stringContaining('nothing was deleted')]);
  expect(studyRows(context.library.db, [studies[0]?.id ?? 0], null).length).toBe(1);
  queue.stop(encoding.id);
  await ended(queue, encoding);
  seen.length = 0;
  const job = queue.add('erase', { studies });
  const short = queue.add('lpm-add', { path: join(folder, 'lpm'), name: 'other' });
  const long = queue.add('encode', { dataset: 'discs', lpm: 'tiny', inputSize: 224 });
  for (const one of [job, short, long]) await ended(queue, one);
  expect(queue.get(job.id).state).toBe('succeeded');
  expect(seen.indexOf('erase succeeded')).toBeGreaterThan(0);
  for (const kind of ['lpm-add', 'encode']) {
    expect(seen.indexOf(`${kind} running`), kind).toBeGreaterThan(seen.indexOf('erase succeeded'));
  }
});

test('a list of before removes nothing when another study has the row number, or images came in', async () => {
  const { context, folder, uid } = await twoStudiesEach();
  const { db } = context.library;
  const last = findStudies(db, noFilter, { column: 'studyDate', isDescending: false }, null).toSorted().at(-1) ?? 0;
  const plan = planErasure(context, [studyId(last)], 'studies');
  const gone = db.get<{ uid: string }>('SELECT study_instance_uid AS uid FROM studies WHERE id = :last', { last });
  deletePatient(context, { studyInstanceUID: gone?.uid ?? '' });
  const labels = writeStudies(join(folder, 'more'), 1, 2);
  await importPaths(context, { paths: [join(folder, 'more')], dataset: 'more', labels });
  expect(db.get('SELECT study_instance_uid AS uid FROM studies WHERE id = :last', { last })).not.toEqual(gone);
  const queue = new JobQueue(context, () => {});
  const job = await ended(queue, queue.add('erase', { studies: order(plan) }));
  expect(job).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('nothing was deleted') } });
  expect(studyRows(db, [last], null).length).toBe(1);

  // The patient's other study went meanwhile: this one would now take the patient along, which was not said.
  const alone = planErasure(context, [numberOf(context, uid(0, 0))], 'studies');
  deletePatient(context, { studyInstanceUID: uid(0, 1) });
  expect((await ended(queue, queue.add('erase', { studies: order(alone) }))).state).toBe('failed');
});

const noFilter = {
  patientName: '',
  patientID: '',
  accessionNumber: '',
  studyDescription: '',
  modality: '',
  from: '',
  to: '',
  dataset: '',
  labels: 'any',
} as const;
