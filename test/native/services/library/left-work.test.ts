/** Work that a closed window left, met by commands: a process a command, over a library whose rows say what the window was at. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../../core/base/logger.ts';
import type { JobKind } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { backUpLibrary, restoreFromBackup } from '../../../../core/services/library/backup.ts';
import { openServiceLibrary } from '../../../../core/services/session/library.ts';
import { addJob, interruptJobs, jobById, type Library, openLibrary, startJob } from '../../../../core/store/index.ts';
import { runCommand } from '../../../support/command.ts';
import { addModelRow, temporaryLibrary, testTime } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const aside = { state: 'cancelled', isPaused: true, isCleared: false };
const jobsOf: Readonly<Partial<Record<JobKind, object>>> = {
  train: { dataset: 'demo', lpm: 'none', name: 'next' },
  evaluate: { model: 'one' },
  classify: { paths: ['/in'], model: 'other', otherModels: ['one'] },
  import: { paths: ['/in'], dataset: 'demo' },
  encode: { dataset: 'others', lpm: 'none' },
  measure: { dataset: 'demo', lpm: 'none' },
};

/** A closed library with a model `one` and a job of each kind that waits, the first of which runs; ids by kind. */
function leftLibrary(): { readonly folder: string; readonly ids: Readonly<Partial<Record<JobKind, number>>> } {
  const folder = join(temporaryFolder(), 'library');
  const library = openLibrary(folder, { mode: 'write' });
  addModelRow(library, 'one');
  const ids = Object.fromEntries(
    Object.entries(jobsOf).map(([kind, payload]) => [kind, addJob(library.writer, kind as JobKind, payload, testTime)]),
  );
  startJob(library.writer, ids['train'] ?? 0, testTime);
  library.close();
  return { folder, ids };
}

/** How the job of each kind stands. */
function statesOf({ db }: Library, ids: Readonly<Partial<Record<JobKind, number>>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(ids).map(([kind, id]) => [kind, jobById(db, id)]));
}

test('a data set is deleted all the same; what was about it or its models waits for its user, the rest for the window', () => {
  const { folder: library, ids } = leftLibrary();
  const run = (...args: string[]) => runCommand({ library }, ...args);
  // Only asked, nothing is touched.
  expect(run('dataset', 'delete', 'demo').json).toMatchObject({ isDeleted: false, putAside: [] });
  expect(run('dataset', 'delete', 'demo', '--confirm', 'demo').json).toMatchObject({
    isDeleted: true,
    putAside: ['train', 'import', 'evaluate', 'classify'],
  });
  expect(statesOf(temporaryLibrary(library), ids)).toMatchObject({
    ...{ train: aside, import: aside, evaluate: aside, classify: aside },
    ...{ encode: { state: 'queued' }, measure: { state: 'cancelled', isPaused: false, isCleared: true } },
  });
});

test('a model is renamed with what waits, and deleted, which puts aside what is about it alone', () => {
  const { folder: library, ids } = leftLibrary();
  const run = (...args: string[]) => runCommand({ library }, ...args);
  expect(run('model', 'rename', 'one', 'two').status).toBe(0);
  expect(run('model', 'delete', 'two', '--yes').json).toMatchObject({ putAside: ['evaluate', 'classify'] });
  expect(statesOf(temporaryLibrary(library), ids)).toMatchObject({
    evaluate: { ...aside, payload: { model: 'two' } },
    classify: { ...aside, payload: { otherModels: ['two'] } },
    ...{ train: { state: 'interrupted' }, import: { state: 'queued' } },
  });
});

test('a deletion that is refused puts nothing aside', () => {
  const { folder: library, ids } = leftLibrary();
  const made = openLibrary(library, { mode: 'write' });
  made.writer.run(
    `INSERT INTO promotions (dataset_id, model_id, comparison, decided_by, decided_at)
     SELECT d.id, m.id, '{}', 'Reader 1', 'now' FROM datasets d, models m`,
  );
  made.close();
  expect(runCommand({ library }, 'model', 'delete', 'one', '--yes').status).not.toBe(0);
  expect(statesOf(temporaryLibrary(library), ids)).toMatchObject({ evaluate: { state: 'queued' } });
});

test('who is deleted is not read from the files again by what a window left', () => {
  const { folder: library, ids } = leftLibrary();
  const deleted = runCommand({ library }, 'patient', 'delete', 'patient-0');
  expect(deleted.json).toMatchObject({ rows: { patients: 1 }, putAside: ['classify', 'import'] });
  expect(statesOf(temporaryLibrary(library), ids)).toMatchObject({
    ...{ import: aside, classify: aside, evaluate: { state: 'queued' } },
  });
});

test('a deletion that fails after rows are gone has put aside what would read them again; one that finds nobody has not', () => {
  const { folder: library, ids } = leftLibrary();
  const left = temporaryLibrary(library);
  startJob(left.writer, ids['classify'] ?? 0, testTime);
  interruptJobs(left.writer, testTime);
  left.close();
  expect(runCommand({ library }, 'patient', 'delete', 'nobody').status).not.toBe(0);
  const before = temporaryLibrary(library);
  expect(statesOf(before, ids)).toMatchObject({ import: { state: 'queued' }, classify: { state: 'interrupted' } });
  before.close();
  // Somebody reads the library as it was, for whom SQLite keeps what was deleted.
  const reader = new Sqlite(join(library, 'sidelight.sqlite'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM patients').get();
  const failed = runCommand({ library }, 'patient', 'delete', 'patient-0');
  reader.close();
  expect(failed.json).toMatchObject({ error: { code: 'LIBRARY_BUSY' } });
  expect(failed.stderr).toContain('stay put aside');
  const after = temporaryLibrary(library);
  expect(after.db.get('SELECT count(*) AS n FROM patients')).toEqual({ n: 0 });
  expect(statesOf(after, ids)).toMatchObject({ import: aside, classify: aside });
});

test('a backup is put back with its jobs put aside already, whatever happens to the process then', () => {
  const { folder, ids } = leftLibrary();
  const now = new Date(testTime);
  const { path } = backUpLibrary(folder, join(temporaryFolder(), 'copies'), now);
  // The library cannot be opened once the backup is in its place.
  rmSync(join(folder, 'previews'), { recursive: true });
  writeFileSync(join(folder, 'previews'), '');
  expect(restoreFromBackup(folder, path, now).putAside).toContain('import');
  rmSync(join(folder, 'previews'));
  expect(statesOf(temporaryLibrary(folder), ids)).toMatchObject({ train: aside, import: aside, encode: aside });
});

test('a backup that is put back begins nothing that was at work when it was made; a deletion goes on', () => {
  const { folder, ids } = leftLibrary();
  const made = openLibrary(folder, { mode: 'write' });
  const erase = addJob(made.writer, 'erase', { studies: [{ id: 1, mark: '' }] }, testTime);
  made.close();
  const now = new Date(testTime);
  const { path } = backUpLibrary(folder, join(temporaryFolder(), 'copies'), now);
  const { putAside } = restoreFromBackup(folder, path, now);
  expect(putAside).toEqual(['train', 'evaluate', 'classify', 'import', 'encode']);
  const library = temporaryLibrary(folder);
  expect(jobById(library.db, erase)?.state).toBe('queued');
  expect(statesOf(library, ids)).toMatchObject({ train: aside, import: aside, encode: aside });
  const queue = new JobQueue(testContext(library), () => {});
  queue.open();
  expect(queue.list(['train', 'import'], 10).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
});

test('what was killed and is given again is done once: the next window does not repeat it', async () => {
  const folder = temporaryFolder();
  const images = join(folder, 'images');
  put(images, '1.dcm', tinyDicom({ patient: 'P', study: '1.1', instance: '1.1.1' }));
  const library = openServiceLibrary(join(folder, 'library'), 'write', silentLogger, new Date(testTime));
  const options = { paths: [images], dataset: 'd' };
  const other = { ...options, dataset: 'others' };
  const [same, different] = [options, other].map((one) => addJob(library.writer, 'import', one, testTime)) as [
    number,
    number,
  ];
  for (const id of [same, different]) startJob(library.writer, id, testTime);
  interruptJobs(library.writer, testTime);
  await importPaths(testContext(library), options);
  expect(jobById(library.db, same)).toMatchObject({ state: 'cancelled', isCleared: true, isPaused: false });
  expect(jobById(library.db, different)?.state).toBe('interrupted');
  library.close();
});
