/** A label that a reader gives to a case of the list: what became of the label before is kept with it. */
import type { ReadingState } from '../../contract/index.ts';
import { ownLabel } from '../../store/index.ts';
import { requireDataset } from '../datasets/dataset.ts';
import { readersOf } from '../reading/readers.ts';
import { setLabel } from '../reading/reading.ts';
import type { ServiceContext } from '../session/context.ts';
import { labelBefore, noteLabel } from './suspects.ts';

/**
 * As `setLabel`; the reader was sent there by the list of `model`. A label that is not on that list is given all the same.
 * @throws as `setLabel`; MODEL_NOT_FOUND
 */
export function setCheckedLabel(
  context: ServiceContext,
  model: string,
  act: Parameters<typeof setLabel>[1],
  given: string,
): ReadingState {
  const checked = { model, target: act.target, question: act.question ?? null };
  const before = labelBefore(context, checked);
  const state = setLabel(context, act, given);
  if (before !== null) {
    const { id } = requireDataset(context, act.dataset);
    const { key } = readersOf(context).current;
    // As it is kept: a number that was typed with a comma has a point.
    const after = ownLabel(context.library.db, id, act.target, key, checked.question)?.label ?? given;
    noteLabel(context, checked, before, after);
  }
  return state;
}
