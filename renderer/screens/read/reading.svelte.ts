/** The reading room: the list of a data set, the item in view, labels with undo, and what was said about it. */
import type {
  CallInput,
  CallOutput,
  ReadingImage,
  ReadingItem,
  ReadingList,
  ReadingState,
} from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { type FrameReference, prefetchFrame } from '../../viewport/frames.ts';
import type { Mode } from './commands.ts';
import { type Series, Stage } from './stage.svelte.ts';

export const filters = ['all', 'unlabelled', 'disagreements'] as const;
export type Filter = (typeof filters)[number];
type Readers = CallOutput<'readers.list'>;
type Tag = Pick<ReadingItem, 'tag' | 'reason'>;

interface Step {
  readonly targetId: number;
  readonly change:
    | { readonly kind: 'label'; readonly after: string }
    | { readonly kind: 'tag'; readonly before: Tag; readonly after: Tag };
}

export class Reading {
  readonly stage = new Stage();
  #list = $state.raw<ReadingList | null>(null);
  #readers = $state.raw<Readers>({ readers: [], currentId: 0 });
  #targetId = $state.raw<number | null>(null);
  #series = $state.raw<readonly Series[]>([]);
  #filter = $state<Filter>('all');
  #mode = $state<Mode>('label');
  #pending = $state(0);
  #done = $state.raw<readonly Step[]>([]);
  #undone = $state.raw<readonly Step[]>([]);
  #request = 0;

  get list(): ReadingList | null {
    return this.#list;
  }
  get readers(): Readers {
    return this.#readers;
  }
  get items(): readonly ReadingItem[] {
    return this.#list?.items ?? [];
  }
  get item(): ReadingItem | null {
    return this.items.find(({ targetId }) => targetId === this.#targetId) ?? null;
  }
  get series(): readonly Series[] {
    return this.#series;
  }
  get filter(): Filter {
    return this.#filter;
  }
  get mode(): Mode {
    return this.#mode;
  }
  /** True while something is on its way to the disk. */
  get isSaving(): boolean {
    return this.#pending > 0;
  }
  get canUndo(): boolean {
    return this.#done.length > 0;
  }
  get canRedo(): boolean {
    return this.#undone.length > 0;
  }
  get labelled(): number {
    return this.items.filter(isLabelled).length;
  }
  /** What the filter lets through; the item in view always stays. */
  get shown(): readonly ReadingItem[] {
    if (this.#filter === 'all') return this.items;
    const passes = this.#filter === 'unlabelled' ? (item: ReadingItem) => !isLabelled(item) : isDisputed;
    return this.items.filter((item) => passes(item) || item.targetId === this.#targetId);
  }

  /** Opens a data set at a study, an instance, or the first item without a label. */
  async open(
    dataset: string,
    at: { readonly studyId?: number | undefined; readonly instanceId?: number | undefined } = {},
  ): Promise<void> {
    const [list, readers] = await Promise.all([call('reading.list', { dataset }), call('readers.list', {})]);
    this.#readers = readers;
    this.#list = list;
    this.#done = [];
    this.#undone = [];
    const wanted = list.items.find(
      (item) => (list.unit === 'instance' && item.targetId === at.instanceId) || item.studyId === at.studyId,
    );
    const start = wanted ?? list.items.find((item) => !isLabelled(item)) ?? list.items[0];
    if (start === undefined) this.#leave();
    else await this.select(start.targetId, at.instanceId);
  }

  /** Reads the list again (another reader, other settings) and stays where it is. */
  async reload(): Promise<void> {
    const { list } = this;
    if (list === null) return;
    const [fresh, readers] = await Promise.all([
      call('reading.list', { dataset: list.dataset }),
      call('readers.list', {}),
    ]);
    this.#readers = readers;
    this.#list = fresh;
    if (fresh.unit !== list.unit || fresh.reader.id !== list.reader.id) {
      this.#done = [];
      this.#undone = [];
    }
    if (this.item !== null) return;
    const first = fresh.items[0];
    if (first === undefined) this.#leave();
    else await this.select(first.targetId);
  }

  #leave(): void {
    this.#targetId = null;
    this.#series = [];
    this.stage.clear();
  }

  /** Brings an item into view. */
  async select(targetId: number, instanceId?: number): Promise<void> {
    const { list } = this;
    const item = list?.items.find((row) => row.targetId === targetId);
    if (list === null || item === undefined) return;
    const isSameStudy = this.item?.studyId === item.studyId && this.#series.length > 0;
    this.#targetId = targetId;
    this.#request += 1;
    const request = this.#request;
    if (!isSameStudy) {
      this.stage.clear();
      const images = await call('reading.images', { dataset: list.dataset, studyId: item.studyId });
      // The reader has moved on: this answer is about a patient who is no longer in view.
      if (request !== this.#request) return;
      this.#series = seriesOf(images);
    }
    this.stage.hang(this.#series, this.#startOf(list, item, instanceId));
    void this.#prefetchNext(request);
  }

  #startOf(list: ReadingList, item: ReadingItem, instanceId: number | undefined): FrameReference | number | null {
    if (instanceId !== undefined) return { instanceId, frame: 0 };
    if (list.unit === 'instance') return { instanceId: item.targetId, frame: 0 };
    return list.unit === 'series' ? item.targetId : null;
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
    const { shown } = this;
    return shown[shown.findIndex(({ targetId }) => targetId === this.#targetId) + by];
  }

  async step(by: 1 | -1): Promise<void> {
    const next = this.#neighbour(by);
    if (next !== undefined) await this.select(next.targetId);
  }

  /** To the first item of the next patient, or of the one before. */
  async stepPatient(by: 1 | -1): Promise<void> {
    const { shown, item } = this;
    if (item === null) return;
    const numbers = shown.map(({ patientNumber }) => patientNumber);
    const wanted =
      by === 1 ? numbers.find((n) => n > item.patientNumber) : numbers.findLast((n) => n < item.patientNumber);
    const next = shown.find(({ patientNumber }) => patientNumber === wanted);
    if (next !== undefined) await this.select(next.targetId);
  }

  /** To the next item without a label, from the top again at the end; false when all are labelled. */
  async nextUnlabelled(): Promise<boolean> {
    const { items } = this;
    const at = items.findIndex(({ targetId }) => targetId === this.#targetId);
    const next = [...items.slice(at + 1), ...items.slice(0, at + 1)].find((item) => !isLabelled(item));
    if (next === undefined) return false;
    await this.select(next.targetId);
    return true;
  }

  setFilter(filter: Filter): void {
    this.#filter = filter;
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
  }

  /** Gives the item in view a class. */
  async label(name: string): Promise<void> {
    const { item } = this;
    if (item === null || item.label === name) return;
    await this.#write('labels.set', item.targetId, { label: name });
    this.#remember({ targetId: item.targetId, change: { kind: 'label', after: name } });
  }

  async tag(tag: Tag): Promise<void> {
    const { item } = this;
    if (item === null || (item.tag === tag.tag && item.reason === tag.reason)) return;
    const before = { tag: item.tag, reason: item.reason };
    await this.#write('labels.tag', item.targetId, tag);
    this.#remember({ targetId: item.targetId, change: { kind: 'tag', before, after: tag } });
  }

  async comment(targetId: number, text: string): Promise<void> {
    const item = this.items.find((row) => row.targetId === targetId);
    if (item !== undefined && item.comment !== text) await this.#write('labels.comment', targetId, { text });
  }

  #remember(step: Step): void {
    this.#done = [...this.#done, step];
    this.#undone = [];
  }

  /** Takes the last step back and shows what it was about. */
  async undo(): Promise<void> {
    const step = this.#done.at(-1);
    if (step === undefined) return;
    if (step.change.kind === 'label') await this.#write('labels.withdraw', step.targetId, {});
    else await this.#write('labels.tag', step.targetId, step.change.before);
    this.#done = this.#done.slice(0, -1);
    this.#undone = [...this.#undone, step];
    await this.select(step.targetId);
  }

  async redo(): Promise<void> {
    const step = this.#undone.at(-1);
    if (step === undefined) return;
    if (step.change.kind === 'label') await this.#write('labels.set', step.targetId, { label: step.change.after });
    else await this.#write('labels.tag', step.targetId, step.change.after);
    this.#undone = this.#undone.slice(0, -1);
    this.#done = [...this.#done, step];
    await this.select(step.targetId);
  }

  async #write<N extends 'labels.set' | 'labels.withdraw' | 'labels.tag' | 'labels.comment'>(
    name: N,
    targetId: number,
    input: Omit<CallInput<N>, 'dataset' | 'level' | 'targetId'>,
  ): Promise<void> {
    const { list } = this;
    if (list === null) return;
    this.#pending += 1;
    try {
      const target = { dataset: list.dataset, level: list.unit, targetId };
      this.#take((await call(name, { ...target, ...input } as CallInput<N>)) as ReadingState);
    } finally {
      this.#pending -= 1;
    }
  }

  #take(state: ReadingState): void {
    if (this.#list === null) return;
    const items = this.#list.items.map((item) => (item.targetId === state.targetId ? { ...item, ...state } : item));
    this.#list = { ...this.#list, items };
  }

  async addClass(name: string): Promise<void> {
    if (this.#list === null || name.trim() === '') return;
    await call('labels.addClass', { dataset: this.#list.dataset, name: name.trim() });
    await this.reload();
  }

  async configure(settings: Pick<ReadingList, 'unit' | 'isBlinded'>): Promise<void> {
    if (this.#list === null) return;
    await call('reading.configure', { dataset: this.#list.dataset, ...settings });
    await this.reload();
  }

  async useReader(id: number): Promise<void> {
    await call('readers.setCurrent', { id });
    await this.reload();
  }

  async addReader(name: string): Promise<void> {
    await call('readers.add', { name });
    await this.reload();
  }
}

/** By the current reader, or (not blinded) by whoever's label counts. */
export function isLabelled(item: ReadingItem): boolean {
  return item.label !== null || item.reference !== null;
}

function isDisputed(item: ReadingItem): boolean {
  return item.isDisputed;
}

function seriesOf(images: readonly ReadingImage[]): Series[] {
  const series = new Map<number, { id: number; modality: string | null; frames: FrameReference[] }>();
  for (const { seriesId, modality, instanceId, numberOfFrames } of images) {
    const own = series.get(seriesId) ?? { id: seriesId, modality, frames: [] };
    series.set(seriesId, own);
    for (let frame = 0; frame < numberOfFrames; frame++) own.frames.push({ instanceId, frame });
  }
  return [...series.values()];
}
