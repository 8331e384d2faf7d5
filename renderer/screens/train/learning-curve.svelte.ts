/** What the section "Enough labels?" knows of one data set: its newest curve, how long another one takes, and the one that is being drawn. */
import type { CurveReport } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { PromisedJob } from './promised-job.svelte.ts';

export class LearningCurveState {
  readonly #dataset: string;
  readonly run: PromisedJob<'curve'>;
  report = $state.raw<CurveReport | null>(null);

  constructor(dataset: string, lpm: string) {
    this.#dataset = dataset;
    const options = { dataset, lpm };
    this.run = new PromisedJob({
      kind: 'curve',
      isOurs: ({ payload }) => payload?.dataset === dataset,
      promise: () => call('curve.promise', { options }),
      start: (promise) => call('curve.start', { options, promise }),
      succeeded: () => this.load(),
    });
  }

  async load(): Promise<void> {
    this.report = await call('curve.report', { dataset: this.#dataset });
  }
}
