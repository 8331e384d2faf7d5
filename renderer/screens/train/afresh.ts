/** A search made once more: with the same seed the same recipe would be found, so it is planned with another one. */
import type { JobView } from '../../../core/contract/index.ts';
import type { TrainState } from './train.svelte.ts';

/**
 * Plans what a search was asked, with a seed that no search of its data set had.
 * @param dataset as it is called now
 */
export async function planAfresh(train: TrainState, { payload }: JobView<'train'>, dataset: string): Promise<void> {
  if (payload === null) return;
  const { dataset: then, lpm, name: _, method, resume: __, again: ___, on: ____, positive: _____, ...asked } = payload;
  const seeds = train.trainings.flatMap(({ payload: other }) =>
    other?.recipe === 'auto' && (other.dataset === dataset || other.dataset === then) ? [other.seed] : [],
  );
  train.settings = { ...asked, seed: Math.max(asked.seed, ...seeds) + 1 };
  train.chosen = [method];
  if (train.lpms.some((known) => known.name === lpm)) train.lpmName = lpm;
  train.plan();
  await train.chooseDataset(dataset);
}
