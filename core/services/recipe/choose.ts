/** The options that a training goes by: those that were given, or those of the recipe that a search finds. */
import type { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { type DatasetVersion, networksAnswering, type trainOptionsSchema } from '../../contract/index.ts';
import { networkConfig, trainingMethods, withMembers } from '../../models/index.ts';
import { datasetNameOf, type StoredSearch } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { stepsPerEpoch } from '../../training/sampler.ts';
import { freezeDataset, requireDataset } from '../datasets/dataset.ts';
import { featuresOf, hasChannels, refuseUnkept } from '../features/feature-kinds.ts';
import { type LibraryLpm, openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { criterionFor } from '../training/criterion.ts';
import { foldsWanted } from '../training/folds.ts';
import { checkStorable } from '../training/material.ts';
import { freeModelName, refuseUnreadPrecision } from '../training/plan.ts';
import { learnedOf, methodsAsked } from './plan.ts';
import { type SearchRequest, type SearchWays, searchRecipe, winnerOf } from './search.ts';
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
  ways?: SearchWays,
): Promise<ChosenRecipe> {
  // A run that goes on keeps the options with which it was found.
  if (options.resume !== undefined) return { options, search: null };
  if (options.methods !== undefined && options.recipe !== 'auto') throw nothingSearched();
  if (options.recipe !== 'auto') return { options, search: null };
  const { target } = requireDataset(context, options.dataset);
  const criterion = criterionFor(target, options);
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
      keptAs,
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
      ...(keptAs === undefined ? {} : { keptAs }),
      inputSize: resolveInputSize(lpm.config, options.inputSize),
      // What is asked beyond the budget is part of what a search is; one that asks nothing is the search that it was before one could.
      ...methodsOf(options),
    };
    checkWinners(lpm, version, request, options);
    const [first] = request.methods ?? [];
    if (first !== undefined && request.methods?.every((method) => trainingMethods[method].features === null)) {
      refuseUnreadPrecision({ method: first, precision });
    }
    if (first !== undefined) {
      const asked = (request.methods ?? []).flatMap(featuresOf);
      refuseUnkept(keptAs, asked, request.methods?.length === 1 ? `the method ${first}` : 'each of these methods');
    }
    const search = await searchRecipe(context, version, lpm, request, ways);
    const { method, learningRate, weightDecay, augment, steps } = winnerOf(search);
    const { folds } = search.plan;
    const epochs = epochsOf({ steps }, stepsPerEpoch(learnedOf(search.plan), batch));
    // The name that a search has in the window, where it is queued before its method is found.
    const { methods: _, ...told } = options;
    const name = options.name ?? freeModelName(context.library.db, options);
    // It may have been renamed during the search.
    const dataset = datasetNameOf(context.library.db, version.datasetId) ?? options.dataset;
    return {
      options: {
        ...told,
        dataset,
        name,
        recipe: 'published',
        method,
        // What says nothing of an image beforehand has no precision of its own, and what has one number a channel is kept as it is.
        ...(trainingMethods[method].features === null ? { precision: undefined } : {}),
        ...(hasChannels(method) ? {} : { keptAs: undefined }),
        lr: learningRate,
        weightDecay,
        augment,
        epochs,
        folds,
      },
      search,
    };
  } finally {
    lpm.close();
  }
}

/** What a search is asked about methods, and what those need that compute the LPM in every step. */
function methodsOf({
  budget,
  methods: asked,
  microBatch,
}: ParsedOptions): Pick<SearchRequest, 'methods' | 'microBatch'> {
  const methods = methodsAsked(budget, asked);
  if (methods === undefined) return {};
  return { methods, ...(methods.some((method) => trainingMethods[method].microBatches) ? { microBatch } : {}) };
}

/** @throws BAD_INPUT where a library could not hold the model if one of the methods won: hours before it does */
function checkWinners(
  lpm: LibraryLpm,
  { target, classes }: DatasetVersion,
  { methods, inputSize, tokenRatio }: SearchRequest,
  { repeats, deliver }: ParsedOptions,
): void {
  const members = networksAnswering({ folds: foldsWanted, repeats, deliver });
  for (const method of methods ?? []) {
    const logits = targets[target].logits(classes.length);
    checkStorable(withMembers(networkConfig(lpm.config, { method, classes: logits, inputSize, tokenRatio }), members));
  }
}

function nothingSearched(): AppError {
  return new AppError('BAD_INPUT', 'A list of methods is what a search tries; here no recipe is searched for.', {
    action: 'Leave --methods out and name one with --method, or let a recipe be searched for with --recipe auto.',
  });
}
