/** The window's queue over a real library, with jobs that fail at once: no image is touched. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { silentLogger } from '../../../../core/base/logger.ts';
import { type JobView, passingJobKinds, type StudyId } from '../../../../core/contract/index.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { openServiceLibrary } from '../../../../core/services/session/library.ts';
import { addJob, interruptJobs, jobById, type Library, openLibrary, startJob } from '../../../../core/store/index.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** A study that no library has. */
const nobody = { studies: [{ id: 1 as StudyId, mark: '' }] };
const training = { dataset: 'none', lpm: 'none', epochs: 1 };
/** What the kinds are asked that nobody orders. */
const passing = { measure: training, evidence: { model: 'none', instanceId: 1 } } as const;

/** Resolves when a job no longer waits or runs; gives up after ten seconds. */
async function ended(queue: JobQueue, id: number): Promise<JobView> {
  const until = performance.now() + 10_000;
  while (queue.get(id).isStoppable && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
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

test('every kind that nobody orders is tried here', () => {
  expect(Object.keys(passing)).toEqual(passingJobKinds);
});

test.for(['measure', 'evidence'] as const)(
  '%s, which a closed window left, begun or not, is not carried on, and nothing is in the list to go on with',
  async (kind) => {
    const folder = temporaryFolder();
    const made = openLibrary(folder, { mode: 'write' });
    const [begun, waiting] = [0, 1].map(() => addJob(made.writer, kind, passing[kind], testTime)) as [number, number];
    startJob(made.writer, begun, testTime);
    interruptJobs(made.writer, testTime);
    made.close();
    const library = temporaryLibrary(folder);
    const queue = new JobQueue(testContext(library), () => {});
    queue.open();
    const stopped = { state: 'cancelled', isCleared: true, isPaused: false, crashes: 0 };
    expect(queue.list(undefined, 10)).toMatchObject([
      { id: waiting, ...stopped },
      { id: begun, ...stopped },
    ]);
  },
);

test('whoever deletes studies need not wait for a measurement', async () => {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const first = queue.add('measure', training);
  const second = queue.add('measure', training);
  const erase = queue.add('erase', nobody);
  expect(queue.get(second.id)).toMatchObject({ state: 'cancelled', isCleared: true });
  await ended(queue, first.id);
  await ended(queue, erase.id);
  // One that somebody ordered is waited for.
  const train = queue.add('train', training);
  expect(() => queue.add('erase', nobody)).toThrow('A job runs or waits; nothing was deleted.');
  await ended(queue, train.id);
});

test('an order of cases gives way to a deletion, of another data set it does not; one of a closed window is made', async () => {
  const folder = temporaryFolder();
  const library = openLibrary(folder, { mode: 'write' });
  const queue = new JobQueue(testContext(library), () => {});
  const first = queue.add('train', training);
  const [own, other] = ['own', 'other'].map((dataset) => queue.add('order', { dataset })) as [JobView, JobView];
  queue.giveWay('own');
  const gone = { state: 'cancelled', isCleared: true, isPaused: false };
  expect(queue.get(own.id)).toMatchObject(gone);
  expect(queue.get(other.id).state).toBe('queued');
  await queue.close();
  expect(queue.get(first.id).state).not.toBe('running');
  library.close();

  const next = temporaryLibrary(folder);
  const later = new JobQueue(testContext(next), () => {});
  later.open();
  expect(await ended(later, other.id)).toMatchObject({ state: 'failed', error: { code: 'DATASET_NOT_FOUND' } });
  await ended(later, first.id);
  const [running, waiting] = [0, 1].map(() => later.add('order', { dataset: 'other' })) as [JobView, JobView];
  const erase = later.add('erase', nobody);
  expect(later.get(waiting.id)).toMatchObject(gone);
  await ended(later, running.id);
  expect((await ended(later, erase.id)).state).not.toBe('queued');
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

/**
 * From the next start, or end, of a job on the library's file has no room; gives what makes room again.
 * SQLite itself refuses: each such change is made to need 20 MB, and the file may not grow.
 */
function fillDisk({ writer, db }: Library, at: 'start' | 'end'): () => void {
  writer.run('CREATE TABLE IF NOT EXISTS ballast (bytes BLOB NOT NULL)');
  const isEnd = "NEW.state <> 'running' OR NEW.ran_seconds > OLD.ran_seconds";
  writer.run(`CREATE TEMP TRIGGER full_disk BEFORE UPDATE ON main.jobs
    WHEN ${at === 'end' ? isEnd : "NEW.state = 'running' AND OLD.state <> 'running'"}
    BEGIN INSERT INTO ballast VALUES (zeroblob(20000000)); END`);
  // The smallest allowed is the size that the file has.
  db.get('PRAGMA max_page_count = 1');
  return () => {
    db.get('PRAGMA max_page_count = 4294967294');
    writer.run('DROP TRIGGER full_disk');
  };
}

test('a job whose end cannot be written shows as failed with the reason, the next one runs, and both go on when there is room', async () => {
  const folder = temporaryFolder();
  const library = openLibrary(folder, { mode: 'write' });
  const log: string[] = [];
  const services = testContext(library, { log: { log: (_level, message) => log.push(message) } });
  const seen: JobView[] = [];
  const queue = new JobQueue(services, (job) => seen.push(job));
  const makeRoom = fillDisk(library, 'end');
  const first = queue.add('train', training);
  const second = queue.add('train', training);
  const untold = { state: 'failed', isResumable: true, error: { code: 'DISK_FULL' } };
  expect(await ended(queue, first.id)).toMatchObject(untold);
  expect(await ended(queue, second.id)).toMatchObject(untold);
  expect(queue.list(undefined, 10)).toMatchObject([untold, untold]);
  expect(seen.filter(({ state }) => state === 'failed').map(({ id }) => id)).toEqual([first.id, second.id]);
  expect(log).toEqual(Array(2).fill('The library could not be told how a job ended'));
  expect(() => queue.resume(first.id)).toThrow('The disk is full');
  expect(queue.get(first.id)).toMatchObject(untold);
  makeRoom();
  queue.resume(first.id);
  expect(await ended(queue, first.id)).toMatchObject({ state: 'failed', error: { code: 'DATASET_NOT_FOUND' } });
  await queue.close();
  library.close();

  // The second one's row still says that it runs: the next start carries it out again.
  const later = openServiceLibrary(folder, 'write', silentLogger, new Date(testTime));
  onTestFinished(() => later.close());
  const next = new JobQueue(testContext(later), () => {});
  next.open();
  expect(await ended(next, second.id)).toMatchObject({ state: 'failed', error: { code: 'DATASET_NOT_FOUND' } });
});

test('a job whose start cannot be written waits, and runs when there is room', async () => {
  const library = temporaryLibrary();
  const queue = new JobQueue(testContext(library), () => {});
  const makeRoom = fillDisk(library, 'start');
  const first = queue.add('train', training);
  const second = queue.add('train', training);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([first, second].map(({ id }) => queue.get(id).state)).toEqual(['queued', 'queued']);
  makeRoom();
  queue.add('train', training);
  expect(await ended(queue, first.id)).toMatchObject({ state: 'failed', error: { code: 'DATASET_NOT_FOUND' } });
  expect((await ended(queue, second.id)).state).toBe('failed');
  await queue.close();
});

test('a library that cannot be read when the queue tries again ends nothing: it is tried once more', async () => {
  const library = temporaryLibrary();
  const away = { isOn: false };
  const db = new Proxy(library.db, {
    get: (target, name) => {
      if (away.isOn) throw new AppError('DISK_FAILED', 'The disk does not answer.');
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const onShare = new Proxy(library, {
    get: (target, name) => (name === 'db' ? db : Reflect.get(target, name, target)),
  });
  const log: string[] = [];
  const services = testContext(library, { library: onShare, log: { log: (_level, message) => log.push(message) } });
  const queue = new JobQueue(services, () => {});
  const makeRoom = fillDisk(library, 'start');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { id } = queue.add('train', training);
  await expect.poll(() => vi.getTimerCount()).toBe(1);
  makeRoom();
  away.isOn = true;
  vi.advanceTimersByTime(30_000);
  expect(log.at(-1)).toBe('The queue stands still for a while');
  away.isOn = false;
  vi.advanceTimersByTime(30_000);
  vi.useRealTimers();
  expect(await ended(queue, id)).toMatchObject({ state: 'failed', error: { code: 'DATASET_NOT_FOUND' } });
  await queue.close();
});
