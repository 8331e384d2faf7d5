/** A library with studies, labels, an LPM and a model, made by the services before the window opens. */
import { join } from 'node:path';
import { silentLogger } from '../../../core/base/logger.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { addLpm } from '../../../core/services/lpm/add.ts';
import { openServices } from '../../../core/services/session/open.ts';
import { writeStudies, writeTinyLpm } from '../../support/made-studies.ts';
import { temporaryFolder } from './launch.ts';

export interface PreparedLibrary {
  /** Holds everything; the test removes it. */
  readonly folder: string;
  readonly library: string;
  /** Studies of the data set `discs`, p0, p1 and so on: every second has a disc. */
  readonly studies: string;
  /** Their labels file, beside them. */
  readonly labels: string;
}

export async function prepareLibrary(
  options: { patients?: number; models?: readonly string[]; isImported?: boolean; patch?: number } = {},
): Promise<PreparedLibrary> {
  const folder = temporaryFolder('prepared');
  const library = join(folder, 'library');
  const studies = join(folder, 'studies');
  const labels = writeStudies(studies, options.patients ?? 8);
  writeTinyLpm(join(folder, 'lpm'), options.patch);
  const { context, close } = await openServices({
    library,
    mode: 'write',
    engine: 'onnxruntime',
    device: 'cpu',
    threads: 1,
    progress: () => {},
    log: silentLogger,
    signal: new AbortController().signal,
  });
  try {
    if (options.isImported !== false) await importPaths(context, { paths: [studies], dataset: 'discs', labels });
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    for (const [seed, name] of (options.models ?? []).entries()) {
      await trainModel(context, {
        dataset: 'discs',
        lpm: 'tiny',
        method: 'side-only',
        inputSize: 224,
        epochs: 4,
        batch: 4,
        lr: 1e-3,
        seed,
        name,
      });
    }
  } finally {
    await close();
  }
  return { folder, library, studies, labels };
}
