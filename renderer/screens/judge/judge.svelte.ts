/**
 * State of the Judge screen: which evaluation is shown. What is asked of it is with its parts: the figures at a threshold, the cases behind
 * them, what the other tabs show, what is changed about the model, and the evaluations that are under way.
 */
import type {
  CallOutput,
  EvaluationPart,
  JudgedCase,
  JudgeLevel,
  JudgeReport,
  NumbersReport,
  StudyPooling,
} from '../../../core/contract/index.ts';
import { choices } from '../../app/choices.svelte.ts';
import { call } from '../../app/client.ts';
import type { CaseChoice, JudgePlace } from '../../app/navigation.svelte.ts';
import { attempt, notices } from '../../app/notices.svelte.ts';
import { Turns } from '../../app/turns.ts';
import { i18n } from '../../i18n/index.svelte.ts';
import { type AskedPoint, AtThreshold } from './at-threshold.svelte.ts';
import { findingsOf, firstPart, isOfNumbers, shownClass } from './choices.ts';
import { Evaluations } from './evaluations.svelte.ts';
import { type CasesAsked, ListedCases } from './listed-cases.svelte.ts';
import { ModelChanges } from './model-changes.ts';
import { TabContents } from './tab-contents.svelte.ts';

type ModelRow = CallOutput<'judge.models'>[number];

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
  readonly #opening = new Turns();
  readonly #choosing = new Turns();
  #isStillOpen = this.#opening.take();
  readonly #at = new AtThreshold(this);
  readonly #cases = new ListedCases(this);
  readonly #evaluations = new Evaluations(this);
  readonly tabs = new TabContents(this);
  readonly changes = new ModelChanges(this);

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
    return this.cutAt ?? 0.5;
  }
  /** The threshold that figures and cases are asked at; null for the decisions that the model itself makes. */
  get cutAt(): number | null {
    return this.#at.cutAt;
  }
  /** Whether figures are those of the model's own decisions, because no threshold was chosen: of more than two classes the most probable one. */
  get isOwnDecision(): boolean {
    return this.cutAt === null;
  }
  get prevalence(): number {
    return this.#at.prevalence;
  }
  get point(): AskedPoint | null {
    return this.#at.point;
  }
  /** The curves of the class that `point` is of: another may have been chosen since. */
  get pointCurves() {
    return this.figures?.classes.find(({ name }) => name === this.point?.className) ?? null;
  }
  get choice(): CaseChoice {
    return this.#cases.choice;
  }
  get cases(): { readonly total: number; readonly cases: readonly JudgedCase[] } {
    return this.#cases.listed ?? { total: 0, cases: [] };
  }
  /** Which cases are listed: those chosen last are on their way. */
  get listedChoice(): CaseChoice {
    return this.#cases.listed?.choice ?? this.choice;
  }
  /** What the cases that are listed were asked by; null where none are. */
  get casesAsked(): CasesAsked | null {
    return this.#cases.listed?.asked ?? null;
  }
  /** Evaluations that this screen started and that have not ended. */
  get isEvaluating(): boolean {
    return this.#evaluations.isUnderWay;
  }
  /** What every question to the core is about. */
  get where() {
    const { model, split, pooling, level, finding } = this;
    return { model, split, pooling, level, finding } as const;
  }
  /** Says of the evaluation that is open now whether it still is. */
  get isStillOpen(): () => boolean {
    return this.#isStillOpen;
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
    this.#isStillOpen = this.#opening.take();
    this.#isOpening = false;
    this.#model = '';
    this.#report = null;
    this.#numbers = null;
    await this.open(name);
  }

  /** Where one is, at the case of this place in the list that is shown. */
  placeAt(position: number): JudgePlace {
    const { level, pooling, finding, classIndex, choice } = this;
    const place = { level, pooling, finding, classIndex, threshold: this.cutAt, choice, position };
    const { listed } = this.#cases;
    if (listed === null) return place;
    // Of two classes the threshold says which cases are listed; of more the model's own decisions do, whichever class is looked at.
    const threshold = this.classes.length === 2 ? listed.asked.threshold : place.threshold;
    return { ...place, level: listed.asked.level, threshold, choice: listed.choice };
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
    this.tabs.forget();
    // The figures of one level must not stand under the name of the other.
    this.#at.forget();
    await Promise.all([this.#at.ask(), this.#cases.load()]);
  }

  async chooseClass(index: number): Promise<void> {
    this.#classIndex = index;
    this.tabs.forgetSubgroups();
    await this.#at.ask();
  }

  /** Moves the threshold; calls that cannot keep up with the slider are skipped, the last one never. */
  async moveThreshold(value: number): Promise<void> {
    this.tabs.forgetSubgroups();
    await this.#at.move(value);
  }

  /** Back to the decisions that the model itself makes. */
  async showOwnDecision(): Promise<void> {
    this.#at.put(this.stored);
    this.tabs.forgetSubgroups();
    await this.#at.ask();
  }

  async setPrevalence(percent: number): Promise<void> {
    await this.#at.setPrevalence(percent);
  }

  /** Lists the cases for the threshold as it now is. */
  async showCases(choice: CaseChoice): Promise<void> {
    this.#cases.choose(choice);
    await this.#cases.load();
  }

  /** Lists more of the same cases. */
  async moreCases(): Promise<void> {
    await this.#cases.more();
  }

  async saveThreshold(): Promise<void> {
    await this.changes.saveThreshold();
  }

  /** Evaluates models on the split shown; the screen fills itself when they are done. */
  async evaluate(names: readonly string[] = [this.#model]): Promise<void> {
    await this.#evaluations.order(names);
  }

  /** Called for every change of a job: shows what an evaluation of this screen found. */
  async jobChanged(id: number, state: string): Promise<void> {
    await this.#evaluations.hear(id, state);
  }

  /** Shows what one of the evaluations that were ordered found. */
  async evaluated(): Promise<void> {
    this.#models = await call('judge.models', {});
    this.tabs.forgetCompared();
    if (this.#report === null && this.#numbers === null) await this.#show();
    else if (this.#evaluations.areDone) await this.tabs.loadCompared();
  }

  /** Shows what was changed about a model, unless another one is looked at by now. */
  async reload(model: string): Promise<void> {
    this.#models = await call('judge.models', {});
    if (model === this.#model) await this.#show();
  }

  async #show(place?: JudgePlace): Promise<void> {
    const isStillOpen = this.#opening.take();
    this.#isStillOpen = isStillOpen;
    const chosen = this.className;
    this.tabs.forget();
    this.#isOpening = true;
    // Figures of one evaluation must not stand under the name of another, nor be stored with it.
    this.#report = null;
    this.#numbers = null;
    this.#at.forget();
    this.#cases.forget();
    try {
      const { model, split, pooling, finding } = this;
      if (isOfNumbers(this.row?.record)) {
        const numbers = await call('judge.numbers', { model, split, pooling });
        if (isStillOpen()) this.#numbers = numbers;
        return;
      }
      const report = await call('judge.open', { model, split, pooling, finding });
      if (!isStillOpen()) return;
      this.#report = report;
      this.#cases.choose(place?.choice ?? { kind: 'mistakes' });
      if (report === null) return;
      this.#classIndex = place?.classIndex ?? shownClass(report.model, chosen);
      this.#at.put(place === undefined ? this.stored : place.threshold);
      await Promise.all([this.#at.ask(), this.#cases.load(place?.position)]);
    } finally {
      if (isStillOpen()) this.#isOpening = false;
    }
  }
}

/** Runs an action of the page; a failure becomes a notice. */
export const act = (work: () => Promise<unknown>): Promise<unknown> => attempt(work);
