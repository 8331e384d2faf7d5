/** How long a learning curve takes: as a training with folds of as many steps. */
import type { z } from 'zod';
import { type curveOptionsSchema, trainOptionsSchema } from '../../contract/index.ts';
import { stepsPerEpoch } from '../../training/sampler.ts';
import { planVersion } from '../datasets/dataset.ts';
import { imagesToLearn, type Promised, promiseTime } from '../estimate/estimate.ts';
import { foldsWanted } from '../training/folds.ts';
import { curveShares, requireRanked } from './curve.ts';
import { methodInUse } from './in-use.ts';
import { quickRecipe } from './quick.ts';

/** @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, LPM_NOT_FOUND; BAD_INPUT for numbers */
export async function promiseCurve(
  context: Parameters<typeof promiseTime>[0],
  { dataset, lpm, method: asked, folds = foldsWanted, repeats, seed, inputSize }: z.output<typeof curveOptionsSchema>,
): Promise<Promised> {
  requireRanked(context, dataset);
  const method = asked ?? methodInUse(context.library.db, dataset);
  const options = trainOptionsSchema.parse({ dataset, lpm, method, folds, seed, inputSize });
  const { images } = planVersion(context, { dataset, seed }).version;
  const used = images.filter(({ split }) => split !== 'test').length;
  const { steps } = quickRecipe(method, used, options.batch);
  const perEpoch = Math.max(1, stepsPerEpoch(imagesToLearn(images, folds), options.batch));
  const epochs = (repeats * curveShares.length * steps) / perEpoch;
  const { resume: _, ...training } = options;
  return await promiseTime(context, [{ ...training, epochs }]);
}
