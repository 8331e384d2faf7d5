/** Threads that put batches together while the engine computes; they are started when first needed and shared by all examples of a training. */
import { AppError, toError } from '../../../base/errors.ts';
import { ThreadCaller } from '../../../base/thread.ts';
import { startThread } from '../../threads/start.ts';
import type { BatchCalls, BatchRow, RowDamage, SharedBatch } from './messages.ts';

/** Batches that a thread remembers: a training fills two in turn, and each may be of some tens of megabytes. */
const mostKnown = 4;

/** One for two threads of the engine, which computes meanwhile, and none beside an engine of one thread; more than four gain nothing. */
const threadsBeside = (engineThreads: number): number => Math.min(4, engineThreads >> 1);

/** A pool of such threads. Close it when the work is done, or the process stays alive. */
export class BatchThreads {
  readonly #engineThreads: () => Promise<number>;
  #started: Promise<BatchThread[]> | undefined;
  #users = 1;

  /** @param engineThreads how many the engine has; asked when the first batch is */
  constructor(engineThreads: () => Promise<number>) {
    this.#engineThreads = engineThreads;
  }

  /** The same threads for one more, who closes them, too. */
  share(): this {
    this.#users += 1;
    return this;
  }

  /**
   * Whether there are any: an engine of one thread gets none beside it.
   * @throws CANCELLED where the pool is closed
   */
  async areThere(): Promise<boolean> {
    return (await this.#threads()).length > 0;
  }

  /**
   * Fills rows of a batch, divided among the threads; gives what is wrong with records. What is right has been verified.
   * @param batch the same object whenever it is the same memory
   * @throws DISK_FAILED; CANCELLED where the pool is closed meanwhile; ENGINE_FAILED where a thread ends
   */
  async fill(batch: SharedBatch, rows: readonly BatchRow[]): Promise<readonly RowDamage[]> {
    const threads = await this.#threads();
    const share = Math.ceil(rows.length / threads.length);
    const parts = threads.flatMap((thread, i) => {
      const own = rows.slice(i * share, (i + 1) * share);
      return own.length === 0 ? [] : [thread.fill(batch, own)];
    });
    // All end before any error is told: the memory is nobody's to use again while a thread writes to it.
    const ended = await Promise.allSettled(parts);
    return ended.flatMap((part) => {
      if (part.status === 'rejected') throw part.reason;
      return part.value;
    });
  }

  /** When the last user has closed them, ends the threads and closes their files; what is under way fails with CANCELLED. */
  async close(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const threads = await this.#started?.catch(() => []);
    await Promise.all(threads?.map((thread) => thread.end()) ?? []);
  }

  async #threads(): Promise<readonly BatchThread[]> {
    this.#started ??= this.#start();
    const threads = await this.#started;
    if (this.#users === 0) throw closed();
    return threads;
  }

  async #start(): Promise<BatchThread[]> {
    if (this.#users === 0) throw closed();
    const count = threadsBeside(await this.#engineThreads());
    return Array.from({ length: count }, () => new BatchThread());
  }
}

function closed(): AppError {
  return new AppError('CANCELLED', 'The batches of a training that has ended are not put together.');
}

class BatchThread {
  readonly #caller: ThreadCaller<BatchCalls, never>;
  readonly #known = new Map<SharedBatch, number>();
  #next = 1;

  constructor() {
    const worker = startThread(new URL('./batch-worker.ts', import.meta.url));
    this.#caller = new ThreadCaller(worker, {} as never, (ended) => {
      const why = 'thrown' in ended ? toError(ended.thrown).message : `exit ${ended.exit}`;
      return new AppError('ENGINE_FAILED', `The thread that puts batches together ended: ${why}.`);
    });
  }

  async fill(batch: SharedBatch, rows: readonly BatchRow[]): Promise<readonly RowDamage[]> {
    const [number, isNew, gone] = this.#numberOf(batch);
    return await this.#caller.call('fill', { number, shown: isNew ? batch : null, gone, rows });
  }

  /** The number of a batch, whether the thread has to be shown it, and the numbers of those that it is to forget. */
  #numberOf(batch: SharedBatch): [number, boolean, number[]] {
    const known = this.#known.get(batch);
    const number = known ?? this.#next++;
    this.#known.delete(batch);
    this.#known.set(batch, number);
    const gone = [...this.#known].slice(0, -mostKnown);
    for (const [old] of gone) this.#known.delete(old);
    return [number, known === undefined, gone.map(([, old]) => old)];
  }

  async end(): Promise<void> {
    await this.#caller.end(closed());
  }
}
