/** The training that Train shows: its curves as they grow, whether going on still pays, and what the figures of its model mean. */
import type { CallOutput, EpochRecord, JobView, RunRecord, SearchSummary } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';

/** A training as it goes. */
export interface Followed {
  readonly run: RunRecord;
  /** The model that came of it, by its present name; null where there is none. */
  readonly model: string | null;
  readonly epochs: readonly EpochRecord[];
  readonly classes: readonly string[];
  /** What it would reach by guessing. */
  readonly guessing: { readonly loss: number | null; readonly auc: number | null };
  /** The search that its recipe came from; null where the recipe was given. */
  readonly search: SearchSummary | null;
}

/** A training that has not become better for some epochs. */
export interface Plateau {
  readonly epochs: number;
  /** Whether it has become no better than guessing, so that stopping now would leave a model that guesses. */
  readonly isGuessing: boolean;
}

/** What the figures of a model mean, and on which part of its data set. */
export type ModelVerdict = NonNullable<CallOutput<'judge.verdict'>>;

/** Epochs without a better validation AUC after which stopping is advised. */
const patience = 5;
/** A loss that is not below this share of that of guessing is not clearly below it. */
const clearlyBelow = 0.9;

/** Whether neither the AUC of the best epoch nor the least loss is clearly better than guessing; what is not defined does not count. */
export function isOnGuessingLine({
  run,
  epochs,
  guessing,
}: Pick<Followed, 'epochs' | 'guessing'> & { readonly run: Pick<RunRecord, 'bestValAuc'> }): boolean {
  const losses = epochs.flatMap(({ valLoss }) => (valLoss === null ? [] : [valLoss]));
  const byAuc = run.bestValAuc === null || guessing.auc === null ? null : run.bestValAuc <= guessing.auc;
  const byLoss =
    losses.length === 0 || guessing.loss === null ? null : Math.min(...losses) >= clearlyBelow * guessing.loss;
  return byAuc === null ? byLoss === true : byAuc && byLoss !== false;
}

export class ShownRun {
  #id = $state<number | null>(null);
  #followed = $state.raw<Followed | null>(null);
  #verdict = $state.raw<ModelVerdict | null | undefined>(undefined);
  /** Numbers of the newest question about the run that is shown, and of that whose answer stands there. */
  #asked = 0;
  #told = 0;
  #seen = '';

  /** Its job's number; null where none is shown. */
  get id(): number | null {
    return this.#id;
  }
  readonly job = $derived.by(() => jobs.ofKind('train').find((job) => job.id === this.#id) ?? null);
  /** Null until it is known, and of a training from before runs were kept. */
  get followed(): Followed | null {
    return this.#followed;
  }
  /** What the figures of its model mean; null where it was not evaluated, undefined where there is no model yet. */
  get verdict(): ModelVerdict | null | undefined {
    return this.#verdict;
  }

  /** Epochs since the best one, where it is time to say so, and whether that is where guessing is. */
  readonly plateau = $derived.by((): Plateau | null => {
    const { followed, job } = this;
    const last = followed?.epochs.at(-1);
    if (followed === null || last === undefined || followed.run.bestEpoch === null) return null;
    const since = last.epoch - followed.run.bestEpoch;
    return job?.state === 'running' && since >= patience
      ? { epochs: since, isGuessing: isOnGuessingLine(followed) }
      : null;
  });

  async show(jobId: number): Promise<void> {
    this.#id = jobId;
    this.#followed = null;
    this.#verdict = undefined;
    await this.#load();
  }

  leave(): void {
    this.#id = null;
  }

  /** Hears a change of a job. */
  async hear(job: JobView): Promise<void> {
    if (job.kind !== 'train' || job.id !== this.#id) return;
    // What the library holds of the run changes with each epoch that ends and with the job's state.
    const seen = `${job.id} ${job.state} ${job.training?.fold ?? 0} ${job.training?.epochsDone ?? 0}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    await this.#load();
  }

  async #load(): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    const asked = ++this.#asked;
    const followed = await call('training.follow', { jobId: id });
    // A newer answer stands there already.
    if (id !== this.#id || asked < this.#told) return;
    this.#told = asked;
    this.#followed = followed as Followed | null;
    const { job } = this;
    if (job?.state !== 'succeeded') return;
    // Of a training from before jobs named their runs the report alone knows the model.
    const model = this.#followed === null ? (job.result?.model ?? null) : this.#followed.model;
    if (model === null) return;
    const verdict = await call('judge.verdict', { model });
    if (id === this.#id && asked === this.#told) this.#verdict = verdict;
  }
}
