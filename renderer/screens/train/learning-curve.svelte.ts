/** What the section "Enough labels?" knows of one data set: its newest curve, how long another one takes, and the one that is being drawn. */
import type { CurveReport, JobView, TimePromise } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { core } from '../../app/core-state.svelte.ts';
import { jobs } from '../../app/jobs.svelte.ts';

type CurveJob = Extract<JobView, { kind: 'curve' }>;

export class LearningCurveState {
  readonly #asked: { readonly dataset: string; readonly lpm: string };
  report = $state.raw<CurveReport | null>(null);
  promise = $state.raw<TimePromise | null>(null);
  isMeasuring = $state(false);
  #measureId: number | null = null;

  constructor(dataset: string, lpm: string) {
    this.#asked = { dataset, lpm };
  }

  /** The newest job that draws this curve, whether it runs or has ended. */
  readonly job = $derived.by((): CurveJob | null => {
    return jobs.ofKind('curve').find(({ payload }) => payload?.dataset === this.#asked.dataset) ?? null;
  });
  get isRunning(): boolean {
    return this.job?.isStoppable === true;
  }

  async load(): Promise<void> {
    this.report = await call('curve.report', { dataset: this.#asked.dataset });
  }

  /** The time that a curve takes; measures first what this machine was not measured for. */
  async askPromise(mayMeasure = true): Promise<void> {
    const { promise, missing } = await call('curve.promise', { options: this.#asked });
    this.promise = promise;
    const [next] = missing;
    if (next === undefined || !mayMeasure || core.now.isReader) return;
    this.isMeasuring = true;
    const job = await jobs.start({ kind: 'measure', options: next });
    this.#measureId = job.id;
    await this.hear(jobs.newest(job));
  }

  async draw(): Promise<void> {
    await call('curve.start', { options: this.#asked, promise: this.promise });
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
      await this.askPromise(false);
    }
    if (kind === 'curve' && id === this.job?.id && state === 'succeeded') await this.load();
  }
}
