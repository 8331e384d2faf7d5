/**
 * What the screen "Train" knows: the choice and what the data check found of it. How long it takes is promised, and the run that is shown
 * followed, by parts of their own.
 */
import {
  type BudgetName,
  type CriterionName,
  type DataCheck,
  type DatasetSummary,
  defaultTarget,
  type JobView,
  type LpmRecord,
  type Method,
  type TargetKind,
  type TrainingOptions,
  withoutOtherSizes,
} from '../../../core/contract/index.ts';
import { choices } from '../../app/choices.svelte.ts';
import { call, on } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import { Turns } from '../../app/turns.ts';
import { type Followed, ShownRun } from './shown-run.svelte.ts';
import { TimePromises } from './time-promises.svelte.ts';

type Settings = Omit<TrainingOptions, 'dataset' | 'lpm' | 'name' | 'method' | 'methods'> & {
  earlyStop?: number | undefined;
  methods?: readonly Method[] | undefined;
};

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
  isPlanning = $state(true);
  /** Settings that are being typed and are no valid values yet. */
  #invalid = $state.raw<ReadonlySet<string>>(new Set());
  #defaults: Settings | null = null;
  readonly #choosing = new Turns();
  readonly #showing = new Turns();
  #isStillChosen = this.#choosing.take();
  readonly time = new TimePromises(this);
  readonly run = new ShownRun();

  readonly trainings = $derived(jobs.ofKind('train'));
  readonly isBlocked = $derived(this.check?.findings.some(({ severity }) => severity === 'blocks') ?? true);

  /** The job of the run that is shown. */
  get shownId(): number | null {
    return this.run.id;
  }
  get followed(): Followed | null {
    return this.run.followed;
  }
  /** Says of the choice that stands now whether it still does. */
  get isStillChosen(): () => boolean {
    return this.#isStillChosen;
  }

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
    const isStillChosen = this.#choosing.take();
    this.#isStillChosen = isStillChosen;
    const { settings, datasetName, lpmName } = this;
    this.time.forget();
    if (settings === null || datasetName === '' || lpmName === '') {
      this.check = null;
      return;
    }
    const { inputSize, augment, seed } = settings;
    const flip = settings.flip && augment;
    try {
      const check = await call('training.check', { dataset: datasetName, lpm: lpmName, inputSize, flip, seed });
      if (!isStillChosen()) return;
      this.check = check;
    } catch (thrown) {
      // What was found with other settings says nothing about these.
      if (isStillChosen()) this.check = null;
      throw thrown;
    }
    if (!this.isBlocked) await this.time.ask();
  }

  /** Queues what was chosen and shows the first. */
  async start(): Promise<void> {
    const promises = this.time.each ?? [];
    const trainings = this.planned.map((options, i) => ({ options, promise: promises[i] ?? null }));
    const started = await call('training.start', { trainings });
    await jobs.load();
    const [first] = started;
    if (first !== undefined) await this.show(first.id);
  }

  async show(jobId: number): Promise<void> {
    this.#showing.take();
    this.isPlanning = false;
    await this.run.show(jobId);
  }

  plan(): void {
    this.isPlanning = true;
    this.run.leave();
    // What was being typed went with the fields that are made anew, of values.
    this.#invalid = new Set();
  }

  /** The trainings that are chosen. */
  get planned(): readonly TrainingOptions[] {
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

  async #hear(job: JobView): Promise<void> {
    await Promise.all([this.time.hear(job), this.run.hear(job)]);
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
