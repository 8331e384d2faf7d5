/**
 * The reading room: the list of a data set and the item in view.
 *
 * What is shown, listed and labelled is one value: `target` follows from the image on the active viewport and from what a label is
 * about, so that none of the three can be of another study than the others. While a study is on its way it is what was asked for,
 * and nothing can be labelled.
 */
import {
  type CallOutput,
  isSameTarget,
  type ReaderId,
  type ReadingItem,
  type ReadingList,
  type ReadingOrder,
  type ReadingState,
  type ReadingTarget,
  type StudyId,
  targetFacts,
  targetOfImage,
} from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import type { CaseReference } from '../../app/navigation.svelte.ts';
import { prefetchFrame } from '../../viewport/frames.ts';
import { Answers, type Sitting } from './answers.svelte.ts';
import { Checking } from './checking.svelte.ts';
import type { Mode } from './commands.ts';
import { isLabelled } from './labelled.ts';
import { Order } from './order.svelte.ts';
import { itemAt, seriesOf, startOf } from './reading-list.ts';
import type { Series } from './series.ts';
import { Stage } from './stage.svelte.ts';

export const filters = ['all', 'unlabelled', 'disagreements'] as const;
export type Filter = (typeof filters)[number];
type Readers = CallOutput<'readers.list'>;

interface Opening {
  readonly dataset: string;
  readonly at: CaseReference | null;
  readonly cases: readonly StudyId[];
  readonly checking: string | null;
}

interface Found {
  readonly list: ReadingList;
  readonly readers: Readers;
  readonly order: ReadingOrder;
}

export class Reading {
  readonly #isTyping: () => boolean;
  readonly stage = new Stage();
  readonly answers = new Answers(this);
  readonly order = new Order(this);
  #list = $state.raw<ReadingList | null>(null);
  #readers = $state.raw<Readers | null>(null);
  /** What was asked for; counts until a picture hangs. */
  #wanted = $state.raw<{ readonly target: ReadingTarget; readonly studyId: StudyId } | null>(null);
  /** The studies that the list is narrowed to, as another screen asked; null for all. */
  #only = $state.raw<ReadonlySet<StudyId> | null>(null);
  #filter = $state<Filter>('all');
  /** The question whose answer is looked for where the data set asks several; null for all of them. */
  #sought = $state<string | null>(null);
  #mode = $state<Mode>('label');
  #request = 0;
  #listing = 0;
  #noted = 0;
  /** The data set that is on its way. */
  #opening = $state.raw<Opening | null>(null);
  #isElsewhere = $state(false);
  #checking = $state.raw<Checking | null>(null);

  /** @param isTyping whether a text field of the page has the focus */
  constructor(isTyping: () => boolean = () => false) {
    this.#isTyping = isTyping;
  }

  get isTyping(): boolean {
    return this.#isTyping();
  }
  /** The studies that the list is narrowed to. */
  get cases(): readonly StudyId[] {
    return this.#only === null ? [] : [...this.#only];
  }
  /** The list of labels to check that the case was opened from; null where it came another way. */
  get checking(): Checking | null {
    return this.#checking;
  }
  get list(): ReadingList | null {
    return this.#list;
  }
  get readers(): Readers | null {
    return this.#readers;
  }
  /** Everything to label, in the order that is chosen. */
  readonly items: readonly ReadingItem[] = $derived.by(() => this.order.sorted(this.#list?.items ?? []));
  /** What the picture in view and the next answer are about. */
  get target(): ReadingTarget | null {
    const { list } = this;
    const { displayed } = this.stage;
    if (list === null || displayed === null) return this.#wanted?.target ?? null;
    return targetOfImage(displayed, list.unit);
  }
  get item(): ReadingItem | null {
    const { target } = this;
    return this.items.find((item) => isSameTarget(item.target, target)) ?? null;
  }
  get series(): readonly Series[] {
    return this.stage.series;
  }
  /** Whether the picture of the item in view stands on the screen, so that a label can be given to it. */
  get isSeen(): boolean {
    return this.stage.isSeen && this.#opening === null;
  }
  /** True when the case that was asked for is not in the data set that was opened for it. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }
  get filter(): Filter {
    return this.#filter;
  }
  /** How many studies the list is narrowed to, and how many of them this data set has; null for all. */
  get narrowedTo(): { readonly asked: number; readonly found: number } | null {
    if (this.#only === null) return null;
    const found = new Set(this.items.map(({ studyId }) => studyId));
    return { asked: this.#only.size, found: [...this.#only].filter((id) => found.has(id)).length };
  }
  get mode(): Mode {
    return this.#mode;
  }
  /** What the data set asks of each item where its names are questions (findings, a quantity), in order; else none. */
  get questions(): readonly string[] {
    return this.#list !== null && targetFacts[this.#list.target].isPerName ? this.#list.classes : [];
  }
  /** The question that the progress, the list and "next" are about; null for all that are asked. */
  get sought(): string | null {
    return this.#sought;
  }
  get labelled(): number {
    return this.items.filter((item) => this.isLabelled(item)).length;
  }
  /** Of how many items the answer to each question is known, in the order of the questions. */
  get known(): readonly number[] {
    return this.questions.map((_, at) => this.items.filter((item) => isLabelled(item, at, this.#isShared)).length);
  }

  /** Whether an item has a label: where the data set asks several questions, an answer to the one that is sought, or to all. */
  isLabelled(item: ReadingItem): boolean {
    const at = this.#sought === null ? -1 : this.questions.indexOf(this.#sought);
    return isLabelled(item, at < 0 ? null : at, this.#isShared);
  }
  get #isShared(): boolean {
    return this.#list?.isShared ?? false;
  }
  /** What the filter lets through; the item in view always stays. */
  get shown(): readonly ReadingItem[] {
    const { target } = this;
    return this.items.filter((item) => this.#passes(item) || isSameTarget(item.target, target));
  }

  #passes(item: ReadingItem): boolean {
    if (this.#only?.has(item.studyId) === false) return false;
    if (this.#filter === 'all') return true;
    return this.#filter === 'unlabelled' ? !this.isLabelled(item) : item.isDisputed;
  }

  /**
   * Opens a data set at a case, or at the first item without a label; `cases` narrows the list to some studies. Where the case is not in
   * the data set nothing is shown, least of all another one: `isElsewhere` says so.
   */
  async open(
    dataset: string,
    at: CaseReference | null = null,
    cases: readonly StudyId[] = [],
    checking: string | null = null,
  ): Promise<void> {
    const opening = { dataset, at, cases, checking };
    this.#opening = opening;
    this.#checking = checking === null ? null : new Checking(checking);
    // Nothing of the former data set stands there while the name of another one does.
    this.#leave();
    let found: Found | null;
    try {
      found = await this.#read(dataset);
    } finally {
      if (this.#opening === opening) this.#opening = null;
    }
    if (found === null) return;
    this.#take(found);
    this.answers.forget();
    this.#only = cases.length === 0 ? null : new Set(cases);
    this.#sought = null;
    this.#leave();
    this.order.forget();
    this.order.take(dataset, found.order);
    const candidates = this.items.filter((item) => this.#passes(item));
    const unlabelled = candidates.find((item) => !this.isLabelled(item));
    const start = at === null ? (unlabelled ?? candidates[0]) : itemAt(found.list, at);
    this.#isElsewhere = start === undefined && (at !== null || cases.length > 0);
    if (start !== undefined) await this.select(start.target, at);
  }

  /** Brings a case into view; false where the data set does not have it. */
  async showCase(at: CaseReference): Promise<boolean> {
    const item = this.#list === null ? undefined : itemAt(this.#list, at);
    if (item === undefined) return false;
    await this.select(item.target, at);
    return true;
  }

  /** Reads the list again (another reader, other settings) and stays with the picture that is in view. */
  async reload(): Promise<void> {
    if (this.#opening !== null) {
      const { dataset, at, cases, checking } = this.#opening;
      await this.open(dataset, at, cases, checking);
      return;
    }
    if (this.#list === null) return;
    const found = await this.#read(this.#list.dataset);
    const { list } = this;
    if (found === null || list === null) return;
    const studyId = this.stage.displayed?.studyId ?? this.#wanted?.studyId;
    this.#take(found);
    if (found.list.unit !== list.unit || found.list.reader.id !== list.reader.id) {
      this.answers.forget();
      this.order.forget();
    }
    this.order.take(found.list.dataset, found.order);
    if (this.item !== null) return;
    const next = this.items.find((item) => item.studyId === studyId) ?? this.items[0];
    this.#leave();
    if (next !== undefined) await this.select(next.target);
  }

  /** A list with the readers as both are now; null when another was asked for meanwhile, whose answer counts. */
  async #read(dataset: string): Promise<Found | null> {
    this.#listing += 1;
    const listing = this.#listing;
    for (;;) {
      const noted = this.#noted;
      const [list, readers, order] = await Promise.all([
        call('reading.list', { dataset }),
        call('readers.list', {}),
        call('reading.order', { dataset }),
      ]);
      if (listing !== this.#listing) return null;
      // What an answer left of an item meanwhile is newer than this list may be.
      if (noted === this.#noted) return { list, readers, order };
    }
  }

  #take({ list, readers }: Found): void {
    this.#list = list;
    this.#readers = readers;
  }

  #leave(): void {
    this.#request += 1;
    this.#wanted = null;
    this.stage.clear();
  }

  /** Brings an item into view, at an image of it where one is named. */
  async select(target: ReadingTarget, at: CaseReference | null = null): Promise<void> {
    const { list } = this;
    const item = list?.items.find((row) => isSameTarget(row.target, target));
    if (list === null || item === undefined) return;
    this.#request += 1;
    const request = this.#request;
    this.#wanted = { target, studyId: item.studyId };
    let { series } = this.stage;
    if (series[0]?.studyId !== item.studyId) {
      this.stage.clear();
      const images = await call('reading.images', { dataset: list.dataset, studyId: item.studyId });
      // The reader has moved on: this answer is about a patient who is no longer in view.
      if (request !== this.#request) return;
      series = seriesOf(images);
    }
    this.stage.hang(series, startOf(target, at));
    void this.#prefetchNext(request);
  }

  /** The next item's first picture is fetched while this one is read. */
  async #prefetchNext(request: number): Promise<void> {
    const next = this.#neighbour(1);
    const { list } = this;
    if (next === undefined || list === null || next.studyId === this.item?.studyId) return;
    const images = await call('reading.images', { dataset: list.dataset, studyId: next.studyId });
    if (request !== this.#request) return;
    for (const { frames } of seriesOf(images).slice(0, this.stage.layout)) {
      const first = frames[0];
      if (first !== undefined) prefetchFrame(first);
    }
  }

  #neighbour(by: number): ReadingItem | undefined {
    const { shown, target } = this;
    return shown[shown.findIndex((item) => isSameTarget(item.target, target)) + by];
  }

  /** To the next item of the list, or the one before; false where the list ends. */
  async step(by: 1 | -1): Promise<boolean> {
    const next = this.#neighbour(by);
    if (next !== undefined) await this.select(next.target);
    return next !== undefined;
  }

  /** To the first item of the next patient, or of the one before; false where there is none. */
  async stepPatient(by: 1 | -1): Promise<boolean> {
    const { shown, item } = this;
    if (item === null) return true;
    const at = shown.findIndex(({ target }) => isSameTarget(target, item.target));
    const isOther = ({ patientNumber }: ReadingItem): boolean => patientNumber !== item.patientNumber;
    const there = by === 1 ? shown.slice(at + 1) : shown.slice(0, at);
    const other = by === 1 ? there.find(isOther) : there.findLast(isOther);
    // Ordered by uncertainty the cases of a patient stand apart: it is the first of those that follow each other.
    const isOf = ({ patientNumber }: ReadingItem): boolean => patientNumber === other?.patientNumber;
    const last = other === undefined ? -1 : shown.indexOf(other);
    const before = by === 1 ? last - 1 : shown.slice(0, last).findLastIndex((one) => !isOf(one));
    const next = other === undefined ? undefined : shown[before + 1];
    if (next !== undefined) await this.select(next.target);
    return next !== undefined;
  }

  /** To the next item without a label, from the top again at the end; false when all are labelled. */
  async nextUnlabelled(): Promise<boolean> {
    const { target } = this;
    const items = this.items.filter(({ studyId }) => this.#only?.has(studyId) !== false);
    const at = items.findIndex((item) => isSameTarget(item.target, target));
    const next = [...items.slice(at + 1), ...items.slice(0, at + 1)].find((item) => !this.isLabelled(item));
    if (next === undefined) return false;
    await this.select(next.target);
    return true;
  }

  /** Looks for items without an answer to one question; null for any of them. */
  seek(question: string | null): void {
    this.#sought = question;
  }

  setFilter(filter: Filter): void {
    this.#filter = filter;
  }

  /** Shows the whole data set again after it was opened at some cases. */
  showAll(): void {
    this.#only = null;
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
  }

  /** Notes what an answer left of an item, unless this is the list of another data set or reader by now. */
  note(sitting: Sitting, state: ReadingState): void {
    this.#noted += 1;
    if (this.#list === null || this.itemOf(sitting, state.target) === undefined) return;
    const items = this.#list.items.map((item) =>
      isSameTarget(item.target, state.target) ? { ...item, ...state } : item,
    );
    this.#list = { ...this.#list, items };
  }

  /** An item of the list in view, if that still is the list of `sitting`. */
  itemOf({ dataset, readerId }: Sitting, target: ReadingTarget): ReadingItem | undefined {
    if (this.#list?.dataset !== dataset || this.#list.reader.id !== readerId) return undefined;
    return this.items.find((item) => isSameTarget(item.target, target));
  }

  async addClass(name: string): Promise<void> {
    if (this.#list === null || name.trim() === '') return;
    await call('labels.addClass', { dataset: this.#list.dataset, name: name.trim() });
    await this.reload();
  }

  async configure(settings: Partial<Pick<ReadingList, 'unit' | 'isBlinded'>>): Promise<void> {
    if (this.#list === null) return;
    await call('reading.configure', { dataset: this.#list.dataset, ...settings });
    await this.reload();
  }

  async useReader(id: ReaderId): Promise<void> {
    await call('readers.setCurrent', { id });
    await this.reload();
  }

  async addReader(name: string): Promise<void> {
    await call('readers.add', { name });
    await this.reload();
  }
}
