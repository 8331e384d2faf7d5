/** The options that a training goes by: those that were given, or those of the recipe that a search finds. */
import type { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import type { CriterionName, DatasetVersion, trainOptionsSchema } from '../../contract/index.ts';
import { trainingMethods } from '../../models/index.ts';
import { datasetNameOf, type StoredSearch } from '../../store/index.ts';
import { stepsPerEpoch } from '../../training/sampler.ts';
import { choosePositiveClass } from '../datasets/classes.ts';
import { freezeDataset, requireDataset } from '../datasets/dataset.ts';
import { hasChannels } from '../features/feature-kinds.ts';
import { openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { criterionFor } from '../training/criterion.ts';
import { freeModelName } from '../training/plan.ts';
import type { SearchRequest } from './identity.ts';
import { learnedOf, methodsAsked, planSearch } from './plan.ts';
import { refuseBeforeSearch } from './refusals.ts';
import { type SearchWays, searchRecipe, winnerOf } from './search.ts';
import { epochsOf } from './trials.ts';
import { unfinishedSearch } from './unfinished.ts';

type ParsedOptions = z.output<typeof trainOptionsSchema>;

export interface ChosenRecipe {
  /** Options without a question left in them. */
  readonly options: ParsedOptions;
  /** The search that they come from; null where nothing was searched. */
  readonly search: StoredSearch | null;
  /** The version that was searched on, and that the winner learns from, whatever was labelled meanwhile. */
  readonly version?: DatasetVersion;
}

/**
 * Searches where the options ask for it. A run that goes on has its recipe.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, LPM_NOT_FOUND, BAD_INPUT, and as `refuseBeforeSearch` before anything is computed; and as `searchRecipe`
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
  const dataset = requireDataset(context, options.dataset);
  const criterion = criterionFor(dataset.target, options);
  // Before the data set is frozen: which class is positive decides on their order in a version.
  if (options.positive !== undefined) choosePositiveClass(context, dataset, options.positive);
  // The name that a search has in the window, where it is queued before its method is found.
  const name = options.name ?? freeModelName(context.library.db, options);
  const lpm = openLibraryLpm(context, requireLpm(context, options.lpm));
  try {
    const request = requestOf(options, criterion, resolveInputSize(lpm.config, options.inputSize));
    const planner = ways?.planner ?? planSearch;
    const begun = unfinishedSearch(context, dataset, { lpm, request, planner }, name);
    const version = begun ?? freezeDataset(context, { dataset: options.dataset, seed: options.seed });
    const subject = { version, lpm, request, planner };
    const made = refuseBeforeSearch(context, options, subject);
    const search = made ?? (await searchRecipe(context, version, lpm, request, ways));
    const { method, learningRate, weightDecay, augment, steps } = winnerOf(search);
    const { folds } = search.plan;
    const epochs = epochsOf({ steps }, stepsPerEpoch(learnedOf(search.plan), options.batch));
    const { methods: _, ...told } = options;
    // It may have been renamed during the search.
    const renamed = datasetNameOf(context.library.db, version.datasetId) ?? options.dataset;
    return {
      options: {
        ...told,
        dataset: renamed,
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
      version,
    };
  } finally {
    lpm.close();
  }
}

/** What a search is asked. */
function requestOf(options: ParsedOptions, criterion: CriterionName, inputSize: number): SearchRequest {
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
  return {
    ...{ batch, budget, classWeights, criterion, flip, normalisation, optimiser, seed, tokenRatio, tokens, uncertain },
    ...(precision === undefined ? {} : { precision }),
    ...(keptAs === undefined ? {} : { keptAs }),
    inputSize,
    // What is asked beyond the budget is part of what a search is; one that asks nothing is the search that it was before one could.
    ...methodsOf(options),
  };
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

function nothingSearched(): AppError {
  return new AppError('BAD_INPUT', 'A list of methods is what a search tries; here no recipe is searched for.', {
    action: 'Leave --methods out and name one with --method, or let a recipe be searched for with --recipe auto.',
  });
}
