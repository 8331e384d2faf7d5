/** A window that only reads, over the library of a process that is killed while a job runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { JobView } from '../../../core/contract/index.ts';
import { followOthers } from '../../../core/host/others-jobs.ts';
import { JobQueue } from '../../../core/services/jobs/queue.ts';
import { openLibrary } from '../../../core/store/index.ts';
import { testTime } from '../../support/library.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** A process that has the library open for writing, with a job that runs by its row, and waits to be killed. */
async function writerOf(folder: string) {
  const store = pathToFileURL(join(repositoryRoot, 'core/store/index.ts')).href;
  const code = `
    const { openLibrary, addJob, startJob } = await import(${JSON.stringify(store)});
    const now = ${JSON.stringify(testTime)};
    // Kept, for its lock goes with it.
    globalThis.library = openLibrary(${JSON.stringify(folder)}, { mode: 'write' });
    const { writer } = library;
    startJob(writer, addJob(writer, 'import', { paths: ['/in'], dataset: 'd' }, now), now);
    addJob(writer, 'encode', { dataset: 'd', lpm: 'l' }, now);
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('what a killed process left running is interrupted there, and told so; what waits waits', async () => {
  const folder = join(temporaryFolder(), 'library');
  const child = await writerOf(folder);
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

  child.kill('SIGKILL');
  await once(child, 'exit');
  vi.advanceTimersByTime(10_000);
  expect(told).toMatchObject([{ kind: 'import', state: 'interrupted', isStoppable: false, isResumable: false }]);
  expect(states()).toEqual([
    ['encode', 'queued'],
    ['import', 'interrupted'],
  ]);
  // Whoever opens it for writing next is not kept out by the looking.
  openLibrary(folder, { mode: 'write' }).close();
});
