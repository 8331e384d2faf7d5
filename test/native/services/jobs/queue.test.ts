/** The window's queue over a real library, with jobs that fail at once: no image is touched. */
import { expect, test } from 'vitest';
import type { JobView } from '../../../../core/contract/index.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { interruptJobs, jobById, openLibrary, startJob } from '../../../../core/store/index.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const training = { dataset: 'none', lpm: 'none', epochs: 1 };

/** Resolves when a job no longer waits or runs. */
async function ended(queue: JobQueue, id: number): Promise<JobView> {
  while (queue.get(id).isStoppable) await new Promise((resolve) => setTimeout(resolve, 5));
  return queue.get(id);
}

test('a job that fails says why, can be tried again, and leaves the list only when it is cleared', async () => {
  const context = testContext(temporaryLibrary());
  const queue = new JobQueue(context, () => {});
  const job = await ended(queue, queue.add('train', training).id);
  expect(job).toMatchObject({ state: 'failed', isResumable: true, error: { code: 'DATASET_NOT_FOUND' } });
  expect(queue.clear()).toBe(1);
  expect(queue.list(undefined, 10)).toMatchObject([{ id: job.id, isCleared: true }]);
  queue.resume(job.id);
  expect(await ended(queue, job.id)).toMatchObject({ state: 'failed', isCleared: false });
});

test('a waiting job that is paused waits for its user and goes on', async () => {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const first = queue.add('train', training);
  const second = queue.add('train', training);
  queue.pause(second.id);
  expect(queue.get(second.id)).toMatchObject({ state: 'cancelled', isPaused: true, isResumable: true });
  expect(queue.clear()).toBe(0);
  await ended(queue, first.id);
  expect(queue.resume(second.id).isPaused).toBe(false);
  expect((await ended(queue, second.id)).state).toBe('failed');
});

test('a short job runs beside a long one', () => {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const long = queue.add('train', training);
  const next = queue.add('train', training);
  const short = queue.add('evaluate', { model: 'none' });
  expect([long, next, short].map(({ id }) => queue.get(id).state)).toEqual(['running', 'queued', 'running']);
});

test('what ran when the application died is started again once; the second time it is offered', async () => {
  const folder = temporaryFolder();
  const die = (): void => {
    const library = openLibrary(folder, { mode: 'write' });
    startJob(library.writer, id, testTime);
    interruptJobs(library.writer, testTime);
    library.close();
  };
  const made = openLibrary(folder, { mode: 'write' });
  const id = new JobQueue(testContext(made), () => {}).add('train', training).id;
  // The row alone is wanted: how it ended is overwritten by the deaths.
  await new Promise((resolve) => setTimeout(resolve, 50));
  made.close();

  die();
  const once = openLibrary(folder, { mode: 'write' });
  const queue = new JobQueue(testContext(once), () => {});
  queue.open();
  await ended(queue, id);
  expect(jobById(once.db, id)).toMatchObject({ state: 'failed', crashes: 1 });
  once.close();

  die();
  const twice = temporaryLibrary(folder);
  const offered = new JobQueue(testContext(twice), () => {});
  offered.open();
  expect(offered.get(id)).toMatchObject({ state: 'interrupted', crashes: 2, isResumable: true });
  offered.resume(id);
  expect((await ended(offered, id)).crashes).toBe(0);
});
