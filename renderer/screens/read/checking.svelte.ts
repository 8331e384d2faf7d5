/** The list of labels to check that a case was opened from: what a model says of the case in view, and what the reader makes of it. */
import { type ReadingItem, type Suspect, type SuspectReport, targetKey } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import type { Sitting } from './answers.svelte.ts';

export class Checking {
  readonly model: string;
  #report = $state.raw<SuspectReport | null>(null);

  constructor(model: string) {
    this.model = model;
  }

  async load(): Promise<void> {
    this.#report = await call('suspects.list', { model: this.model });
  }

  /** What is doubted of an item: one label, or the answers to some of its questions; none where it is not on the list. */
  of(item: ReadingItem | null): readonly Suspect[] {
    if (item === null) return [];
    return (this.#report?.suspects ?? []).filter(({ target }) => targetKey(target) === targetKey(item.target));
  }

  /** The next label behind those of an item that nobody has decided about, from the top again at the end; undefined where there is none. */
  nextOpen(item: ReadingItem | null): Suspect | undefined {
    const { suspects = [] } = this.#report ?? {};
    const last = this.of(item).at(-1)?.rank ?? 0;
    const open = suspects.filter(
      ({ state, target }) => state === 'open' && (item === null || targetKey(target) !== targetKey(item.target)),
    );
    return open.find(({ rank }) => rank > last) ?? open[0];
  }

  /** Keeps a label as it stands. @throws CallError READING_CHANGED where it is another one by now */
  async keep({ readerId }: Sitting, { target, question, labelNow, label }: Suspect): Promise<void> {
    this.#report = await call('suspects.keep', {
      model: this.model,
      target,
      question,
      label: labelNow ?? label,
      readerId,
    });
  }
}
