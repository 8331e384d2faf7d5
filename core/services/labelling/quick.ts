/** Quick trainings over features that are kept: by which recipe, and with what they have in common. */
import type {
  Candidate,
  ChannelStatistics,
  DatasetVersion,
  Normalisation,
  QuickMethod,
  ReadingPrecision,
  SampleRanges,
  VersionImage,
} from '../../contract/index.ts';
import { trainOptionsSchema } from '../../contract/index.ts';
import { methodLayers } from '../../models/index.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { type Features, prepareFeatures } from '../features/source-features.ts';
import { type LibraryLpm, resolveInputSize } from '../lpm/encoder.ts';
import { Trials } from '../recipe/trials.ts';
import type { ServiceContext } from '../session/context.ts';
import { criterionFor } from '../training/criterion.ts';

type Recipe = Omit<Candidate, 'method' | 'steps'> & { readonly steps: number };

/** One of those that the quick search tries, for each method. */
export const quickRecipes: Readonly<Record<QuickMethod, Recipe>> = {
  attentive: { learningRate: 2e-3, weightDecay: 0.1, augment: true, steps: 200 },
  linear: { learningRate: 1e-2, weightDecay: 0.1, augment: true, steps: 400 },
};

/** Times that a training sees each image at least, as in a search. */
const fewestEpochs = 5;

/** The recipe of a method for so many images to learn from. */
export function quickRecipe(method: QuickMethod, images: number, batch: number): Candidate {
  const recipe = quickRecipes[method];
  return { method, ...recipe, steps: Math.max(recipe.steps, fewestEpochs * Math.floor(images / batch)) };
}

export interface QuickRequest {
  readonly version: DatasetVersion;
  readonly images: readonly VersionImage[];
  readonly lpm: LibraryLpm;
  readonly method: QuickMethod;
  readonly inputSize: number;
  readonly normalisation: Normalisation;
  readonly rule: SampleRanges | 'format';
  readonly precision?: ReadingPrecision;
  /** Resolved by `normalisation` where left out. */
  readonly statistics?: ChannelStatistics;
  /** The `index` of those that are learned from: the recipe is for as many. All of them where left out. */
  readonly learned?: ReadonlySet<number>;
}

export interface QuickBench {
  readonly features: Features;
  readonly trials: Trials;
  readonly recipe: Candidate;
}

/**
 * Encodes what is not encoded yet, and gives `work` what trains on it.
 * @throws DATASET_NOT_READY where no image can be read; DISK_FULL, CANCELLED, ENGINE_FAILED
 */
export async function withQuickBench<T>(
  context: ServiceContext,
  { version, images, lpm, method, inputSize: asked, normalisation, rule, precision, statistics, learned }: QuickRequest,
  work: (bench: QuickBench) => Promise<T>,
): Promise<T> {
  const options = trainOptionsSchema.parse({ dataset: version.dataset, method, normalisation });
  const { batch, classWeights, flip, optimiser, tokenRatio, tokens, uncertain } = options;
  const inputSize = resolveInputSize(lpm.config, asked);
  const features = await prepareFeatures(context, {
    ...{ version, images, lpm, inputSize, tokens, tokenRatio, normalisation, rule, precision },
    layers: methodLayers(lpm.config, method),
    features: featuresOf(method),
    ...(statistics && { statistics }),
  });
  const criterion = criterionFor(version.target, options);
  const settings = { batch, classWeights, flip, inputSize, optimiser, tokenRatio, uncertain, criterion };
  const trials = new Trials(context, { version, lpm, settings, features: () => features });
  try {
    // Images that are only answered are no reason to train for longer: ten thousand of them may wait for a label beside sixty that have one.
    const count = features.images.filter(({ index }) => learned === undefined || learned.has(index)).length;
    return await work({ features, trials, recipe: quickRecipe(method, count, batch) });
  } finally {
    await trials.close();
    await features.close();
  }
}
