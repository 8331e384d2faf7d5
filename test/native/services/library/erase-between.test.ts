/** What happens between the parts of a deletion: a stop, studies that change hands, a backup, somebody who reads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { ProgressEvent } from '../../../../core/base/progress.ts';
import type { JobView } from '../../../../core/contract/index.ts';
import type { CoreContext } from '../../../../core/host/context.ts';
import { libraryHandlers } from '../../../../core/host/handlers/library.ts';
import { settingsHandlers } from '../../../../core/host/handlers/settings.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { backUpLibrary } from '../../../../core/services/library/backup.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { eraseJob, planErasure } from '../../../../core/services/library/erase.ts';
import { givePatients, takeBackPatients } from '../../../../core/services/patients/patients.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { Database } from '../../../../core/store/database.ts';
import { addJob, Library } from '../../../../core/store/index.ts';
import { studyId } from '../../../support/ids.ts';
import { testServices, writeStudies } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';
import { holding } from '../../../support/whole-library.ts';

const uid = (p: number, s: number): string => `1.2.826.0.1.3680043.10.999.1.${p}.${s}`;
const words = (p: number): string[] => [`P1-${p}`, uid(p, 0), uid(p, 1)];
const now = '2026-01-02T03:04:05.000Z';

/** Four patients with two studies each, and two backups with all of them. */
async function fourPatients(): Promise<{ context: ServiceContext; folder: string }> {
  const made = temporaryFolder();
  const labels = writeStudies(join(made, 'studies'), 4);
  const folder = join(made, 'library');
  const context = await testServices(folder);
  await importPaths(context, { paths: [join(made, 'studies')], dataset: 'discs', labels });
  for (const day of ['01', '02']) context.library.backUpTo(join(folder, 'backups', `daily-2026-01-${day}.sqlite`));
  return { context, folder };
}

const idOf = ({ library: { db } }: ServiceContext, p: number, s: number) =>
  studyId(db.get<{ id: number }>('SELECT id FROM studies WHERE study_instance_uid = :u', { u: uid(p, s) })?.id ?? 0);

const ordered = (context: ServiceContext, ...patients: number[]) =>
  planErasure(
    context,
    patients.map((p) => idOf(context, p, 1)),
    'patients',
  ).studies.map(({ id, mark }) => ({ id, mark }));

const studiesOf = ({ library: { db } }: ServiceContext): string[] =>
  db.all<{ uid: string }>('SELECT study_instance_uid AS uid FROM studies ORDER BY 1').map((row) => row.uid.slice(-3));
const all = ['0.0', '0.1', '1.0', '1.1', '2.0', '2.1', '3.0', '3.1'];

type Order = Parameters<typeof eraseJob.run>[0];

/** The job without a queue; `between` is told where it is. */
async function erased(context: ServiceContext, order: Order, between: (event: ProgressEvent) => void = () => {}) {
  const tools = { deps: context, progress: between, signal: context.signal, jobId: 0 };
  return await eraseJob.run(order, tools);
}

async function ended(queue: JobQueue, { id }: JobView): Promise<JobView> {
  while (queue.get(id).isStoppable) await new Promise((resolve) => setTimeout(resolve, 10));
  return queue.get(id);
}

test('stopped right after it was ordered, it has touched neither the library nor a backup', async () => {
  const { context, folder } = await fourPatients();
  const queue = new JobQueue(context, () => {});
  const job = queue.add('erase', { studies: ordered(context, 1, 2), backups: 'rewrite' });
  queue.stop(job.id);
  expect((await ended(queue, job)).state).toBe('cancelled');
  expect(studiesOf(context)).toEqual(all);
  expect(holding(join(folder, 'backups'), [uid(1, 0)]).length).toBe(2);
});

test('stopped between two backups, it leaves the second and everybody in the library', async () => {
  const { context, folder } = await fourPatients();
  const still = (): number => holding(join(folder, 'backups'), [uid(1, 0)]).length;
  const signal = {
    get aborted() {
      return still() < 2;
    },
  } as AbortSignal;
  const told: string[] = [];
  const order = { studies: ordered(context, 1, 2), backups: 'rewrite' as const };
  const stopped = erased({ ...context, signal }, order, ({ stage, done, total }) =>
    told.push(`${stage} ${done}/${total}`),
  );
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(told).toEqual(['erasingBackups 0/2', 'erasingBackups 1/2']);
  expect(still()).toBe(1);
  expect(studiesOf(context)).toEqual(all);
});

test('stopped in the turn before a patient, it keeps that patient', async () => {
  const { context } = await fourPatients();
  const stop = new AbortController();
  const order = { studies: ordered(context, 1, 2), backups: 'keep' as const };
  const stopped = erased({ ...context, signal: stop.signal }, order, ({ stage, done }) => {
    if (stage === 'erasing' && done === 2) setImmediate(() => stop.abort());
  });
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(studiesOf(context)).toEqual(['0.0', '0.1', '2.0', '2.1', '3.0', '3.1']);
});

test('a study that comes to a patient while others go is not taken along, and what went is said', async () => {
  const { context } = await fourPatients();
  const { writer } = context.library;
  const moved = idOf(context, 3, 0);
  const toOther = { row: null, target: { kind: 'study', id: moved }, patientKey: 'P1-2' } as const;
  writer.transaction(() => givePatients(writer, [toOther], now));
  const order = { studies: ordered(context, 1, 3), backups: 'rewrite' as const };
  expect(order.studies.map(({ id }) => id)).toEqual([idOf(context, 1, 0), idOf(context, 1, 1), idOf(context, 3, 1)]);
  const back = ({ stage, done }: ProgressEvent): void => {
    if (stage === 'erasing' && done > 0) takeBackPatients(context, { studyIds: [moved] });
  };
  await expect(erased(context, order, back)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(/2 of 3 studies were deleted.* 2 backups were already/),
  });
  expect(studiesOf(context)).toEqual(['0.0', '0.1', '2.0', '2.1', '3.0', '3.1']);
});

test.each([
  { done: 0, gone: 0, left: all },
  { done: 1, gone: 1, left: all.filter((study) => study !== '2.0') },
])(
  'where studies of a patient go alone and after $done of them the one that was to stay is no longer theirs, the next stays',
  async ({ done, gone, left }) => {
    const { context } = await fourPatients();
    const { writer } = context.library;
    const stays = idOf(context, 3, 0);
    const toOther = { row: null, target: { kind: 'study', id: stays }, patientKey: 'P1-2' } as const;
    writer.transaction(() => givePatients(writer, [toOther], now));
    const listed = planErasure(context, [idOf(context, 2, 0), idOf(context, 2, 1)], 'studies').studies;
    const order = { studies: listed.map(({ id, mark }) => ({ id, mark })), backups: 'keep' as const };
    const back = (event: ProgressEvent): void => {
      if (event.stage === 'erasing' && event.done === done) takeBackPatients(context, { studyIds: [stays] });
    };
    await expect(erased(context, order, back)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(`${gone} of 2 studies were deleted`),
    });
    expect(studiesOf(context)).toEqual(left);
  },
);

test('while it runs or waits, the window takes no patient back, and neither backs up, puts a backup back nor checks', async () => {
  const { context } = await fourPatients();
  const { writer } = context.library;
  const studies = [idOf(context, 3, 0)];
  const given = { row: null, target: { kind: 'study', id: studyId(studies[0] ?? 0) }, patientKey: 'P1-2' } as const;
  writer.transaction(() => givePatients(writer, [given], now));
  const queue = new JobQueue(context, () => {});
  let ends = 0;
  const endAfter = async (): Promise<void> => {
    ends += 1;
  };
  const host = { services: context, queue, emit: () => {}, endAfter } as unknown as CoreContext;
  const job = queue.add('erase', { studies: ordered(context, 1) });
  const refused = { code: 'BAD_INPUT', message: expect.stringContaining('being deleted') };
  expect(() => libraryHandlers['studies.takeBackPatients']({ studyIds: studies }, host)).toThrow(
    expect.objectContaining(refused),
  );
  await expect(settingsHandlers['settings.backup']({ to: null }, host)).rejects.toMatchObject(refused);
  const from = join(context.library.folder, 'backups', 'daily-2026-01-01.sqlite');
  await expect(settingsHandlers['settings.restore']({ from }, host)).rejects.toMatchObject(refused);
  expect(ends).toBe(0);
  await expect(settingsHandlers['settings.check']({ deep: false }, host)).rejects.toMatchObject(refused);
  expect((await ended(queue, job)).state).toBe('succeeded');
  expect(libraryHandlers['studies.takeBackPatients']({ studyIds: studies }, host)).toMatchObject([{ from: 'P1-2' }]);
});

test('it is refused while the window makes a backup, and one that waits begins afterwards', async () => {
  const { context } = await fourPatients();
  const queue = new JobQueue(context, () => {});
  const host = { services: context, queue, emit: () => {} } as unknown as CoreContext;
  const studies = ordered(context, 1);
  const backup = settingsHandlers['settings.backup']({ to: null }, host);
  const refusal = appErrorOf(() => queue.add('erase', { studies }));
  expect([refusal.code, refusal.message]).toEqual(['BAD_INPUT', expect.stringContaining('nothing was deleted')]);
  // As one that a dead process has left, when the queue opens.
  const id = addJob(context.library.writer, 'erase', { studies, backups: 'rewrite' }, now);
  queue.open();
  expect(queue.get(id).state).toBe('queued');
  // The thread may have found the row and kept no copy.
  await Promise.resolve(backup).catch(() => {});
  expect((await ended(queue, queue.get(id))).state).toBe('succeeded');
  expect(holding(context.library.folder, words(1))).toEqual([]);
});

test('a backup by another process is not kept beside a deletion, and one is made where a deletion died', async () => {
  const { context, folder } = await fourPatients();
  const to = temporaryFolder();
  const at = new Date(now);
  addJob(context.library.writer, 'erase', { studies: ordered(context, 1), backups: 'keep' }, now);
  expect(appErrorOf(() => backUpLibrary(folder, to, at)).code).toBe('LIBRARY_BUSY');
  context.library.writer.run(`UPDATE jobs SET state = 'cancelled'`);
  const { backUpTo } = Library.prototype;
  const spy = vi.spyOn(Library.prototype, 'backUpTo').mockImplementation(function (this: Library, target) {
    const path = backUpTo.call(this, target);
    deletePatient(context, { patientID: 'P1-1' });
    return path;
  });
  const refusal = appErrorOf(() => backUpLibrary(folder, to, at));
  spy.mockRestore();
  expect([refusal.code, refusal.message]).toEqual(['LIBRARY_BUSY', expect.stringContaining('no backup was kept')]);
  expect(holding(to, ['SQLite format'])).toEqual([]);
  addJob(context.library.writer, 'erase', { studies: ordered(context, 2), backups: 'keep' }, now);
  context.library.close();
  backUpLibrary(folder, to, at);
  expect(holding(to, ['SQLite format']).length).toBe(1);
});

test.each([
  ['rewrite', { holding: [], rewritten: 3, deleted: 3 }],
  ['keep', { holding: expect.arrayContaining(['sidelight.sqlite.restoring', 'backups/late.sqlite']) }],
] as const)('copies that come meanwhile and half ones: %s', async (backups, outcome) => {
  const { context, folder } = await fourPatients();
  const half = ['sidelight.sqlite.restoring', 'backups/a.sqlite.partial', 'backups/a.sqlite.partial-journal'];
  for (const name of half) writeFileSync(join(folder, name), `half ${uid(1, 0)}`);
  const report = await erased(context, { studies: ordered(context, 1), backups }, ({ stage, done }) => {
    if (stage === 'erasing' && done === 0) context.library.backUpTo(join(folder, 'backups', 'late.sqlite'));
  });
  expect(report.backups).toMatchObject(outcome);
  expect(report.backups.holding.length).toBe(backups === 'keep' ? 6 : 0);
  expect(holding(folder, words(1)).length).toBe(backups === 'keep' ? 6 : 0);
});

test('somebody who reads keeps the bytes: it is said, and the same job finishes it afterwards', async () => {
  const { context, folder } = await fourPatients();
  const reader = Database.open(join(folder, 'sidelight.sqlite'), { readonly: true });
  reader.execute('BEGIN');
  reader.get('SELECT count(*) FROM studies');
  const queue = new JobQueue(context, () => {});
  const job = queue.add('erase', { studies: ordered(context, 1), backups: 'rewrite' });
  expect(await ended(queue, job)).toMatchObject({ state: 'failed', error: { code: 'LIBRARY_BUSY' } });
  expect(holding(folder, words(1))).not.toEqual([]);
  reader.close();
  expect((await ended(queue, queue.resume(job.id))).state).toBe('succeeded');
  expect(holding(folder, words(1))).toEqual([]);
});
