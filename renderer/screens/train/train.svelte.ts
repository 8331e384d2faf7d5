/**
 * What the screen "Train" knows: the choice, what the data check found, the promise, and the runs.
 *
 * Length: one screen's state; what is checked, promised and started must be of the same choice.
 */
import {
  type BudgetName,
  type CallOutput,
  type CriterionName,
  type DataCheck,
  type DatasetSummary,
  defaultTarget,
  type EpochRecord,
  type JobView,
  type LpmRecord,
  type Method,
  type RunRecord,
  type SearchSummary,
  type TargetKind,
  type TimePromise,
  type TrainingOptions,
  withoutOtherSizes,
} from '../../../core/contract/index.ts';
import { choices } from '../../app/choices.svelte.ts';
import { call, on } from '../../app/client.ts';
import { core } from '../../app/core-state.svelte.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import { Turns } from '../../app/turns.ts';
import { totalOf } from './promised.ts';

type Settings = Omit<TrainingOptions, 'dataset' | 'lpm' | 'name' | 'method' | 'methods'> & {
  earlyStop?: number | undefined;
  methods?: readonly Method[] | undefined;
};

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

export class TrainState {
  datasets = $state.raw<readonly DatasetSummary[]>([]);
  lpms = $state.raw<readonly LpmRecord[]>([]);
  methods = $state.raw<readonly Method[]>([]);
  /** Those that compute the LPM in every step. */
  throughLpm = $state.raw<readonly Method[]>([]);
  /** Those that the LPM reads every image for beforehand: how it reads is theirs to choose. */
  #readBefore = $state.raw<readonly Method[]>([]);
  #searched = $state.raw<Readonly<Record<BudgetName, readonly Method[]>> | null>(null);
  datasetName = $state('');
  lpmName = $state('');
  recommended = $state.raw<Method | null>(null);
  #criteria = $state.raw<Readonly<Record<TargetKind, readonly CriterionName[]>> | null>(null);
  chosen = $state.raw<readonly Method[]>([]);
  settings = $state.raw<Settings | null>(null);
  check = $state.raw<DataCheck | null>(null);
  promises = $state.raw<readonly (TimePromise | null)[] | null>(null);
  /** Null where the library's disk does not say. */
  freeBytes = $state<number | null>(0);
  isBusy = $state(false);
  measuring = $state.raw<JobView | null>(null);
  shownId = $state<number | null>(null);
  isPlanning = $state(true);
  followed = $state.raw<Followed | null>(null);
  /** What the figures of the model that is shown mean; null where it was not evaluated, undefined where there is no model yet. */
  verdict = $state.raw<ModelVerdict | null | undefined>(undefined);
  /** Settings that are being typed and are no valid values yet. */
  #invalid = $state.raw<ReadonlySet<string>>(new Set());
  #defaults: Settings | null = null;
  #asked = 0;
  readonly #showing = new Turns();
  /** Numbers of the newest question about the run that is shown, and of that whose answer stands there. */
  #runAsked = 0;
  #runTold = 0;
  /** What was measured for what is chosen. */
  #measured = '';
  #seen = '';

  readonly trainings = $derived(jobs.ofKind('train'));
  readonly shown = $derived(this.trainings.find((job) => job.id === this.shownId) ?? null);
  readonly isBlocked = $derived(this.check?.findings.some(({ severity }) => severity === 'blocks') ?? true);

  /** All promises added up; null as long as one is missing. */
  readonly total = $derived(this.promises === null ? null : totalOf(this.promises));

  /** Epochs since the best one, where it is time to say so, and whether that is where guessing is. */
  readonly plateau = $derived.by((): Plateau | null => {
    const { followed, shown } = this;
    const last = followed?.epochs.at(-1);
    if (followed === null || last === undefined || followed.run.bestEpoch === null) return null;
    const since = last.epoch - followed.run.bestEpoch;
    return shown?.state === 'running' && since >= patience
      ? { epochs: since, isGuessing: isOnGuessingLine(followed) }
      : null;
  });

  async open(asked: { readonly dataset?: string | undefined; readonly jobId?: number | undefined }): Promise<void> {
    const isNewest = this.#showing.take();
    const { methods, throughLpm, readBefore, searched, recommended, criteria, settings } = await call(
      'training.defaults',
      {},
    );
    this.#defaults = settings as Settings;
    this.methods = methods;
    this.throughLpm = throughLpm;
    this.#readBefore = readBefore;
    this.#searched = searched;
    this.recommended = recommended;
    this.#criteria = criteria;
    if (this.chosen.length === 0) this.chosen = [recommended];
    this.settings ??= this.#defaults;
    await this.#loadLists();
    if (asked.dataset !== undefined) this.datasetName = asked.dataset;
    choices.chooseDataset(this.datasetName, this.datasets);
    const running = this.trainings.find((job) => job.isStoppable);
    const first = asked.jobId ?? (asked.dataset === undefined ? running?.id : undefined);
    // Whoever chose a run of the list while the rest was on its way looks at that one.
    if (first !== undefined && isNewest()) await this.show(first);
    await this.refresh();
  }

  /** Follows jobs; gives how to stop. */
  follow(fail: (work: () => Promise<unknown>) => void): () => void {
    const off = [
      jobs.onChange((job) => fail(() => this.#hear(job))),
      on('library.changed', ({ what }) => {
        if (what === 'datasets' || what === 'lpms' || what === 'labels') fail(() => this.#reload());
      }),
    ];
    return () => {
      for (const stop of off) stop();
    };
  }

  async chooseDataset(name: string): Promise<void> {
    this.datasetName = name;
    choices.chooseDataset(name, this.datasets);
    // What was found in the other data set says nothing about this one.
    this.check = null;
    const criterion = this.settings?.criterion;
    // A criterion that does not fit what this one asks would only be refused.
    if (this.settings !== null && criterion !== undefined && !this.criteria.includes(criterion)) {
      this.settings = { ...this.settings, criterion: undefined };
    }
    await this.refresh();
  }

  /** Says which class of the data set is the positive one; the data set keeps it. */
  async choosePositive(positive: string): Promise<void> {
    await call('datasets.setPositive', { dataset: this.datasetName, positive });
    await this.refresh();
  }

  async chooseLpm(name: string): Promise<void> {
    this.lpmName = name;
    await this.refresh();
  }

  async toggle(method: Method, isOn: boolean): Promise<void> {
    const wanted = this.methods.filter((m) => (m === method ? isOn : this.chosen.includes(m)));
    if (wanted.length === 0) return;
    this.chosen = wanted;
    await this.refresh();
  }

  /** Asks a search to try a method, or not to. The last one stays. */
  async toggleSearched(method: Method, isOn: boolean): Promise<void> {
    const { settings } = this;
    const wanted = this.methods.filter((m) => (m === method ? isOn : this.searchMethods.includes(m)));
    if (settings === null || wanted.length === 0) return;
    const own = this.#searched?.[settings.budget] ?? [];
    await this.set({ methods: wanted.join() === own.join() ? undefined : wanted });
  }

  async set(changes: Partial<Settings>): Promise<void> {
    if (this.settings === null) return;
    this.settings = { ...this.settings, ...changes };
    await this.refresh();
  }

  /** Notes whether what stands in a field is a value; while it is none, nothing is promised and nothing started. */
  setInvalid(key: string, isInvalid: boolean): void {
    if (this.#invalid.has(key) === isInvalid) return;
    this.#invalid = new Set(isInvalid ? [...this.#invalid, key] : [...this.#invalid].filter((other) => other !== key));
  }
  get isInvalid(): boolean {
    return this.#invalid.size > 0;
  }

  /** Whether a search finds the recipe. */
  get isSearch(): boolean {
    return this.settings?.recipe === 'auto';
  }

  /** The methods that a search tries: those that were asked for, else those of its budget. */
  get searchMethods(): readonly Method[] {
    const { settings } = this;
    return settings === null ? [] : (settings.methods ?? this.#searched?.[settings.budget] ?? []);
  }

  /** Methods of those that are to be trained or tried that ask the LPM for nothing beforehand: it cannot read quicker for them. */
  get unread(): readonly Method[] {
    return (this.isSearch ? this.searchMethods : this.chosen).filter((method) => !this.#readBefore.includes(method));
  }
  /** Whether the choice of how the LPM reads is about any of the methods. */
  get hasReading(): boolean {
    return this.unread.length < (this.isSearch ? this.searchMethods : this.chosen).length;
  }

  /** What of the promised time is a method's; undefined where it is not tried, or not promised yet. */
  searchSeconds(method: Method): number | undefined {
    return this.promises?.[0]?.methods?.find((one) => one.method === method)?.seconds;
  }

  /** Whether several networks are trained, each without a fold of the patients; a search always does that. */
  get hasFolds(): boolean {
    return this.isSearch || (this.settings?.folds ?? 1) > 1;
  }

  /** Sets all but the choice between a search and a recipe back. */
  async reset(): Promise<void> {
    const { settings } = this;
    if (this.#defaults === null || settings === null) return;
    const { recipe, budget, methods } = settings;
    this.settings = { ...this.#defaults, recipe, budget, methods };
    this.#invalid = new Set();
    await this.refresh();
  }

  /** What the chosen data set asks; classes where none is chosen. */
  get target(): TargetKind {
    return this.datasets.find(({ name }) => name === this.datasetName)?.target ?? defaultTarget;
  }
  /** The criteria that fit it, the one first that is taken where none is chosen. */
  get criteria(): readonly CriterionName[] {
    return this.#criteria?.[this.target] ?? [];
  }

  get isDefault(): boolean {
    const expert = (settings: Settings | null): string =>
      JSON.stringify({ ...settings, recipe: undefined, budget: undefined, methods: undefined });
    return expert(this.settings) === expert(this.#defaults);
  }

  /** Looks at the data again and asks for the promise; a later call overtakes an earlier one. */
  async refresh(): Promise<void> {
    const asked = ++this.#asked;
    const { settings, datasetName, lpmName } = this;
    this.promises = null;
    if (settings === null || datasetName === '' || lpmName === '') {
      this.check = null;
      return;
    }
    const { inputSize, augment, seed } = settings;
    const flip = settings.flip && augment;
    try {
      const check = await call('training.check', { dataset: datasetName, lpm: lpmName, inputSize, flip, seed });
      if (asked !== this.#asked) return;
      this.check = check;
    } catch (thrown) {
      // What was found with other settings says nothing about these.
      if (asked === this.#asked) this.check = null;
      throw thrown;
    }
    if (!this.isBlocked) await this.#askPromise(asked);
  }

  /** Queues what was chosen and shows the first. */
  async start(): Promise<void> {
    const promises = this.promises ?? [];
    const trainings = this.#options().map((options, i) => ({ options, promise: promises[i] ?? null }));
    const started = await call('training.start', { trainings });
    await jobs.load();
    const [first] = started;
    if (first !== undefined) await this.show(first.id);
  }

  async show(jobId: number): Promise<void> {
    this.#showing.take();
    this.shownId = jobId;
    this.isPlanning = false;
    this.followed = null;
    this.verdict = undefined;
    await this.#loadRun();
  }

  plan(): void {
    this.isPlanning = true;
    this.shownId = null;
    // What was being typed went with the fields that are made anew, of values.
    this.#invalid = new Set();
  }

  #options(): TrainingOptions[] {
    if (this.settings === null) return [];
    const { datasetName, lpmName } = this;
    const { methods: searched, precision, ...settings } = this.settings;
    // A search tries the methods itself: it is one training, whichever are ticked.
    const methods = this.isSearch ? this.chosen.slice(0, 1) : this.chosen;
    // What is of folds alone is not asked for without them, and what was typed before must not count.
    const ofFolds = this.hasFolds ? {} : ({ repeats: 1, deliver: 'folds' } as const);
    return methods.map((method) => ({
      ...withoutOtherSizes(method, settings),
      ...ofFolds,
      ...(this.isSearch && searched !== undefined ? { methods: [...searched] } : {}),
      // What asks the LPM for nothing beforehand would be refused with it.
      ...(precision !== undefined && (this.isSearch ? this.hasReading : this.#readBefore.includes(method))
        ? { precision }
        : {}),
      dataset: datasetName,
      lpm: lpmName,
      method,
    }));
  }

  /** The promise of what is chosen; measures first what this machine was not measured for. */
  async #askPromise(asked: number): Promise<void> {
    const answer = await call('training.promise', { trainings: this.#options() });
    if (asked !== this.#asked) return;
    this.promises = answer.promises;
    this.freeBytes = answer.freeBytes;
    this.isBusy = answer.isBusy;
    const [next] = answer.missing;
    // A measurement under way is waited for: its end asks again. What is still missing after it was measured would be for ever.
    const wanted = JSON.stringify(next);
    if (next === undefined || this.measuring !== null || core.now.isReader || wanted === this.#measured) return;
    this.#measured = wanted;
    this.measuring = await jobs.start({ kind: 'measure', options: next });
    // A quick one has ended by now, and its end was told before anybody waited for it.
    const now = jobs.newest(this.measuring);
    if (!now.isStoppable) await this.#hear(now);
  }

  async #hear(job: JobView): Promise<void> {
    if (job.id === this.measuring?.id) {
      this.measuring = job.isStoppable ? job : null;
      // One that gave way to something else, or was stopped, is measured when it is asked for once more.
      if (job.state === 'cancelled') this.#measured = '';
      // A measurement that failed is not tried again by itself: its job says why. What was chosen meanwhile may be nothing that can be trained on.
      if (job.state === 'succeeded' && !this.isBlocked) await this.#askPromise(this.#asked);
    }
    if (job.kind !== 'train') return;
    if (job.id !== this.shownId) return;
    // What the library holds of the run changes with each epoch that ends and with the job's state.
    const seen = `${job.id} ${job.state} ${job.training?.fold ?? 0} ${job.training?.epochsDone ?? 0}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    await this.#loadRun();
  }

  async #loadRun(): Promise<void> {
    const id = this.shownId;
    if (id === null) return;
    const asked = ++this.#runAsked;
    const followed = await call('training.follow', { jobId: id });
    // A newer answer stands there already.
    if (id !== this.shownId || asked < this.#runTold) return;
    this.#runTold = asked;
    this.followed = followed as Followed | null;
    const { shown } = this;
    if (shown?.state !== 'succeeded') return;
    // Of a training from before jobs named their runs the report alone knows the model.
    const model = this.followed === null ? (shown.result?.model ?? null) : this.followed.model;
    if (model === null) return;
    const verdict = await call('judge.verdict', { model });
    if (id === this.shownId && asked === this.#runTold) this.verdict = verdict;
  }

  async #reload(): Promise<void> {
    await this.#loadLists();
    await this.refresh();
  }

  async #loadLists(): Promise<void> {
    const [datasets, lpms] = await Promise.all([call('datasets.list', {}), call('lpms.list', {})]);
    this.datasets = datasets;
    this.lpms = lpms;
    if (!datasets.some(({ name }) => name === this.datasetName)) this.datasetName = choices.datasetOf(datasets) ?? '';
    if (!lpms.some(({ name }) => name === this.lpmName)) this.lpmName = lpms[0]?.name ?? '';
  }
}
