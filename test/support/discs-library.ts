/** A library that can be trained on at once. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import { openTestServices, writeStudies, writeTinyLpm } from './made-studies.ts';
import { temporaryFolder } from './temporary.ts';

/**
 * Two studies of each of `patients` as the labelled data set "discs", and the LPM "tiny". Gives the services, and the folder that holds `studies`, `lpm`
 * and `library`.
 * @param isApart whether the engine computes in a process of its own, as that of the window does
 */
export async function discsLibrary(
  patients = 16,
  isApart = false,
): Promise<{ readonly folder: string; readonly context: ServiceContext }> {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), patients);
  writeTinyLpm(join(folder, 'lpm'));
  const { context, close } = await openTestServices(join(folder, 'library'), isApart);
  onTestFinished(close);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return { folder, context };
}
