/**
 * Jobs of the window, in two lanes (see kinds.ts), one after the other in each.
 *
 * Rows are in the library, so the queue outlives the process: what was running when it died is queued again at the next
 * start, and a job that is safe to repeat goes on where it stopped. A job that took the application down twice in a row is
 * offered instead. A job whose engine failed goes on by itself from its last checkpoint, at most twice.
 * What a screen orders by itself is stopped instead: at the start (`passingJobKinds`), and by a deletion that would have to wait for it
 * (`yieldingJobKinds`).
 *
 * How a job ended may not be writable: the disk that fills up is most likely the one that the library is on. The job then shows
 * as failed with that reason; its row still says that it runs, so the next start takes it for interrupted and carries it out again.
 * A job whose start cannot be written waits and is tried again.
 */
import { AppError, serialiseError } from '../../base/errors.ts';
import type { ProgressEvent } from '../../base/progress.ts';
import {
  type JobKind,
  type JobOptions,
  type JobRecord,
  type JobView,
  jobKinds,
  passingJobKinds,
  type TimePromise,
  yieldingJobKinds,
} from '../../contract/index.ts';
import { type JobRows, runQueued, TimeLeft } from '../../jobs/index.ts';
import {
  activeJobs,
  clearJobs,
  interruptedJobs,
  jobById,
  listJobs,
  markJob,
  nextQueuedJob,
  queueJobAgain,
  replaceJobPayload,
  setJobRemoved,
} from '../../store/index.ts';
import { crashesAllowed } from '../library/left-work.ts';
import { asSeen, type Seen } from '../session/as-seen.ts';
import type { ServiceContext } from '../session/context.ts';
import { jobRows } from '../session/run-as-job.ts';
import { jobKindRows, type Lane, lanes } from './kinds.ts';
import { type Running, type Stop, stopped, unawaited, viewOf, viewOfOthers } from './running.ts';

/** How often a job goes on by itself after its engine failed. */
const retriesAllowed = 2;
/** How long a job waits whose start could not be written, in milliseconds. */
const startAgainMs = 30_000;

const seconds = (): number => performance.now() / 1000;
const isPassing = (kind: JobKind): boolean => passingJobKinds.includes(kind);
const orderedKinds = jobKinds.filter((kind) => !yieldingJobKinds.includes(kind));

export class JobQueue {
  readonly #services: ServiceContext;
  readonly #rows: JobRows;
  readonly #changed: (job: JobView) => void;
  readonly #running = new Map<Lane, Running>();
  readonly #idle = new Map<Lane, Promise<void>>();
  /** Jobs that ended without their row being told, and why. */
  readonly #untold = new Map<number, NonNullable<JobRecord['error']>>();
  #startAgain: NodeJS.Timeout | undefined;
  /** How much goes on beside the queue that jobs that run alone wait for. */
  #beside = 0;
  #isClosing = false;

  constructor(services: ServiceContext, changed: (job: JobView) => void) {
    this.#services = services;
    this.#rows = jobRows(services.library, services.now);
    this.#changed = changed;
  }

  /** Queues again what a dead process left behind, and starts working. */
  open(): void {
    for (const id of activeJobs(this.#services.library.db, passingJobKinds)) this.stop(id);
    for (const job of interruptedJobs(this.#services.library.db)) {
      if (isPassing(job.kind)) {
        this.#endUnheard(job.id, stopped);
        continue;
      }
      // Offered at an earlier start, and still waiting for its user.
      if (job.crashes > crashesAllowed) continue;
      markJob(this.#services.library.writer, job.id, { crashes: job.crashes + 1 });
      if (job.crashes + 1 <= crashesAllowed) this.#queueAgain(job);
    }
    this.#next();
  }

  /** Queues a job and gives it as it stands. @throws BAD_INPUT for one that runs alone while others run or wait */
  add<K extends JobKind>(kind: K, options: JobOptions<K>, promise: TimePromise | null = null): JobView {
    this.#refuseCompany(kind);
    const id = this.#rows.add(kind, options);
    if (promise !== null) markJob(this.#services.library.writer, id, { promise });
    this.#tell(id);
    this.#next();
    return this.get(id);
  }

  /** @throws BAD_INPUT for a job that is not there */
  get(id: number): JobView {
    const { library } = this.#services;
    const [job] = asSeen(library, () => [jobById(library.db, id)].filter((row) => row !== undefined));
    if (job === undefined) throw new AppError('BAD_INPUT', `There is no job ${id} in this library.`);
    return this.#view(job);
  }

  /** Newest first; what its user took out of the tray's list is marked. */
  list(kinds: readonly JobKind[] | undefined, limit: number): JobView[] {
    const { library } = this.#services;
    return asSeen(library, () => listJobs(library.db, { kinds, limit })).map((job) => this.#view(job));
  }

  /** Whether a long job runs: what is timed meanwhile is slower than it would be. */
  get isBusy(): boolean {
    return this.#running.has('long');
  }

  /** Stops a job for good, as far as its user means now; a queued one leaves the queue. @throws LIBRARY_BUSY for another process's */
  stop(id: number): void {
    this.#halt(id, stopped);
  }

  /** Stops what gives way to a deletion: of anything, or of this data set. */
  giveWay(dataset?: string): void {
    for (const id of activeJobs(this.#services.library.db, yieldingJobKinds)) {
      const { kind, payload } = this.get(id);
      const isOfAnother = dataset !== undefined && kind === 'order' && payload?.dataset !== dataset;
      if (!isOfAnother) this.#halt(id, { isPausing: false, isYielding: true });
    }
  }

  /** Stops a job that is to go on later, and marks it so. */
  pause(id: number): void {
    this.#halt(id, { isPausing: true, isYielding: false });
  }

  /** @throws BAD_INPUT for a job that runs, waits or succeeded */
  resume(id: number): JobView {
    const job = this.get(id);
    if (!job.isResumable) {
      throw new AppError('BAD_INPUT', `Job ${id} is ${job.state}; only a stopped, failed or interrupted job goes on.`);
    }
    this.#refuseCompany(job.kind);
    markJob(this.#services.library.writer, id, { crashes: 0, retries: 0 });
    this.#queueAgain(job);
    this.#untold.delete(id);
    this.#tell(id);
    this.#next();
    return this.get(id);
  }

  /** Takes what ended out of the list. Gives how many. */
  clear(): number {
    return clearJobs(this.#services.library.writer);
  }

  /** Takes a job that does not run out of every list, or brings it back. @throws BAD_INPUT for one that runs or waits */
  setRemoved(id: number, isRemoved: boolean): void {
    if (this.get(id).isStoppable) {
      throw new AppError('BAD_INPUT', 'This job runs or waits.', { action: 'Stop it first.' });
    }
    setJobRemoved(this.#services.library.writer, id, isRemoved);
  }

  /**
   * Does work that reads the whole library in no job, while no job runs that must be alone.
   * @throws BAD_INPUT as `refuseBesideErasure`
   */
  async beside<T>(without: string, work: () => Promise<T>): Promise<T> {
    this.refuseBesideErasure(without);
    this.#beside += 1;
    try {
      return await work();
    } finally {
      this.#beside -= 1;
      this.#next();
    }
  }

  /**
   * For calls that must not happen between the parts of a deletion. `without` says what did not happen: "no backup was made".
   * @throws BAD_INPUT while a deletion runs or waits
   */
  refuseBesideErasure(without: string): void {
    const { db, mode } = this.#services.library;
    const alone = jobKinds.filter((kind) => jobKindRows[kind].isAlone === true);
    // Whoever only reads has no jobs; what another process does is for the work itself to find.
    if (mode === 'read' || activeJobs(db, alone).length === 0) return;
    throw new AppError('BAD_INPUT', `Patients or studies are being deleted, or are about to be; ${without}.`, {
      action: 'Wait for the end of the deletion or stop it; then try again.',
    });
  }

  /** Stops what runs, which is queued again at the next start, and waits for it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#startAgain);
    for (const running of this.#running.values()) running.stop.abort();
    await Promise.all(this.#idle.values());
  }

  #halt(id: number, how: Stop): void {
    if (this.#services.library.mode === 'read') {
      throw new AppError('LIBRARY_BUSY', 'Jobs are stopped where the library is open for writing, not only read.', {
        action: 'Stop it there, or open the library for writing once no other Sidelight works in it.',
      });
    }
    const running = this.#runningOf(id);
    if (running !== undefined) {
      Object.assign(running, how);
      running.stop.abort();
    } else if (this.get(id).state === 'queued') {
      this.#endUnheard(id, how);
      this.#tell(id);
    }
  }

  /** Ends a job that does not run. */
  #endUnheard(id: number, how: Stop): void {
    this.#rows.end(id, 'cancelled', {});
    this.#markStopped(this.get(id), how);
  }

  /** What is asked for again by itself leaves the list at once. */
  #markStopped({ id, kind }: JobView, { isPausing, isYielding }: Stop): void {
    const isCleared = isYielding || isPassing(kind);
    markJob(this.#services.library.writer, id, { isPaused: isPausing, isCleared });
  }

  #queueAgain(job: JobRecord): void {
    const { library } = this.#services;
    const again = jobKindRows[job.kind].again?.(library.db, job);
    if (again !== undefined) replaceJobPayload(library.writer, job.id, again);
    queueJobAgain(library.writer, job.id);
  }

  /** A kind that takes away what others read is ordered only where nothing else runs or waits. */
  #refuseCompany(kind: JobKind): void {
    if (jobKindRows[kind].isAlone !== true) return;
    if (this.#beside > 0) {
      throw new AppError('BAD_INPUT', 'The library is being backed up or checked; nothing was deleted.', {
        action: 'Wait for the end of that; then delete again.',
      });
    }
    const n = activeJobs(this.#services.library.db, orderedKinds).length;
    if (n > 0) {
      const what = n === 1 ? 'A job runs or waits' : `${n} jobs run or wait`;
      throw new AppError('BAD_INPUT', `${what}; nothing was deleted.`, {
        action: 'Wait for the end or stop it; then delete again.',
      });
    }
    this.giveWay();
  }

  #next(): void {
    for (const lane of lanes) {
      const isAloneRunning = [...this.#running.values()].some((running) => running.isAlone);
      if (this.#running.has(lane) || this.#isClosing || isAloneRunning) continue;
      const kinds = jobKinds.filter((kind) => jobKindRows[kind].lane === lane);
      const job = nextQueuedJob(this.#services.library.db, kinds);
      if (job === undefined) continue;
      const isAlone = jobKindRows[job.kind].isAlone === true;
      // What began before it was queued again is waited for.
      if (isAlone && this.#running.size + this.#beside > 0) continue;
      const running = {
        id: job.id,
        isAlone,
        stop: new AbortController(),
        startedMs: performance.now(),
        progress: null,
        left: new TimeLeft(seconds(), job.promise?.stages),
        ...stopped,
        isStartKept: false,
        isEndKept: false,
      };
      this.#running.set(lane, running);
      this.#idle.set(lane, this.#run(lane, running, job.kind));
    }
  }

  async #run(lane: Lane, running: Running, kind: JobKind): Promise<void> {
    const { id, stop } = running;
    const progress = (event: ProgressEvent): void => {
      running.left.update(event.stage, event.done, event.total, seconds());
      running.progress = event;
      this.#tell(id);
    };
    const services = { ...this.#services, signal: stop.signal, progress };
    const rows: JobRows = {
      ...this.#rows,
      start: (job) => {
        this.#rows.start(job);
        running.isStartKept = true;
      },
      warn: (job, warning) => {
        this.#rows.warn(job, warning);
        this.#tell(job);
      },
      end: (job, state, outcome) => {
        this.#rows.end(job, state, outcome);
        running.isEndKept = true;
      },
    };
    let thrown: unknown;
    try {
      const started = runQueued(jobKindRows[kind].definition, id, {
        rows,
        deps: services,
        signal: stop.signal,
        progress,
        clock: () => performance.now(),
      });
      this.#tell(id);
      await started;
    } catch (error) {
      thrown = error;
    }
    // Nobody awaits a lane: what is thrown from here on would end the process, and every other job with it.
    try {
      this.#keepEnd(running, thrown);
    } catch (error) {
      this.#endedUntold(running, error);
    }
    this.#running.delete(lane);
    this.#unawaited(() => {
      this.#tell(id);
      if (running.isStartKept) this.#next();
      else this.#nextLater();
    });
  }

  #unawaited(work: () => void): void {
    unawaited(this.#services.log, work, () => this.#nextLater());
  }

  /** Writes what the queue notes of a job that ended, all of it or nothing. Throws where how it ended could not be written. */
  #keepEnd(running: Running, thrown: unknown): void {
    const { id, startedMs } = running;
    if (!running.isEndKept) throw thrown;
    const { writer } = this.#services.library;
    writer.transaction(() => {
      if (thrown === undefined) markJob(writer, id, { crashes: 0 });
      else this.#endedEarly(running, thrown);
      markJob(writer, id, { ranSeconds: (performance.now() - startedMs) / 1000 });
    });
  }

  /** What cannot be written is at least shown, and stands in the log. */
  #endedUntold({ id, isStartKept, isEndKept }: Running, error: unknown): void {
    const { code, message, action } = serialiseError(error);
    const what = isEndKept ? 'what is noted of a job' : isStartKept ? 'how a job ended' : 'that a job starts';
    this.#services.log.log('error', `The library could not be told ${what}`, { job: id, code, message });
    if (isStartKept && !isEndKept) this.#untold.set(id, { code, message, action });
  }

  /** Looks for work again after a while: what could not be written now may be then. */
  #nextLater(): void {
    clearTimeout(this.#startAgain);
    if (this.#isClosing) return;
    this.#startAgain = setTimeout(() => this.#unawaited(() => this.#next()), startAgainMs).unref();
  }

  /** The row holds how the job ended; the log holds it for whoever looks after the machine. */
  #endedEarly({ id, isPausing, isYielding }: Running, error: unknown): void {
    const { code, retryable } = serialiseError(error);
    const { writer } = this.#services.library;
    const job = this.get(id);
    // The row's message names no path; the thrown one may, as its user typed it.
    const message = job.error?.message ?? '';
    this.#services.log.log(code === 'CANCELLED' ? 'info' : 'error', 'A job ended early', { job: id, code, message });
    if (code === 'CANCELLED') {
      // Stopped because the application closes, not by the user: it goes on at the next start.
      if (this.#isClosing && !isPausing && !isYielding && !isPassing(job.kind)) this.#queueAgain(job);
      else {
        this.#markStopped(job, { isPausing, isYielding });
        markJob(writer, id, { crashes: 0 });
      }
    } else if (code === 'ENGINE_FAILED' && retryable && job.retries < retriesAllowed) {
      markJob(writer, id, { retries: job.retries + 1 });
      this.#queueAgain(job);
    }
  }

  #runningOf(id: number): Running | undefined {
    return [...this.#running.values()].find((running) => running.id === id);
  }

  #tell(id: number): void {
    this.#changed(this.get(id));
  }

  #view(row: Seen<JobRecord>): JobView {
    const untold = this.#untold.get(row.id);
    const job: Seen<JobRecord> = untold === undefined ? row : { ...row, state: 'failed', error: untold };
    const isReader = this.#services.library.mode === 'read';
    return isReader ? viewOfOthers(job) : viewOf(job, this.#runningOf(row.id), seconds());
  }
}
