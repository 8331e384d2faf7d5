/** State of the Judge screen: which evaluation is shown, at which threshold, and the cases behind it. */
import type {
  CallOutput,
  ComparedModel,
  CoveragePointView,
  JudgedCase,
  JudgeLevel,
  JudgeReport,
  ModelCard,
  OperatingPointView,
  SplitName,
  StudyPooling,
  SubgroupView,
} from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import { attempt, notices } from '../../app/notices.svelte.ts';
import { i18n } from '../../i18n/index.svelte.ts';

type ModelRow = CallOutput<'judge.models'>[number];

/** Which cases are listed: all mistakes, or a cell of the confusion matrix. */
export type CaseChoice =
  | { readonly kind: 'mistakes' }
  | { readonly kind: 'cell'; readonly truth: number; readonly decision: number };

const casesAtOnce = 24;

export class JudgeState {
  #models = $state.raw<readonly ModelRow[]>([]);
  #isLoaded = $state(false);
  #model = $state('');
  #split = $state<SplitName>('test');
  #level = $state<JudgeLevel>('study');
  #pooling = $state<StudyPooling>('mean');
  #report = $state.raw<JudgeReport | null>(null);
  #isOpening = $state(false);
  #classIndex = $state(1);
  #threshold = $state(0.5);
  #prevalence = $state(0.1);
  #point = $state.raw<OperatingPointView | null>(null);
  #choice = $state.raw<CaseChoice>({ kind: 'mistakes' });
  #cases = $state.raw<{ readonly total: number; readonly cases: readonly JudgedCase[] }>({ total: 0, cases: [] });
  #compared = $state.raw<readonly ComparedModel[] | null>(null);
  #subgroups = $state.raw<readonly SubgroupView[] | null>(null);
  #card = $state.raw<ModelCard | null>(null);
  #jobIds = $state.raw<readonly number[]>([]);
  #isAsking = false;
  #isStale = false;
  #opening = 0;

  get models(): readonly ModelRow[] {
    return this.#models;
  }
  get isLoaded(): boolean {
    return this.#isLoaded;
  }
  get model(): string {
    return this.#model;
  }
  get row(): ModelRow | undefined {
    return this.#models.find(({ record }) => record.name === this.#model);
  }
  get split(): SplitName {
    return this.#split;
  }
  get level(): JudgeLevel {
    return this.#level;
  }
  get pooling(): StudyPooling {
    return this.#pooling;
  }
  get report(): JudgeReport | null {
    return this.#report;
  }
  get isOpening(): boolean {
    return this.#isOpening;
  }
  /** The figures of the level shown. */
  get figures() {
    return this.#report?.[this.#level] ?? null;
  }
  get classes(): readonly string[] {
    return this.#report?.model.classes ?? this.row?.record.classes ?? [];
  }
  get classIndex(): number {
    return this.#classIndex;
  }
  get threshold(): number {
    return this.#threshold;
  }
  get prevalence(): number {
    return this.#prevalence;
  }
  get point(): OperatingPointView | null {
    return this.#point;
  }
  get choice(): CaseChoice {
    return this.#choice;
  }
  get cases() {
    return this.#cases;
  }
  get compared(): readonly ComparedModel[] | null {
    return this.#compared;
  }
  get subgroups(): readonly SubgroupView[] | null {
    return this.#subgroups;
  }
  get card(): ModelCard | null {
    return this.#card;
  }
  /** Evaluations that this screen started and that have not ended. */
  get isEvaluating(): boolean {
    return this.#jobIds.some((id) => jobs.byId(id)?.isStoppable === true);
  }
  /** The model's own threshold, or null with more than two classes. */
  get stored(): number | null {
    return this.#report?.model.threshold ?? null;
  }

  /** Loads the models and shows `wanted`, or the newest. */
  async open(wanted: string | undefined): Promise<void> {
    this.#models = await call('judge.models', {});
    this.#isLoaded = true;
    const name = this.#models.some(({ record }) => record.name === wanted) ? wanted : this.#models.at(-1)?.record.name;
    if (name === undefined) return;
    this.#model = name;
    // The test cases are not opened by accident: what was evaluated on validation cases is shown first.
    this.#split = this.row?.evaluated.includes('val') ? 'val' : 'test';
    await this.#show();
  }

  async chooseModel(name: string): Promise<void> {
    this.#model = name;
    await this.#show();
  }

  async chooseSplit(split: SplitName): Promise<void> {
    this.#split = split;
    await this.#show();
  }

  async choosePooling(pooling: StudyPooling): Promise<void> {
    this.#pooling = pooling;
    await this.#show();
  }

  async chooseLevel(level: JudgeLevel): Promise<void> {
    this.#level = level;
    this.#forgetTabs();
    await Promise.all([this.#ask(), this.#list()]);
  }

  async chooseClass(index: number): Promise<void> {
    this.#classIndex = index;
    this.#subgroups = null;
    await this.#ask();
  }

  /** Evaluates models on the split shown; the screen fills itself when they are done. */
  async evaluate(names: readonly string[] = [this.#model]): Promise<void> {
    for (const model of names) {
      const job = await jobs.start({
        kind: 'evaluate',
        options: { model, split: this.#split, studyPooling: this.#pooling },
      });
      this.#jobIds = [...this.#jobIds, job.id];
    }
  }

  /** Called for every change of a job: shows what an evaluation of this screen found. */
  async jobChanged(id: number, state: string): Promise<void> {
    if (!this.#jobIds.includes(id) || state !== 'succeeded') return;
    this.#jobIds = this.#jobIds.filter((known) => known !== id);
    this.#models = await call('judge.models', {});
    this.#compared = null;
    if (this.#report === null) await this.#show();
    else if (this.#jobIds.length === 0) await this.loadCompared();
  }

  /** Moves the threshold; calls that cannot keep up with the slider are skipped, the last one never. */
  async moveThreshold(value: number): Promise<void> {
    this.#threshold = Math.min(1, Math.max(0, value));
    this.#subgroups = null;
    await this.#ask();
  }

  async setPrevalence(percent: number): Promise<void> {
    if (!Number.isFinite(percent)) return;
    this.#prevalence = Math.min(0.9999, Math.max(0.0001, percent / 100));
    await this.#ask();
  }

  /** Lists the cases for the threshold as it now is. */
  async showCases(choice: CaseChoice): Promise<void> {
    this.#choice = choice;
    await this.#list();
  }

  async moreCases(): Promise<void> {
    const next = await this.#fetchCases(this.#cases.cases.length);
    this.#cases = { total: next.total, cases: [...this.#cases.cases, ...next.cases] };
  }

  async saveThreshold(): Promise<void> {
    await call('models.setThreshold', { model: this.#model, threshold: this.#threshold, split: this.#split });
    await this.#reload();
    notices.done(i18n.words.judge.thresholdSaved);
  }

  async calibrate(): Promise<void> {
    await call('models.calibrate', { model: this.#model });
    await this.#reload();
    notices.done(i18n.words.judge.calibrated);
  }

  async saveBand(point: CoveragePointView | null): Promise<void> {
    await call('models.setReferBand', { model: this.#model, band: point?.band ?? null });
    await this.#reload();
    notices.done(i18n.words.judge.bandSaved);
  }

  async loadCompared(): Promise<void> {
    this.#compared = await call('judge.compare', this.#where());
  }

  async loadSubgroups(): Promise<void> {
    const threshold = this.#threshold;
    this.#subgroups = await call('judge.subgroups', { ...this.#where(), classIndex: this.#classIndex, threshold });
  }

  async loadCard(): Promise<void> {
    this.#card = await call('judge.card', { model: this.#model });
  }

  #where() {
    return { model: this.#model, split: this.#split, pooling: this.#pooling, level: this.#level } as const;
  }

  #forgetTabs(): void {
    this.#compared = null;
    this.#subgroups = null;
    this.#card = null;
  }

  async #reload(): Promise<void> {
    this.#models = await call('judge.models', {});
    await this.#show();
  }

  async #show(): Promise<void> {
    const opening = ++this.#opening;
    this.#forgetTabs();
    this.#isOpening = true;
    try {
      const { model, split, pooling } = this.#where();
      const report = await call('judge.open', { model, split, pooling });
      if (opening !== this.#opening) return;
      this.#report = report;
      this.#point = null;
      this.#choice = { kind: 'mistakes' };
      if (report === null) return;
      this.#threshold = report.model.threshold ?? 0.5;
      if (this.#classIndex >= report.model.classes.length) this.#classIndex = 1;
      await Promise.all([this.#ask(), this.#list()]);
    } finally {
      if (opening === this.#opening) this.#isOpening = false;
    }
  }

  async #ask(): Promise<void> {
    if (this.#report === null) return;
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        this.#point = await call('judge.atThreshold', {
          ...this.#where(),
          classIndex: this.#classIndex,
          threshold: this.#threshold,
          prevalence: this.#prevalence,
        });
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #list(): Promise<void> {
    if (this.#report !== null) this.#cases = await this.#fetchCases(0);
  }

  #fetchCases(offset: number) {
    const choice = this.#choice;
    return call('judge.cases', {
      ...this.#where(),
      threshold: this.classes.length === 2 ? this.#threshold : null,
      ...(choice.kind === 'mistakes' ? { isWrong: true } : { truth: choice.truth, decision: choice.decision }),
      offset,
      limit: casesAtOnce,
    });
  }
}

/** Runs an action of the page; a failure becomes a notice. */
export const act = (work: () => Promise<unknown>): void => void attempt(work);
