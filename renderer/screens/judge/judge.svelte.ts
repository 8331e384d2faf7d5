/**
 * State of the Judge screen: which evaluation is shown, at which threshold, and the cases behind it.
 *
 * Length: one screen's state; each part of it answers to the same evaluation, and none may outlive it.
 */
import type {
  CallInput,
  CallOutput,
  ComparedModel,
  CoveragePointView,
  EvaluationPart,
  JudgedCase,
  JudgeLevel,
  JudgeReport,
  ModelCard,
  NumbersReport,
  OperatingPointView,
  StudyPooling,
  SubgroupView,
} from '../../../core/contract/index.ts';
import { choices } from '../../app/choices.svelte.ts';
import { call } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import type { CaseChoice, JudgePlace } from '../../app/navigation.svelte.ts';
import { attempt, notices } from '../../app/notices.svelte.ts';
import { Turns } from '../../app/turns.ts';
import { i18n } from '../../i18n/index.svelte.ts';
import { findingsOf, firstPart, isOfNumbers, shownClass } from './choices.ts';

type ModelRow = CallOutput<'judge.models'>[number];

const casesAtOnce = 24;

/** Cases with what they were asked by, so that what is opened, or listed behind them, is of the same list whatever was chosen since. */
interface ListedCases {
  readonly asked: CasesAsked;
  readonly choice: CaseChoice;
  readonly total: number;
  readonly cases: readonly JudgedCase[];
}

/** The figures at a threshold, with the prevalence that they were asked at. */
type AskedPoint = OperatingPointView & { readonly prevalence: number };

type CasesAsked = Omit<CallInput<'judge.cases'>, 'offset' | 'limit'> & { readonly level: JudgeLevel };

export class JudgeState {
  #models = $state.raw<readonly ModelRow[]>([]);
  #isLoaded = $state(false);
  #model = $state('');
  #split = $state<EvaluationPart>('test');
  #level = $state<JudgeLevel>('study');
  #pooling = $state<StudyPooling>('mean');
  #finding = $state('');
  #report = $state.raw<JudgeReport | null>(null);
  #numbers = $state.raw<NumbersReport | null>(null);
  #isOpening = $state(false);
  #classIndex = $state(1);
  #threshold = $state<number | null>(null);
  #prevalence = $state(0.1);
  #point = $state.raw<AskedPoint | null>(null);
  #choice = $state.raw<CaseChoice>({ kind: 'mistakes' });
  #listed = $state.raw<ListedCases | null>(null);
  #compared = $state.raw<readonly ComparedModel[] | null>(null);
  #subgroups = $state.raw<readonly SubgroupView[] | null>(null);
  #card = $state.raw<ModelCard | null>(null);
  #jobIds = $state.raw<readonly number[]>([]);
  #isOrdering = $state(false);
  #isAsking = false;
  #isStale = false;
  #opening = 0;
  #listing = 0;
  readonly #choosing = new Turns();

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
  get split(): EvaluationPart {
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
  /** The evaluation of a model of numbers. */
  get numbers(): NumbersReport | null {
    return this.#numbers;
  }
  /** The findings of the model, of which one is judged at a time; none of other models. */
  get findings(): readonly string[] {
    return findingsOf(this.row?.record);
  }
  /** The finding that is judged; null of a model that has none. */
  get finding(): string | null {
    return this.findings.find((name) => name === this.#finding) ?? this.findings[0] ?? null;
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
  /** Where the slider stands. */
  get threshold(): number {
    return this.#threshold ?? 0.5;
  }
  /** Whether figures are those of the model's own decisions, because no threshold was chosen: of more than two classes the most probable one. */
  get isOwnDecision(): boolean {
    return this.#threshold === null;
  }
  get prevalence(): number {
    return this.#prevalence;
  }
  get point(): AskedPoint | null {
    return this.#point;
  }
  /** The curves of the class that `point` is of: another may have been chosen since. */
  get pointCurves() {
    return this.figures?.classes.find(({ name }) => name === this.#point?.className) ?? null;
  }
  get choice(): CaseChoice {
    return this.#choice;
  }
  get cases(): Pick<ListedCases, 'total' | 'cases'> {
    return this.#listed ?? { total: 0, cases: [] };
  }
  /** Which cases are listed: those chosen last are on their way. */
  get listedChoice(): CaseChoice {
    return this.#listed?.choice ?? this.#choice;
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
    return this.#isOrdering || this.#jobIds.some((id) => jobs.byId(id)?.isStoppable === true);
  }
  /** The model's own threshold as one of the class shown, or null with more than two classes. */
  get stored(): number | null {
    const model = this.#report?.model;
    if (model === undefined || model.threshold === null) return null;
    // A model older than the knowledge of its positive class keeps a threshold of the other one, which is the same cut seen from there.
    return model.thresholdClass === this.className ? model.threshold : 1 - model.threshold;
  }
  /** The name of the class that threshold and figures are about. */
  get className(): string {
    return this.classes[this.#classIndex] ?? '';
  }

  /** Loads the models and shows `wanted`, the one chosen before, or the newest; at a place of before where one is given. */
  async open(wanted: string | null, split?: EvaluationPart, place?: JudgePlace): Promise<void> {
    const isNewest = this.#choosing.take();
    this.#models = await call('judge.models', {});
    this.#isLoaded = true;
    const isThere = (name: string | null): boolean => this.#models.some(({ record }) => record.name === name);
    // Whoever chose a model while the list was on its way is looking at that one.
    if (!isNewest() && isThere(this.#model)) return;
    if (wanted !== null && !isThere(wanted)) notices.done(i18n.words.round.edit.noModel(wanted));
    const known = [wanted, choices.model].find((name) => isThere(name));
    const name = known ?? this.#models.at(-1)?.record.name;
    if (name === undefined) return;
    this.#use(name);
    this.#split = firstPart(this.row, split);
    if (place !== undefined) {
      this.#level = place.level;
      this.#pooling = place.pooling;
      this.#finding = place.finding ?? '';
    }
    await this.#show(place);
  }

  /** Reads the list of models again after one was renamed, deleted or brought back, and shows `name` or another one. */
  async reopen(name: string | null): Promise<void> {
    // What is on its way is of the list as it was.
    this.#opening += 1;
    this.#isOpening = false;
    this.#model = '';
    this.#report = null;
    this.#numbers = null;
    await this.open(name);
  }

  /** What the cases that are listed were asked by; null where none are. */
  get casesAsked(): CasesAsked | null {
    return this.#listed?.asked ?? null;
  }

  /** Where one is, at the case of this place in the list that is shown. */
  placeAt(position: number): JudgePlace {
    const { level, pooling, finding, classIndex, choice } = this;
    const place = { level, pooling, finding, classIndex, threshold: this.#threshold, choice, position };
    if (this.#listed === null) return place;
    const { asked, choice: listed } = this.#listed;
    // Of two classes the threshold says which cases are listed; of more the model's own decisions do, whichever class is looked at.
    const threshold = this.classes.length === 2 ? asked.threshold : place.threshold;
    return { ...place, level: asked.level, threshold, choice: listed };
  }

  #use(name: string): void {
    this.#model = name;
    choices.choose({ model: name });
  }

  async chooseModel(name: string): Promise<void> {
    this.#choosing.take();
    this.#use(name);
    this.#split = firstPart(this.row, this.#split);
    await this.#show();
  }

  async chooseFinding(finding: string): Promise<void> {
    this.#finding = finding;
    await this.#show();
  }

  async chooseSplit(split: EvaluationPart): Promise<void> {
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
    // The figures of one level must not stand under the name of the other.
    this.#point = null;
    await Promise.all([this.#ask(), this.#list()]);
  }

  async chooseClass(index: number): Promise<void> {
    this.#classIndex = index;
    this.#subgroups = null;
    await this.#ask();
  }

  /** Evaluates models on the split shown; the screen fills itself when they are done. */
  async evaluate(names: readonly string[] = [this.#model]): Promise<void> {
    // A second press before the first has its answer would look at the cases twice.
    if (this.#isOrdering) return;
    this.#isOrdering = true;
    try {
      await this.#order(names);
    } finally {
      this.#isOrdering = false;
    }
  }

  async #order(names: readonly string[]): Promise<void> {
    // As they were when the button was pressed: each look at test cases counts, and nobody asked for one who chose them meanwhile.
    const { split, pooling: studyPooling } = this;
    for (const model of names) {
      const job = await jobs.start({ kind: 'evaluate', options: { model, split, studyPooling } });
      this.#jobIds = [...this.#jobIds, job.id];
      // A quick one has ended by now, and its end was told before anybody waited for it.
      const { id, state } = jobs.newest(job);
      await this.jobChanged(id, state);
    }
  }

  /** Called for every change of a job: shows what an evaluation of this screen found. */
  async jobChanged(id: number, state: string): Promise<void> {
    if (!this.#jobIds.includes(id) || state !== 'succeeded') return;
    this.#jobIds = this.#jobIds.filter((known) => known !== id);
    this.#models = await call('judge.models', {});
    this.#compared = null;
    if (this.#report === null && this.#numbers === null) await this.#show();
    else if (this.#jobIds.length === 0) await this.loadCompared();
  }

  /** Moves the threshold; calls that cannot keep up with the slider are skipped, the last one never. */
  async moveThreshold(value: number): Promise<void> {
    this.#threshold = Math.min(1, Math.max(0, value));
    this.#subgroups = null;
    await this.#ask();
  }

  /** Back to the decisions that the model itself makes. */
  async showOwnDecision(): Promise<void> {
    this.#threshold = this.stored;
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

  /** Lists more of the same cases. */
  async moreCases(): Promise<void> {
    const listed = this.#listed;
    if (listed === null) return;
    const { asked, cases } = listed;
    const next = await call('judge.cases', { ...asked, offset: cases.length, limit: casesAtOnce });
    // Others are listed by now, or these were listed by another press of the button.
    if (listed === this.#listed) this.#listed = { ...listed, total: next.total, cases: [...cases, ...next.cases] };
  }

  async saveThreshold(): Promise<void> {
    if (this.#report === null) return;
    const model = this.#model;
    await call('models.setThreshold', {
      model,
      finding: this.finding,
      thresholdClass: this.className,
      threshold: this.threshold,
      split: this.#split,
    });
    await this.#reload(model);
    notices.done(i18n.words.judge.thresholdSaved);
  }

  /** Says which of the model's two classes its figures are about. */
  async choosePositive(positive: string): Promise<void> {
    if (this.#report === null) return;
    const model = this.#model;
    await call('models.setPositive', { model, positive });
    await this.#reload(model);
  }

  async calibrate(): Promise<void> {
    if (this.#report === null) return;
    const model = this.#model;
    await call('models.calibrate', { model });
    await this.#reload(model);
    notices.done(i18n.words.judge.calibrated);
  }

  async saveBand(point: CoveragePointView | null): Promise<void> {
    if (this.#report === null) return;
    const model = this.#model;
    await call('models.setReferBand', { model, finding: this.finding, band: point?.band ?? null });
    await this.#reload(model);
    notices.done(i18n.words.judge.bandSaved);
  }

  /** Looks for the rule of referral that leaves at most `allowed` of the other answers wrong; gives what came of it. */
  async promise(allowed: number): Promise<CallOutput<'models.promiseReferral'> | null> {
    if (this.#report === null) return null;
    const model = this.#model;
    const outcome = await call('models.promiseReferral', {
      model,
      finding: this.finding,
      allowed,
      pooling: this.#pooling,
    });
    if (outcome.band !== null) {
      await this.#reload(model);
      notices.done(i18n.words.judge.bandSaved);
    }
    return outcome;
  }

  async loadCompared(): Promise<void> {
    const compared = await this.#answerForNow(
      () => [this.#level],
      () => call('judge.compare', this.#where()),
    );
    if (compared !== null) this.#compared = compared;
  }

  async loadSubgroups(): Promise<void> {
    const subgroups = await this.#answerForNow(
      () => [this.#level, this.#classIndex, this.#threshold],
      () => call('judge.subgroups', { ...this.#where(), classIndex: this.#classIndex, threshold: this.#threshold }),
    );
    if (subgroups !== null) this.#subgroups = subgroups;
  }

  async loadCard(): Promise<void> {
    const card = await this.#answerForNow(
      () => [],
      () => call('judge.card', { model: this.#model }),
    );
    if (card !== null) this.#card = card;
  }

  /**
   * What `ask` gives for the choices as they are when it answers: headings name the class, threshold and level of now, and figures of
   * others must not stand under them. Null where another evaluation was opened meanwhile, which asks anew.
   */
  async #answerForNow<T>(choices: () => readonly unknown[], ask: () => Promise<T>): Promise<T | null> {
    const opening = this.#opening;
    for (;;) {
      const asked = JSON.stringify(choices());
      const answer = await ask();
      if (opening !== this.#opening) return null;
      if (JSON.stringify(choices()) === asked) return answer;
    }
  }

  #where() {
    const { finding } = this;
    return { model: this.#model, split: this.#split, pooling: this.#pooling, level: this.#level, finding } as const;
  }

  #forgetTabs(): void {
    this.#compared = null;
    this.#subgroups = null;
    this.#card = null;
  }

  /** Shows what was changed about a model, unless another one is looked at by now. */
  async #reload(model: string): Promise<void> {
    this.#models = await call('judge.models', {});
    if (model === this.#model) await this.#show();
  }

  async #show(place?: JudgePlace): Promise<void> {
    const opening = ++this.#opening;
    const chosen = this.className;
    this.#forgetTabs();
    this.#isOpening = true;
    // Figures of one evaluation must not stand under the name of another, nor be stored with it.
    this.#report = null;
    this.#numbers = null;
    this.#point = null;
    this.#listing += 1;
    this.#listed = null;
    try {
      const { model, split, pooling, finding } = this.#where();
      if (isOfNumbers(this.row?.record)) {
        const numbers = await call('judge.numbers', { model, split, pooling });
        if (opening === this.#opening) this.#numbers = numbers;
        return;
      }
      const report = await call('judge.open', { model, split, pooling, finding });
      if (opening !== this.#opening) return;
      this.#report = report;
      this.#choice = place?.choice ?? { kind: 'mistakes' };
      if (report === null) return;
      this.#classIndex = place?.classIndex ?? shownClass(report.model, chosen);
      this.#threshold = place === undefined ? this.stored : place.threshold;
      await Promise.all([this.#ask(), this.#list(place?.position)]);
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
        await this.#askOnce();
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOnce(): Promise<void> {
    const opening = this.#opening;
    const { classIndex, level, prevalence } = this;
    const threshold = this.#threshold;
    try {
      const point = await call('judge.atThreshold', { ...this.#where(), classIndex, threshold, prevalence });
      if (opening === this.#opening && level === this.#level) this.#point = { ...point, prevalence };
    } catch (thrown) {
      // What is asked by now is asked all the same: figures of an earlier question would stand there for good.
      if (this.#isStale) return;
      if (opening === this.#opening) this.#point = null;
      throw thrown;
    }
  }

  /** Lists the first cases, at least up to the one at `position`. */
  async #list(position = 0): Promise<void> {
    if (this.#report === null) return;
    const listing = ++this.#listing;
    const asked = this.#asking();
    const choice = this.#choice;
    const limit = Math.max(casesAtOnce, Math.min(200, position + 1));
    const found = await call('judge.cases', { ...asked, offset: 0, limit });
    // Other cases were asked for meanwhile; a slow answer must not stand under their name.
    if (listing === this.#listing) this.#listed = { asked, choice, ...found };
  }

  /** What cases are asked by, as it is chosen now. */
  #asking(): CasesAsked {
    const choice = this.#choice;
    return {
      ...this.#where(),
      classIndex: this.#classIndex,
      threshold: this.classes.length === 2 ? this.#threshold : null,
      ...(choice.kind === 'mistakes' ? { isWrong: true } : { truth: choice.truth, decision: choice.decision }),
    };
  }
}

/** Runs an action of the page; a failure becomes a notice. */
export const act = (work: () => Promise<unknown>): Promise<unknown> => attempt(work);
