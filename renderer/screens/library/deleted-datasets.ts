/** Data sets that were deleted, brought back. */
import { call } from '../../app/client.ts';
import { notices } from '../../app/notices.svelte.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** Brings a data set back, and says how many folders are watched again and which of its models stay away. */
export async function restoreDataset(dataset: string): Promise<void> {
  const { restored, watchedAgain, left } = i18n.words.round.edit;
  const { modelsLeft, watches } = await call('datasets.restore', { dataset });
  notices.done(
    [
      restored(dataset),
      ...(watches === 0 ? [] : [watchedAgain(watches)]),
      ...(modelsLeft.length === 0 ? [] : [left(modelsLeft.join(', '))]),
    ].join(' '),
  );
}
