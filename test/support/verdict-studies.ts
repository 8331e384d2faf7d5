/** Studies whose labels a model can tell from brightness, in part or not at all: what a verdict on it must say is known. */
import { join } from 'node:path';
import { Random } from '../../core/base/random.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import { writeTinyLpm } from './made-studies.ts';
import { put, tinyDicom } from './studies.ts';

const classes = ['normal', 'specks', 'mass'] as const;
const splits = { train: 12, val: 20, test: 20 } as const;

/**
 * Trains two linear models in an open library: `partly`, for which "normal" is dark and "specks" and "mass" are alike and bright, and `guesser`, for
 * which brightness has nothing to do with the label. One image a patient; 20 validation and 20 test patients of each class.
 */
export async function trainVerdictModels(context: ServiceContext, folder: string): Promise<void> {
  writeTinyLpm(join(folder, 'lpm'));
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  for (const [at, name] of (['partly', 'guesser'] as const).entries()) {
    const random = Random.seeded(23 + at);
    const rows = ['sopInstanceUID,label,split'];
    let p = 0;
    for (const [split, each] of Object.entries(splits)) {
      for (const [c, label] of classes.entries()) {
        for (let k = 0; k < each; k++, p++) {
          const instance = `1.2.41.${at}.${p}.1`;
          const isDark = name === 'partly' && c === 0;
          const grey = Math.round((isDark ? 300 : 1500) + random.uniform(0, 900));
          const file = tinyDicom({
            patient: `${name}-${p}`,
            study: `1.2.41.${at}.${p}`,
            instance,
            grey,
            hasWindow: true,
          });
          put(folder, `${name}/${p}.dcm`, file);
          rows.push(`${instance},${label},${split}`);
        }
      }
    }
    const labels = put(folder, `${name}.csv`, `${rows.join('\n')}\n`);
    await importPaths(context, { paths: [join(folder, name)], dataset: name, labels });
    await trainModel(context, {
      ...{ dataset: name, name, lpm: 'tiny', method: 'linear', inputSize: 224, batch: 12, augment: false },
      ...{ epochs: name === 'partly' ? 40 : 3, lr: name === 'partly' ? 3e-2 : 1e-4 },
    });
  }
}
