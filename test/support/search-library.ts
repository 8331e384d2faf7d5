/** A library on which a search can be made at once. */
import { join } from 'node:path';
import type { TrainOptions } from '../../core/contract/index.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import type { openServices } from '../../core/services/session/open.ts';
import { openTestServices, writeStudies, writeTinyLpm } from './made-studies.ts';

/**
 * The made studies of 20 patients as the data set "discs", the LPM "tiny", and what it says of the images for linear, attentive and fpt+, in the folder
 * `library` of `home`. Gives its services, to be closed by the caller.
 */
export async function searchLibrary(home: string, options: TrainOptions): ReturnType<typeof openServices> {
  const labels = writeStudies(join(home, 'studies'), 20);
  writeTinyLpm(join(home, 'lpm'));
  const opened = await openTestServices(join(home, 'library'));
  const { context } = opened;
  await importPaths(context, { paths: [join(home, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(home, 'lpm'), name: 'tiny' });
  for (const method of ['linear', 'attentive', 'fpt+'] as const) {
    await trainModel(context, { ...options, recipe: 'published', method, epochs: 1, name: `first-${method}` });
  }
  return opened;
}
