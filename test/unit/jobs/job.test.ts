import { expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../core/base/errors.ts';
import type { ProgressEvent } from '../../../core/base/progress.ts';
import type { JobRecord, JobWarning } from '../../../core/contract/index.ts';
import { defineJob, type JobRows, runNow, runQueued, throttleProgress } from '../../../core/jobs/index.ts';

function memoryRows() {
  const events: unknown[] = [];
  const payloads: unknown[] = [];
  const rows: JobRows = {
    add: (_kind, payload) => payloads.push(payload) - 1,
    get: (id) => ({ payload: payloads[id] }) as JobRecord,
    start: (id) => events.push(['running', id]),
    progress: (_id, done) => events.push(['progress', done]),
    warn: (_id, warning) => events.push(['warned', warning]),
    end: (_id, state, outcome) => events.push([state, outcome]),
  };
  return { rows, events, payloads };
}

const half = defineJob({
  kind: 'encode',
  payload: z.object({ n: z.number() }),
  result: z.object({ half: z.number() }),
  run: async ({ n }, { deps, progress }: { deps: { stop?: Error }; progress: (event: ProgressEvent) => void }) => {
    progress({ stage: 'encoding', done: 1, total: 1, unit: 'images' });
    if (deps.stop !== undefined) throw deps.stop;
    return { half: n / 2 };
  },
});

const quiet = { signal: { aborted: false }, progress: () => {}, clock: () => 0 };

test('a job that succeeds leaves its result in its row', async () => {
  const { rows, events } = memoryRows();
  expect(await runNow(half, { n: 8 }, { rows, deps: {}, ...quiet })).toEqual({ half: 4 });
  expect(events).toEqual([
    ['running', 0],
    ['progress', 1],
    ['succeeded', { result: { half: 4 } }],
  ]);
});

test('a stopped job is cancelled, not failed, and any other error is kept with its action', async () => {
  const { rows, events } = memoryRows();
  const stop = new AppError('CANCELLED', 'stopped');
  await expect(runNow(half, { n: 8 }, { rows, deps: { stop }, ...quiet })).rejects.toBe(stop);
  const full = new AppError('DISK_FULL', 'full', { action: 'free some' });
  await expect(runNow(half, { n: 8 }, { rows, deps: { stop: full }, ...quiet })).rejects.toBe(full);
  expect(events.filter((event) => Array.isArray(event) && ['cancelled', 'failed'].includes(event[0]))).toEqual([
    ['cancelled', {}],
    ['failed', { error: { code: 'DISK_FULL', message: 'full', action: 'free some' } }],
  ]);
});

test('progress reaches the row every two seconds and as the job ends, however it ends', async () => {
  let now = 0;
  const long = defineJob({
    ...half,
    run: async (_, { progress }: { progress: (event: ProgressEvent) => void }) => {
      // One report a second.
      for (let done = 1; done <= 6; done++) {
        progress({ stage: 'encoding', done, total: 7, unit: 'images' });
        now += 1000;
      }
      throw new AppError('CANCELLED', 'stopped');
    },
  });
  const { rows, events } = memoryRows();
  const shown: number[] = [];
  const options = {
    ...quiet,
    rows,
    deps: {},
    progress: ({ done }: ProgressEvent) => shown.push(done),
    clock: () => now,
  };
  await expect(runNow(long, { n: 1 }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(shown).toEqual([1, 2, 3, 4, 5, 6]);
  expect(events).toEqual([
    ['running', 0],
    ['progress', 1],
    ['progress', 3],
    ['progress', 5],
    ['progress', 6],
    ['cancelled', {}],
  ]);
});

test('a stored payload that cannot be read makes the job fail', async () => {
  const { rows, events, payloads } = memoryRows();
  payloads.push({ n: 'eight' });
  await expect(runQueued(half, 0, { rows, deps: {}, ...quiet })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(events.at(-1)).toMatchObject(['failed', { error: { code: 'BAD_INPUT' } }]);
});

test('progress is shown five times a second, never goes back, and its last report always arrives', () => {
  const shown: number[] = [];
  let time = 0;
  const report = throttleProgress(
    (event) => shown.push(event.done),
    () => time,
  );
  for (let done = 0; done <= 100; done++) {
    time = done * 10;
    report({ stage: 'encoding', done: done === 41 ? 3 : done, total: 100, unit: 'images' });
  }
  expect(shown).toEqual([0, 20, 40, 60, 80, 100]);
  report({ stage: 'training', done: 0, total: null, unit: 'images' });
  expect(shown.at(-1)).toBe(0);
});

test('the same work of other things that begins after it is counted anew', () => {
  const shown: string[] = [];
  const report = throttleProgress(
    ({ done, total }) => shown.push(`${done} of ${total}`),
    () => 0,
  );
  for (const [done, total] of [
    [72, 72],
    [0, 8],
    [8, 8],
  ] as const) {
    report({ stage: 'encoding', done, total, unit: 'images' });
  }
  expect(shown).toEqual(['72 of 72', '0 of 8', '8 of 8']);
});

test('what a job of any kind warns of through what it was given reaches its row', async () => {
  const { rows, events } = memoryRows();
  const warning: JobWarning = { code: 'networkStuck', network: 2, networks: 5 };
  const warning2: JobWarning = { code: 'searchGoesOn', dataset: 'chest', version: 3 };
  const warns = defineJob({
    ...half,
    run: async ({ n }, { deps }: { deps: { keepWarning?: (warning: JobWarning) => void } }) => {
      for (const one of [warning, warning2]) deps.keepWarning?.(one);
      return { half: n / 2 };
    },
  });
  const heard: JobWarning[] = [];
  await runNow(warns, { n: 8 }, { rows, deps: { keepWarning: (one) => void heard.push(one) }, ...quiet });
  expect(events.slice(1, 3)).toEqual([
    ['warned', warning],
    ['warned', warning2],
  ]);
  // Nobody's else: a job that another one carries out within itself warns as that one.
  expect(heard).toEqual([]);
});
