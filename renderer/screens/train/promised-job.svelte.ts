/** A job that is begun from a section of Train with the time that it takes; what this machine was not measured for is measured first. */
import type { CallOutput, JobKind, JobView, TimePromise } from '../../../core/contract/index.ts';
import { core } from '../../app/core-state.svelte.ts';
import { jobs } from '../../app/jobs.svelte.ts';

type JobOf<K extends JobKind> = Extract<JobView, { kind: K }>;

/** What a section says of its job. */
export interface PromisedJobOptions<K extends JobKind> {
  readonly kind: K;
  /** Whether a job of the kind is the section's. */
  isOurs(job: JobOf<K>): boolean;
  promise(): Promise<Pick<CallOutput<'int8.promise'>, 'promise' | 'missing'>>;
  start(promise: TimePromise | null): Promise<unknown>;
  /** Called when one has succeeded. */
  succeeded(): Promise<void>;
}

export class PromisedJob<K extends JobKind> {
  readonly #options: PromisedJobOptions<K>;
  promise = $state.raw<TimePromise | null>(null);
  isMeasuring = $state(false);
  #measureId: number | null = null;
  #measured = '';
  #isWatched = false;

  constructor(options: PromisedJobOptions<K>) {
    this.#options = options;
  }

  /** The newest of the section's, whether it runs or has ended. */
  readonly job = $derived.by((): JobOf<K> | null => {
    return jobs.ofKind(this.#options.kind).find((job) => this.#options.isOurs(job)) ?? null;
  });
  get isRunning(): boolean {
    return this.job?.isStoppable === true;
  }

  /** Says whether somebody looks at the section: nothing is measured for somebody who does not. Whoever looks again has what failed measured once more. */
  watch(isWatched: boolean): void {
    if (isWatched && !this.#isWatched) this.#measured = '';
    this.#isWatched = isWatched;
  }

  /** The time that it takes; measures first what this machine was not measured for, one after the other. */
  async askPromise(mayMeasure = true): Promise<void> {
    const { promise, missing } = await this.#options.promise();
    this.promise = promise;
    const [next] = missing;
    // What is still missing after it was measured would be for ever.
    const wanted = JSON.stringify(next);
    if (next === undefined || !mayMeasure || core.now.isReader || wanted === this.#measured) return;
    this.#measured = wanted;
    this.isMeasuring = true;
    const job = await jobs.start({ kind: 'measure', options: next });
    this.#measureId = job.id;
    // A quick one has ended by now, and its end was told before anybody waited for it.
    await this.hear(jobs.newest(job));
  }

  async start(): Promise<void> {
    await this.#options.start(this.promise);
    await jobs.load();
  }

  async stop(): Promise<void> {
    if (this.job !== null) await jobs.stop(this.job.id);
  }

  /** Hears a change of a job. */
  async hear({ id, kind, state, isStoppable }: JobView): Promise<void> {
    if (isStoppable) return;
    if (id === this.#measureId) {
      this.#measureId = null;
      this.isMeasuring = false;
      if (state === 'cancelled') this.#measured = '';
      // A measurement that failed is not tried again by itself: its job says why.
      await this.askPromise(state === 'succeeded' && this.#isWatched);
    }
    if (kind === this.#options.kind && id === this.job?.id) {
      if (state === 'succeeded') await this.#options.succeeded();
      // What was read by now is not read again.
      if (this.#isWatched) await this.askPromise(false);
    }
  }
}
