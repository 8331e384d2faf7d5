/** The options that a training goes by: those that were given, or those of the recipe that a search finds. */
import type { z } from 'zod';
import type { trainOptionsSchema } from '../../contract/index.ts';
import type { StoredSearch } from '../../store/index.ts';
import { stepsPerEpoch } from '../../training/sampler.ts';
import { freezeDataset, requireDataset } from '../datasets/dataset.ts';
import { openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { criterionFor } from '../training/criterion.ts';
import { freeModelName } from '../training/plan.ts';
import { learnedOf } from './plan.ts';
import { searchRecipe, winnerOf } from './search.ts';
import { epochsOf } from './trials.ts';

type ParsedOptions = z.output<typeof trainOptionsSchema>;

export interface ChosenRecipe {
  /** Options without a question left in them. */
  readonly options: ParsedOptions;
  /** The search that they come from; null where nothing was searched. */
  readonly search: StoredSearch | null;
}

/**
 * Searches where the options ask for it. A run that goes on has its recipe.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, LPM_NOT_FOUND, BAD_INPUT; and as `searchRecipe`
 */
export async function chooseRecipe(
  context: ServiceContext,
  options: ParsedOptions,
  planner?: Parameters<typeof searchRecipe>[4],
): Promise<ChosenRecipe> {
  if (options.recipe !== 'auto' || options.resume !== undefined) return { options, search: null };
  const dataset = requireDataset(context, options.dataset);
  const criterion = criterionFor(dataset.target, options);
  const version = freezeDataset(context, { dataset: options.dataset, seed: options.seed });
  const lpm = openLibraryLpm(context, requireLpm(context, options.lpm));
  try {
    const {
      batch,
      budget,
      classWeights,
      flip,
      normalisation,
      optimiser,
      precision,
      seed,
      tokenRatio,
      tokens,
      uncertain,
    } = options;
    const request = {
      ...{
        batch,
        budget,
        classWeights,
        criterion,
        flip,
        normalisation,
        optimiser,
        seed,
        tokenRatio,
        tokens,
        uncertain,
      },
      ...(precision === undefined ? {} : { precision }),
      inputSize: resolveInputSize(lpm.config, options.inputSize),
    };
    const search = await searchRecipe(context, version, lpm, request, planner);
    const { method, learningRate, weightDecay, augment, steps } = winnerOf(search);
    const { folds } = search.plan;
    const epochs = epochsOf({ steps }, stepsPerEpoch(learnedOf(search.plan), batch));
    // The name that a search has in the window, where it is queued before its method is found.
    const name = options.name ?? freeModelName(context.library.db, options);
    return {
      options: { ...options, name, recipe: 'published', method, lr: learningRate, weightDecay, augment, epochs, folds },
      search,
    };
  } finally {
    lpm.close();
  }
}
