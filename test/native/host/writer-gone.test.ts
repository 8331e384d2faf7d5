/** A window that only reads, over the library of a process that is killed while a job runs. */
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { JobView } from '../../../core/contract/index.ts';
import { followOthers } from '../../../core/host/others-jobs.ts';
import { JobQueue } from '../../../core/services/jobs/queue.ts';
import { openLibrary } from '../../../core/store/index.ts';
import { kill, workingWriter } from '../../support/killed-writer.ts';
import { testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('what a killed process left running is interrupted there, and told so; what waits waits', async () => {
  const folder = join(temporaryFolder(), 'library');
  const child = await workingWriter(folder);
  const library = openLibrary(folder, { mode: 'read' });
  onTestFinished(() => library.close());
  const context = testContext(library);
  const queue = new JobQueue(context, () => {});
  const told: JobView[] = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const follower = followOthers(context, queue, (name, payload) => {
    if (name === 'jobs.changed') told.push(payload as JobView);
  });
  onTestFinished(() => follower.close());
  const states = (): unknown[] => queue.list(undefined, 10).map(({ kind, state }) => [kind, state]);
  expect(states()).toEqual([
    ['encode', 'queued'],
    ['import', 'running'],
  ]);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual([]);

  await kill(child);
  vi.advanceTimersByTime(10_000);
  expect(told).toMatchObject([{ kind: 'import', state: 'interrupted', isStoppable: false, isResumable: false }]);
  expect(states()).toEqual([
    ['encode', 'queued'],
    ['import', 'interrupted'],
  ]);
  // Whoever opens it for writing next is not kept out by the looking.
  openLibrary(folder, { mode: 'write' }).close();
});
