/** What the choice "How the large model reads" knows: whether 8 bits are possible here, what they did to these images, and the try under way. */
import type { Int8Support, JobView, TimePromise, TriedInt8 } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { core } from '../../app/core-state.svelte.ts';
import { jobs } from '../../app/jobs.svelte.ts';

type TryJob = Extract<JobView, { kind: 'try-int8' }>;

export class ReadingState {
  readonly #asked: { readonly dataset: string; readonly lpm: string; readonly inputSize: number };
  /** Null as long as it is not known; `unknown` where it could not be found out. */
  support = $state.raw<Int8Support | 'unknown' | null>(null);
  tried = $state.raw<TriedInt8 | null>(null);
  promise = $state.raw<TimePromise | null>(null);
  isMeasuring = $state(false);
  #measureId: number | null = null;
  #measured = '';

  constructor(asked: { readonly dataset: string; readonly lpm: string; readonly inputSize: number }) {
    this.#asked = asked;
  }

  /** The newest job that tries 8 bits on these images with this LPM, whether it runs or has ended. */
  readonly job = $derived.by((): TryJob | null => {
    const { dataset, lpm } = this.#asked;
    const isOurs = ({ payload }: TryJob): boolean => payload?.dataset === dataset && payload.lpm === lpm;
    return jobs.ofKind('try-int8').find(isOurs) ?? null;
  });
  get isRunning(): boolean {
    return this.job?.isStoppable === true;
  }
  get isPossible(): boolean {
    return this.support !== null && this.support !== 'unknown' && this.support.why === null;
  }

  async loadReport(): Promise<void> {
    this.tried = await call('int8.report', this.#asked);
  }

  /** Whether 8 bits are possible here, which needs the engine. */
  async ask(): Promise<void> {
    this.support = null;
    try {
      this.support = await call('int8.support', {});
    } catch (error) {
      this.support = 'unknown';
      throw error;
    }
  }

  async start(): Promise<void> {
    await call('int8.start', { options: this.#asked, promise: this.promise });
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
      // A measurement that failed is not tried again by itself: its job says why.
      if (state === 'succeeded') await this.askPromise();
    }
    if (kind === 'try-int8' && id === this.job?.id) {
      if (state === 'succeeded') await this.loadReport();
      // What was read by now is not read again.
      await this.askPromise();
    }
  }

  /** The time that a try takes; measures first what this machine was not measured for, one after the other. */
  async askPromise(): Promise<void> {
    const { promise, missing } = await call('int8.promise', { options: this.#asked });
    this.promise = promise;
    const [next] = missing;
    // What is still missing after it was measured would be for ever.
    const wanted = JSON.stringify(next);
    if (next === undefined || core.now.isReader || wanted === this.#measured) return;
    this.#measured = wanted;
    this.isMeasuring = true;
    const job = await jobs.start({ kind: 'measure', options: next });
    this.#measureId = job.id;
    // A quick one has ended by now, and its end was told before anybody waited for it.
    await this.hear(jobs.newest(job));
  }
}
