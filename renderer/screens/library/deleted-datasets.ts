/** Data sets that were deleted, brought back. */
import { call } from '../../app/client.ts';
import { notices } from '../../app/notices.svelte.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** Brings a data set back, and says which of its models stay away. */
export async function restoreDataset(dataset: string): Promise<void> {
  const { restored, left } = i18n.words.round.edit;
  const away = await call('datasets.restore', { dataset });
  notices.done(away.length === 0 ? restored(dataset) : `${restored(dataset)} ${left(away.join(', '))}`);
}
