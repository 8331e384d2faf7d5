/** Migration 0450, and what jobs warned of: by job, by run, the last word on each thing. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JobWarning, RunSettings } from '../../../core/contract/index.ts';
import { Database } from '../../../core/store/database.ts';
import {
  addJob,
  addRun,
  addVersion,
  endJob,
  ensureDataset,
  forgetWholeJobWarnings,
  jobById,
  keepJobWarning,
  listJobs,
  setRunOfJob,
  startJob,
  warningsOfRun,
} from '../../../core/store/index.ts';
import { migrate } from '../../../core/store/migrate.ts';
import { migrations } from '../../../core/store/migrations/index.ts';
import { temporaryLibrary, testTime } from '../../support/library.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const leftOut = (images: number, of: 'search' | 'training' = 'training'): JobWarning => ({
  ...{ code: 'imagesLeftOut', of, images },
  cause: { code: 'FILE_NOT_FOUND', message: 'A file is gone.', action: 'Look for it.' },
});
const goesOn: JobWarning = { code: 'searchGoesOn', dataset: 'chest', version: 3 };

test('jobs of before have no warnings', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  try {
    migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 450) });
    database.execute(`INSERT INTO jobs (kind, state, payload, created_at) VALUES ('train', 'queued', '{}', 'then')`);
    const before = database.all<object>('SELECT * FROM jobs');
    migrate(database, { backUp: () => {} });
    expect(database.all('SELECT * FROM jobs')).toEqual(before);
    expect(database.all('SELECT * FROM job_warnings')).toEqual([]);
    expect(() =>
      database.execute(`INSERT INTO job_warnings (job_id, warning, said_at) VALUES (7, '{}', 'then')`),
    ).toThrow('FOREIGN KEY');
  } finally {
    database.close();
  }
});

/** A library with two jobs and two runs, which are called 1 and 2. */
function twoRuns() {
  const library = temporaryLibrary();
  const { writer } = library;
  const datasetId = ensureDataset(writer, 'd', 'middle', testTime).id;
  const version = { datasetId, contentHash: 'a'.repeat(64), seed: 0, classes: ['a', 'b'], images: [] };
  const datasetVersionId = addVersion(writer, version, testTime);
  // What a run is asked does not matter here.
  const run = { modelName: 'm', datasetVersionId, lpmHash: 'b'.repeat(64), settings: {} as RunSettings };
  expect([0, 1].map(() => addRun(writer, run, testTime))).toEqual([1, 2]);
  const jobs = [0, 1].map(() => addJob(writer, 'train', { dataset: 'd' }, testTime)) as [number, number];
  return { library, jobs };
}

test('what is said before a run begins is about that run; of each run its own, whichever job said it', () => {
  const { library, jobs } = twoRuns();
  const { db, writer } = library;
  const [job, other] = jobs;
  keepJobWarning(writer, job, goesOn, testTime);
  setRunOfJob(writer, job, 1);
  keepJobWarning(writer, job, leftOut(2), testTime);
  // A comparison goes on to its next training.
  setRunOfJob(writer, job, 2);
  keepJobWarning(writer, job, leftOut(2), testTime);
  setRunOfJob(writer, other, 1);
  keepJobWarning(writer, other, leftOut(3), testTime);
  expect([warningsOfRun(db, 1), warningsOfRun(db, 2)]).toEqual([[goesOn, leftOut(3)], [leftOut(2)]]);
  expect(listJobs(db).map(({ warnings }) => warnings)).toEqual([[leftOut(3)], [goesOn, leftOut(2)]]);
});

test('what is said anew takes the place of what was said before; of a search and a training each stays', () => {
  const { library, jobs } = twoRuns();
  const { db, writer } = library;
  const [job] = jobs;
  for (const warning of [leftOut(1, 'search'), leftOut(1), goesOn, leftOut(4)])
    keepJobWarning(writer, job, warning, testTime);
  expect(jobById(db, job)?.warnings).toEqual([leftOut(1, 'search'), goesOn, leftOut(4)]);
});

test('a job that is done again says anew what is still so; one whose run has begun keeps what was said of it', () => {
  const { library, jobs } = twoRuns();
  const { db, writer } = library;
  const [job] = jobs;
  startJob(writer, job, testTime);
  keepJobWarning(writer, job, goesOn, testTime);
  endJob(writer, job, 'failed', { error: { code: 'DISK_FULL', message: 'full', action: '' } }, testTime);
  // Where it ended it is still to be read.
  expect(jobById(db, job)?.warnings).toEqual([goesOn]);
  startJob(writer, job, testTime);
  expect(jobById(db, job)?.warnings).toEqual([]);
  keepJobWarning(writer, job, leftOut(2, 'search'), testTime);
  setRunOfJob(writer, job, 1);
  endJob(writer, job, 'cancelled', {}, testTime);
  startJob(writer, job, testTime);
  expect(jobById(db, job)?.warnings).toEqual([leftOut(2, 'search')]);
});

test('a path in a message is not kept, and what a later version says is passed over', () => {
  const { library, jobs } = twoRuns();
  const { db, writer } = library;
  const [job] = jobs;
  const cause = { code: 'FILE_NOT_FOUND', message: 'File "/scans/DOE^JANE/1.dcm" is gone.', action: '' };
  keepJobWarning(writer, job, { code: 'imagesLeftOut', of: 'training', images: 1, cause }, testTime);
  writer.run(`INSERT INTO job_warnings (job_id, warning, said_at) VALUES (:job, '{"code":"ofTomorrow"}', 'then')`, {
    job,
  });
  const [kept, ...others] = jobById(db, job)?.warnings ?? [];
  expect(others).toEqual([]);
  expect(JSON.stringify(kept)).not.toContain('JANE');
});

test('that a comparison leaves a method out is no run’s, and stays when the job goes on, until it begins with other data', () => {
  const { library, jobs } = twoRuns();
  const { db, writer } = library;
  const [job] = jobs;
  const method = (name: string): JobWarning => ({
    ...{ code: 'methodLeftOut', method: name, training: 1 },
    cause: { code: 'LPM_UNSUPPORTED', message: 'It has no such layer.', action: '' },
  });
  startJob(writer, job, testTime);
  // The first method is refused before there is a run, another one while the job still names the run before it.
  keepJobWarning(writer, job, method('fpt+'), testTime);
  setRunOfJob(writer, job, 1);
  keepJobWarning(writer, job, leftOut(2), testTime);
  keepJobWarning(writer, job, method('lora'), testTime);
  setRunOfJob(writer, job, 2);
  expect([warningsOfRun(db, 1), warningsOfRun(db, 2)]).toEqual([[leftOut(2)], []]);
  endJob(writer, job, 'cancelled', {}, testTime);
  startJob(writer, job, testTime);
  expect(jobById(db, job)?.warnings).toEqual([method('fpt+'), leftOut(2), method('lora')]);
  forgetWholeJobWarnings(writer, job);
  expect(jobById(db, job)?.warnings).toEqual([leftOut(2)]);
});
