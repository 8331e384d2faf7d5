/** The page's list of jobs, where the core dies while it is opened. */
import { expect, onTestFinished, test } from 'vitest';
import type { JobView } from '../../../core/contract/index.ts';
import { JobQueue } from '../../../core/services/jobs/queue.ts';
import { jobs } from '../../../renderer/app/jobs.svelte.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { connectPage, tellPage } from './page-wire.ts';

test('opened again after a failure it has the jobs, and tells of each change once', async () => {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const job = queue.add('train', { dataset: 'd', epochs: 3 });
  await queue.close();
  let isGone = true;
  const gone = { code: 'ENGINE_FAILED', message: 'The core is gone.', action: 'Try again.', retryable: true };
  const listeners = connectPage(() =>
    Promise.resolve(isGone ? { ok: false, error: gone } : { ok: true, value: [job] }),
  );
  await expect(jobs.open()).rejects.toThrow('The core is gone');
  isGone = false;
  await jobs.open();
  expect(jobs.all.map(({ id }) => id)).toEqual([job.id]);
  // What gives way to a deletion is nothing to wait for.
  tellPage(listeners, 'jobs.changed', { ...job, id: job.id + 1, kind: 'measure', state: 'running' });
  expect([jobs.active.length, jobs.ordered.map(({ id }) => id)]).toEqual([2, [job.id]]);
  const told: string[] = [];
  onTestFinished(jobs.onChange(({ state }) => void told.push(state)));
  tellPage(listeners, 'jobs.changed', { ...job, state: 'running' });
  expect(told).toEqual(['running']);
});

test('another library counts its jobs anew: of no job of it is told that it has changed', async () => {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const job = queue.add('export', { dataset: 'd', out: '/out' });
  await queue.close();
  let listed = { ...job, state: 'running', isStoppable: true } as JobView;
  const listeners = connectPage(() => Promise.resolve({ ok: true, value: [listed] }));
  const changed = (now: { state: string; folder: string | null }) => tellPage(listeners, 'core.changed', now);
  await jobs.open();
  const told: string[] = [];
  onTestFinished(jobs.onChange(({ state }) => void told.push(state)));
  changed({ state: 'ready', folder: '/one' });
  await expect.poll(() => jobs.isNews(job)).toBe(true);
  listed = { ...listed, state: 'succeeded', isStoppable: false } as JobView;
  // The core was started again: its end is news.
  changed({ state: 'ready', folder: '/one' });
  await expect.poll(() => told).toEqual(['succeeded']);
  listed = { ...listed, state: 'failed' } as JobView;
  changed({ state: 'ready', folder: '/other' });
  await expect.poll(() => jobs.all[0]?.state).toBe('failed');
  expect([told, jobs.isNews(job)]).toEqual([['succeeded'], false]);
});

test('what is called otherwise since is loaded again, and is no news', async () => {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const job = queue.add('evaluate', { model: 'one' });
  await queue.close();
  let listed = { ...job, state: 'running', isStoppable: true } as JobView;
  const listeners = connectPage(() => Promise.resolve({ ok: true, value: [listed] }));
  await jobs.open();
  const told: string[] = [];
  onTestFinished(jobs.onChange(({ state }) => void told.push(state)));
  listed = { ...listed, payload: { ...job.payload, model: 'two' } } as JobView;
  tellPage(listeners, 'library.changed', { what: 'jobs' });
  await expect.poll(() => jobs.all[0]?.payload).toMatchObject({ model: 'two' });
  expect(told).toEqual([]);
});
