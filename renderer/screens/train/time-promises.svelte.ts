/** How long what is chosen in Train takes: a promise for each training; what this machine was not measured for is measured first. */
import type { JobView, Method, TimePromise, TrainingOptions } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { core } from '../../app/core-state.svelte.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import { totalOf } from './promised.ts';

/** What is promised. */
interface Planned {
  /** The trainings that are chosen. */
  readonly planned: readonly TrainingOptions[];
  /** Says of the choice that stands now whether it still does. */
  readonly isStillChosen: () => boolean;
  /** Whether the data set cannot be trained on as it is. */
  readonly isBlocked: boolean;
}

export class TimePromises {
  readonly #train: Planned;
  #promises = $state.raw<readonly (TimePromise | null)[] | null>(null);
  #freeBytes = $state<number | null>(0);
  #isBusy = $state(false);
  #measuring = $state.raw<JobView | null>(null);
  /** What was measured for what is chosen. */
  #measured = '';

  constructor(train: Planned) {
    this.#train = train;
  }

  /** One for each training; null as long as none was given. */
  get each(): readonly (TimePromise | null)[] | null {
    return this.#promises;
  }
  /** All promises added up; null as long as one is missing. */
  readonly total = $derived.by(() => (this.#promises === null ? null : totalOf(this.#promises)));
  /** Null where the library's disk does not say. */
  get freeBytes(): number | null {
    return this.#freeBytes;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  /** The measurement under way. */
  get measuring(): JobView | null {
    return this.#measuring;
  }

  /** What of the promised time of a search is a method's; undefined where it is not tried, or not promised yet. */
  ofMethod(method: Method): number | undefined {
    return this.#promises?.[0]?.methods?.find((one) => one.method === method)?.seconds;
  }

  /** Something else is chosen: what was promised is not promised of it. */
  forget(): void {
    this.#promises = null;
  }

  /** Asks for the promise of what is chosen; measures first what this machine was not measured for. */
  async ask(): Promise<void> {
    const { isStillChosen, planned } = this.#train;
    const answer = await call('training.promise', { trainings: [...planned] });
    if (!isStillChosen()) return;
    this.#promises = answer.promises;
    this.#freeBytes = answer.freeBytes;
    this.#isBusy = answer.isBusy;
    const [next] = answer.missing;
    // A measurement under way is waited for: its end asks again. What is still missing after it was measured would be for ever.
    const wanted = JSON.stringify(next);
    if (next === undefined || this.#measuring !== null || core.now.isReader || wanted === this.#measured) return;
    this.#measured = wanted;
    this.#measuring = await jobs.start({ kind: 'measure', options: next });
    // A quick one has ended by now, and its end was told before anybody waited for it.
    const now = jobs.newest(this.#measuring);
    if (!now.isStoppable) await this.hear(now);
  }

  /** Hears a change of a job. */
  async hear(job: JobView): Promise<void> {
    if (job.id !== this.#measuring?.id) return;
    this.#measuring = job.isStoppable ? job : null;
    // One that gave way to something else, or was stopped, is measured when it is asked for once more.
    if (job.state === 'cancelled') this.#measured = '';
    // A measurement that failed is not tried again by itself: its job says why. What was chosen meanwhile may be nothing that can be trained on.
    if (job.state === 'succeeded' && !this.#train.isBlocked) await this.ask();
  }
}
