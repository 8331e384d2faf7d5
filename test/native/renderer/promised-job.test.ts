/** A job of a section of Train with its promise: what is measured for whom, and how often. */
import { expect, test } from 'vitest';
import type { JobState, JobView } from '../../../core/contract/index.ts';
import { JobQueue } from '../../../core/services/jobs/queue.ts';
import { jobs } from '../../../renderer/app/jobs.svelte.ts';
import { PromisedJob } from '../../../renderer/screens/train/promised-job.svelte.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { connectPage, settled } from './page-wire.ts';

const promise = { seconds: 60, low: 50, high: 70, diskBytes: 0, stages: [] };

/** A section whose promise lacks `lacking` measurements, one of which each job that succeeds makes. */
async function section(lacking: number) {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const queued = queue.add('curve', { dataset: 'd' });
  await queue.close();
  const measured: JobView[] = [];
  let asked = 0;
  let ended = 0;
  connectPage((name: string) => {
    if (name !== 'jobs.start') return Promise.resolve({ ok: true, value: [queued] });
    const job = { ...queued, id: 100 + measured.length, kind: 'measure', isStoppable: true, state: 'running' };
    measured.push(job as unknown as JobView);
    return Promise.resolve({ ok: true, value: job });
  });
  await jobs.open();
  const job = new PromisedJob<'curve'>({
    kind: 'curve',
    isOurs: ({ id }) => id === queued.id,
    promise: async () => {
      asked++;
      const missing = Array.from({ length: lacking }, (_, i) => ({ dataset: 'd', epochs: lacking - i }));
      return { promise: lacking === 0 ? promise : null, missing } as never;
    },
    start: async () => {},
    succeeded: async () => void ended++,
  });
  /** The end of the newest measurement. */
  const end = async (state: JobState): Promise<void> => {
    if (state === 'succeeded') lacking--;
    await job.hear({ ...(measured.at(-1) as JobView), state, isStoppable: false } as JobView);
    await settled();
  };
  const endOwn = (state: JobState) => job.hear({ ...queued, state, isStoppable: false } as JobView);
  return { job, measured, end, endOwn, asked: () => asked, succeeded: () => ended };
}

test('what was not measured is measured one after the other while somebody looks, and then the time is promised', async () => {
  const { job, measured, end } = await section(2);
  job.watch(true);
  await job.askPromise();
  expect([measured.length, job.isMeasuring, job.promise]).toEqual([1, true, null]);
  await end('succeeded');
  expect([measured.length, job.isMeasuring]).toEqual([2, true]);
  await end('succeeded');
  expect([measured.length, job.isMeasuring, job.promise]).toEqual([2, false, promise]);
});

test('a section that was closed meanwhile has the next one not measured; opened again it has', async () => {
  const { job, measured, end } = await section(2);
  job.watch(true);
  await job.askPromise();
  job.watch(false);
  await end('succeeded');
  expect([measured.length, job.isMeasuring]).toEqual([1, false]);
  job.watch(true);
  await job.askPromise();
  expect([measured.length, job.isMeasuring]).toEqual([2, true]);
});

test('a measurement that failed is not made again by itself, but for whoever looks again', async () => {
  const { job, measured, end } = await section(1);
  job.watch(true);
  await job.askPromise();
  await end('failed');
  await job.askPromise();
  expect([measured.length, job.isMeasuring]).toEqual([1, false]);
  job.watch(false);
  job.watch(true);
  await job.askPromise();
  expect(measured.length).toBe(2);
});

test("the end of the section's own job is taken once it succeeded, and the time asked for again only where somebody looks", async () => {
  const { job, endOwn, asked, succeeded } = await section(0);
  await endOwn('succeeded');
  expect([succeeded(), asked()]).toEqual([1, 0]);
  job.watch(true);
  await endOwn('cancelled');
  expect([succeeded(), asked()]).toEqual([1, 1]);
});
