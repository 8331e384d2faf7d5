/**
 * Jobs of the window, one after the other: two that compute at once would only make each other slow.
 *
 * Rows are in the library, so the queue outlives the process: what was running when it died is queued again at the next
 * start, and a job that is safe to repeat goes on where it stopped.
 */
import { AppError, serialiseError } from '../../core/base/errors.ts';
import type { ProgressEvent } from '../../core/base/progress.ts';
import type { JobKind, JobRecord, JobView } from '../../core/contract/index.ts';
import { type JobRows, runQueued } from '../../core/jobs/index.ts';
import type { ServiceContext } from '../../core/services/context.ts';
import { jobRows } from '../../core/services/jobs.ts';
import { interruptedJobs, jobById, listJobs, nextQueuedJob, queueJobAgain } from '../../core/store/index.ts';
import { jobKindRows } from './job-kinds.ts';

interface Running {
  readonly id: number;
  readonly stop: AbortController;
  readonly startedMs: number;
  progress: ProgressEvent | null;
  stageStartedMs: number;
}

export class JobQueue {
  readonly #services: ServiceContext;
  readonly #rows: JobRows;
  readonly #changed: (job: JobView) => void;
  #running: Running | null = null;
  #isClosing = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(services: ServiceContext, changed: (job: JobView) => void) {
    this.#services = services;
    this.#rows = jobRows(services.library, services.now);
    this.#changed = changed;
  }

  /** Queues again what a dead process left behind, and starts working. */
  open(): void {
    for (const job of interruptedJobs(this.#services.library.db)) {
      queueJobAgain(this.#services.library.writer, job.id);
    }
    this.#next();
  }

  /** Queues a job and gives it as it stands. */
  add(kind: JobKind, options: unknown): JobView {
    const id = this.#rows.add(kind, options);
    this.#tell(id);
    this.#next();
    return this.get(id);
  }

  /** @throws BAD_INPUT for a job that is not there */
  get(id: number): JobView {
    const job = jobById(this.#services.library.db, id);
    if (job === undefined) throw new AppError('BAD_INPUT', `There is no job ${id} in this library.`);
    return this.#view(job);
  }

  list(kinds: readonly JobKind[] | undefined, limit: number): JobView[] {
    return listJobs(this.#services.library.db)
      .filter((job) => kinds === undefined || kinds.includes(job.kind))
      .slice(0, limit)
      .map((job) => this.#view(job));
  }

  stop(id: number): void {
    if (this.#running?.id === id) {
      this.#running.stop.abort();
      return;
    }
    if (this.get(id).state === 'queued') {
      this.#rows.end(id, 'cancelled', {});
      this.#tell(id);
    }
  }

  /** @throws BAD_INPUT for a job that runs, waits or succeeded */
  resume(id: number): JobView {
    const job = this.get(id);
    if (!job.isResumable) {
      throw new AppError('BAD_INPUT', `Job ${id} is ${job.state}; only a stopped, failed or interrupted job goes on.`);
    }
    queueJobAgain(this.#services.library.writer, id);
    this.#tell(id);
    this.#next();
    return this.get(id);
  }

  /** Stops what runs, which is queued again at the next start, and waits for it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#running?.stop.abort();
    await this.#idle;
  }

  #next(): void {
    if (this.#running !== null || this.#isClosing) return;
    const job = nextQueuedJob(this.#services.library.db);
    if (job === undefined) return;
    const now = performance.now();
    this.#running = { id: job.id, stop: new AbortController(), startedMs: now, stageStartedMs: now, progress: null };
    this.#idle = this.#run(this.#running, job.kind);
  }

  async #run(running: Running, kind: JobKind): Promise<void> {
    const progress = (event: ProgressEvent): void => {
      if (running.progress?.stage !== event.stage) running.stageStartedMs = performance.now();
      running.progress = event;
      this.#tell(running.id);
    };
    const services = { ...this.#services, signal: running.stop.signal, progress };
    try {
      const started = runQueued(jobKindRows[kind].definition, running.id, {
        rows: this.#rows,
        deps: services,
        signal: running.stop.signal,
        progress,
        clock: () => performance.now(),
      });
      this.#tell(running.id);
      await started;
    } catch (error) {
      // The row holds how the job ended; the log holds it for whoever looks after the machine.
      const { code, message } = serialiseError(error);
      this.#services.log.log(code === 'CANCELLED' ? 'info' : 'error', 'A job ended early', {
        job: running.id,
        code,
        message,
      });
      // Stopped because the application closes, not by the user: it goes on at the next start.
      if (code === 'CANCELLED' && this.#isClosing) queueJobAgain(this.#services.library.writer, running.id);
    } finally {
      this.#running = null;
      this.#tell(running.id);
      this.#next();
    }
  }

  #tell(id: number): void {
    this.#changed(this.get(id));
  }

  #view(job: JobRecord): JobView {
    const running = this.#running?.id === job.id ? this.#running : null;
    const progress = running?.progress ?? null;
    const elapsed = running === null ? 0 : (performance.now() - running.stageStartedMs) / 1000;
    const canTell = progress !== null && progress.total !== null && progress.done > 0 && elapsed > 2;
    return {
      ...job,
      stage: progress?.stage ?? null,
      done: progress?.done ?? job.done,
      total: progress === null ? job.total : progress.total,
      unit: progress?.unit ?? job.unit,
      remainingSeconds: canTell
        ? Math.max(0, ((progress.total ?? 0) - progress.done) * (elapsed / progress.done))
        : null,
      isStoppable: job.state === 'queued' || job.state === 'running',
      isResumable: job.state === 'cancelled' || job.state === 'failed' || job.state === 'interrupted',
    };
  }
}
