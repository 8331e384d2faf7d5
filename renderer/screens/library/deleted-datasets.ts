/** Data sets that were deleted, brought back. */
import { call } from '../../app/client.ts';
import { foldersBack } from '../../app/folders-back.ts';
import { notices } from '../../app/notices.svelte.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** Brings a data set back, and says what came of its folders and which of its models stay away. */
export async function restoreDataset(dataset: string): Promise<void> {
  const { restored, left } = i18n.words.round.edit;
  const { modelsLeft, ...folders } = await call('datasets.restore', { dataset });
  notices.done(
    [
      restored(dataset),
      ...foldersBack(folders),
      ...(modelsLeft.length === 0 ? [] : [left(modelsLeft.join(', '))]),
    ].join(' '),
  );
}
