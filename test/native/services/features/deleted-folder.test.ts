/** What an administrator may delete of a closed library to make room: it is computed again, and the numbers are those of before. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { openTestServices } from '../../../support/made-studies.ts';

const training = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4 } as const;

test.each(['features', 'previews'])('a folder in %s/ that was deleted is made again', async (what) => {
  const { context, folder } = await discsLibrary(8);
  const before = await trainModel(context, { ...training, name: 'before' });
  const library = join(folder, 'library');
  await context.library.close();
  const [store] = readdirSync(join(library, what)).filter((name) => name !== 'thumbnails');
  rmSync(join(library, what, store as string), { recursive: true });
  const again = await openTestServices(library);
  const after = await trainModel(again.context, { ...training, name: 'after' });
  await again.close();
  expect(after.weightsHash).toBe(before.weightsHash);
});
