/** How long a learning curve, and trying 8 bits, take: as trainings with folds of as many steps. */
import type { z } from 'zod';
import {
  type curveOptionsSchema,
  type MeasureOptions,
  type TimePromise,
  targetFacts,
  trainOptionsSchema,
  type tryInt8OptionsSchema,
  type VersionImage,
} from '../../contract/index.ts';
import { stepsPerEpoch, usableBatch } from '../../training/sampler.ts';
import { planVersion, requireDataset } from '../datasets/dataset.ts';
import { imagesToLearn, type Promised, promiseTime } from '../estimate/estimate.ts';
import { promiseOfSearch } from '../estimate/search-parts.ts';
import { foldsWanted } from '../training/folds.ts';
import { curveShares, requireRanked } from './curve.ts';
import { methodInUse } from './in-use.ts';
import { quickRecipe } from './quick.ts';
import { imagesTimed, samplePatients } from './try-int8.ts';

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
  return await promiseTime(context, [{ ...training, epochs }], { keepsModels: false });
}

/**
 * Both ways of reading as a training each: of the sample's images, beside those that are read in turns, the first of them twice.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, LPM_NOT_FOUND
 */
export async function promiseTryInt8(
  context: Parameters<typeof promiseTime>[0],
  { dataset, lpm, method, images: count, seed, inputSize }: z.output<typeof tryInt8OptionsSchema>,
): Promise<{ readonly promise: TimePromise | null; readonly missing: MeasureOptions[] }> {
  const options = trainOptionsSchema.parse({
    ...{ dataset, lpm, method, seed, inputSize, normalisation: 'lpm', folds: foldsWanted },
  });
  const { isPerName, hasMarks } = targetFacts[requireDataset(context, dataset).target];
  const part = <T extends Pick<VersionImage, 'split' | 'patientId'>>(images: readonly T[]): T[] =>
    samplePatients(
      images.filter(({ split }) => split !== 'test'),
      count,
      seed,
    );
  const used = part(planVersion(context, { dataset, seed }).version.images);
  const { steps } = quickRecipe(method, used.length, options.batch);
  // Numbers have no AUC, and nothing is trained for one.
  const learned = imagesToLearn(used, foldsWanted);
  // Named as the sample has it, so that what is measured on the whole data set is a step of this.
  const batch = usableBatch(options.batch, learned);
  const perEpoch = Math.max(1, stepsPerEpoch(learned, batch));
  const epochs = isPerName && !hasMarks ? 0 : steps / perEpoch;
  const { resume: _, ...training } = options;
  const { promises, missing } = await promiseTime(
    context,
    [
      { ...training, batch, epochs },
      { ...training, batch, epochs, precision: 'int8' },
    ],
    { keepsModels: false, part, readAgain: 1 + Math.min(imagesTimed, used.length) },
  );
  return { promise: promiseOfSearch(promises), missing };
}
