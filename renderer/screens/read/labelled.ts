/** Whether an item of a reading list is labelled. */
import type { ReadingItem } from '../../../core/contract/index.ts';

/**
 * By the current reader; where one person alone reads, also by whoever's label counts (an import). Where the data set asks several questions: the
 * one at a place, or all of them (null).
 */
export function isLabelled(item: ReadingItem, at: number | null, isShared: boolean): boolean {
  const { answers, standing } = item;
  const counts = (own: string | null, reference: string | null): boolean =>
    own !== null || (!isShared && reference !== null);
  if (standing.length === 0) return counts(item.label, item.reference);
  const known = standing.map(({ reference }, k) => counts(answers[k] ?? null, reference));
  return at === null ? known.every(Boolean) : known[at] === true;
}
