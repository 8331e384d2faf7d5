/**
 * The order by uncertainty of the list that is open. It is made in the core, by a job; here it is asked for, and the list is arranged by it once each time
 * a new one comes. Between two of them nothing moves, whatever is labelled.
 */
import { type JobView, type ReadingItem, type ReadingOrder, targetKey } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import { arranged } from './arrangement.ts';

/** What the order is of. */
interface Listed {
  readonly items: readonly ReadingItem[];
  readonly list: { readonly dataset: string } | null;
  readonly item: ReadingItem | null;
  isLabelled(item: ReadingItem): boolean;
}

export class Order {
  readonly #reading: Listed;
  #found = $state.raw<ReadingOrder | null>(null);
  /** The places of the list as it stands, by key; null in the usual order. */
  #places = $state.raw<ReadonlyMap<string, number> | null>(null);
  /** The data set and the time of the order that the list is arranged by. */
  #shown = '';
  #asked = 0;

  constructor(reading: Listed) {
    this.#reading = reading;
  }

  get found(): ReadingOrder | null {
    return this.#found;
  }
  get isOn(): boolean {
    return this.#found?.isOn === true;
  }
  /** The job that makes the next order of this data set, or made the last one. */
  get job(): Extract<JobView, { kind: 'order' }> | null {
    const dataset = this.#reading.list?.dataset;
    return jobs.ofKind('order').find(({ payload }) => payload?.dataset === dataset) ?? null;
  }

  /** Items as the list shows them: new ones at the end until the next order. */
  sorted(items: readonly ReadingItem[]): readonly ReadingItem[] {
    const places = this.#places;
    if (places === null) return items;
    const placeOf = (item: ReadingItem): number => places.get(targetKey(item.target)) ?? places.size;
    return [...items].sort((a, b) => placeOf(a) - placeOf(b));
  }

  /** The list is of something else now: what it is arranged by is told anew. */
  forget(): void {
    this.#found = null;
    this.#places = null;
    this.#shown = '';
  }

  /** Asks for the order of the list as it is now. */
  async reload(): Promise<void> {
    const dataset = this.#reading.list?.dataset;
    if (dataset === undefined) return;
    const asked = ++this.#asked;
    const found = await call('reading.order', { dataset, known: this.#knownOf(dataset) });
    if (asked === this.#asked) this.take(dataset, found);
  }

  /** Turns it on or off, or changes after how many labels a new one is made. */
  async choose(isOn: boolean, every: number): Promise<void> {
    const dataset = this.#reading.list?.dataset;
    if (dataset === undefined) return;
    const asked = ++this.#asked;
    const found = await call('reading.orderBy', { dataset, isOn, every, known: this.#knownOf(dataset) });
    await jobs.load();
    if (asked === this.#asked) this.take(dataset, found);
  }

  /** Something was labelled: how many more it takes, or what is still missing, may be another. */
  async labelsChanged(): Promise<void> {
    if (this.isOn) await this.reload();
  }

  /** Hears a change of a job: the end of one that made an order. */
  async hear(job: JobView): Promise<void> {
    if (job.kind !== 'order' || job.isStoppable || job.payload?.dataset !== this.#reading.list?.dataset) return;
    await this.reload();
  }

  /** When the order was made whose places are here already; null where none are. */
  #knownOf(dataset: string): string | null {
    const madeAt = this.#found?.order?.madeAt;
    return madeAt !== undefined && this.#shown === `${dataset} ${madeAt}` ? madeAt : null;
  }

  /** Arranges the list by an order that was not there before; by none where it is off. */
  take(dataset: string, found: ReadingOrder): void {
    if (this.#reading.list?.dataset !== dataset) return;
    this.#found = found;
    const { order, isOn } = found;
    if (!isOn || order === null) {
      this.#places = null;
      this.#shown = '';
      return;
    }
    const shown = `${dataset} ${order.madeAt}`;
    if (shown === this.#shown) return;
    const { items, item } = this.#reading;
    const listed = items.map((one) => ({ key: targetKey(one.target), isLabelled: this.#reading.isLabelled(one) }));
    const keys = arranged(listed, item === null ? null : targetKey(item.target), order.targets.map(targetKey));
    this.#places = new Map(keys.map((key, place) => [key, place]));
    this.#shown = shown;
  }
}
