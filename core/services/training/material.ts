/** What a training learns from, ready to be read: the network's sizes, the features of its images, and their labels. */
import { AppError } from '../../base/errors.ts';
import { networksAnswering, type VersionImage } from '../../contract/index.ts';
import { resetPeakMemory } from '../../engine/memory.ts';
import { methodLayers, type NetworkConfig, networkConfig, parameterLayout, withMembers } from '../../models/index.ts';
import { rangeRuleOfVersion, versionImages } from '../../store/index.ts';
import { type LabelReading, type Target, targets } from '../../targets/index.ts';
import type { ExampleSource } from '../../training/loop.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { exampleSource } from '../features/source-examples.ts';
import { type Features, prepareFeatures } from '../features/source-features.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { type Warned, warn } from '../session/warn.ts';
import type { PlannedRun } from './plan.ts';

/** The largest vector of weights with which storing was tried: three of them are a checkpoint of AdamW. */
const largestVectorBytes = 1_000_000_000;

export interface TrainingMaterial {
  /** The network that the model will be. */
  readonly config: NetworkConfig;
  /** The layers of the LPM that its features come from. */
  readonly layers: readonly number[];
  readonly target: Target;
  readonly reading: LabelReading;
  /** The images of training and validation that could be decoded, with mean and deviation of the training images. */
  readonly features: Features;
  /** The others, by their place in the version. */
  readonly leftOut: readonly number[];
  /** Examples of some of those images, in their order. */
  readonly examplesOf: (images: readonly VersionImage[]) => ExampleSource;
}

/** The network that the model of a run will be; of a cross-validation one of several members. @throws LPM_UNSUPPORTED */
export function networkOfRun({ run, version }: Pick<PlannedRun, 'run' | 'version'>, lpm: LibraryLpm): NetworkConfig {
  const { settings } = run;
  const { method, inputSize, tokenRatio, keptAs } = settings;
  const classes = targets[version.target].logits(version.classes.length);
  const config = networkConfig(lpm.config, { method, classes, inputSize, tokenRatio, keptAs, sizes: settings });
  return withMembers(config, networksAnswering(settings));
}

/**
 * Makes what a run learns from, encoding first what is not encoded yet; `use` may read it until its promise ends.
 * @throws BAD_INPUT when the library could not hold the weights; what encoding throws
 */
export async function withMaterial<T>(
  context: ServiceContext,
  plan: PlannedRun,
  lpm: LibraryLpm,
  use: (material: TrainingMaterial) => Promise<T>,
): Promise<T> {
  const { version } = plan;
  const { settings } = plan.run;
  const { method, inputSize } = settings;
  const target = targets[version.target];
  const config = networkOfRun(plan, lpm);
  checkStorable(config);
  const layers = methodLayers(lpm.config, method);
  const all = versionImages(context.library.db, version.id).filter((image) => image.split !== 'test');
  const features = await prepareFeatures(context, {
    version,
    images: plan.readable === undefined ? all : all.filter(plan.readable),
    needsAll: plan.readable !== undefined,
    lpm,
    inputSize,
    tokens: settings.tokens,
    tokenRatio: settings.tokenRatio,
    layers,
    normalisation: settings.normalisation,
    precision: settings.precision,
    keptAs: settings.keptAs,
    rule: rangeRuleOfVersion(context.library.db, version),
    features: featuresOf(method),
  });
  try {
    await context.engine();
    warnOfFailures(context, features.problems, 'training');
    // What encoding needed is not what training needs; where the system cannot count anew, the peak includes it.
    resetPeakMemory();
    const training = features.images.filter(({ split }) => split === 'train');
    const reading: LabelReading = { uncertain: settings.uncertain, scale: target.labelScale(training) };
    const examplesOf = (images: readonly VersionImage[]): ExampleSource =>
      exampleSource(features, config, images, { inputSize, statistics: features.statistics, target, reading });
    const read = new Set(features.images.map(({ index }) => index));
    const leftOut = all.flatMap(({ index }) => (read.has(index) ? [] : [index]));
    return await use({ config, layers, target, reading, features, leftOut, examplesOf });
  } finally {
    await features.close();
  }
}

/** @throws BAD_INPUT before hours of training when the library could not hold the weights of a checkpoint */
export function checkStorable(config: NetworkConfig): void {
  const { total } = parameterLayout(config);
  if (4 * total <= largestVectorBytes) return;
  const networks = config.members === undefined ? '' : `, ${config.members} times over,`;
  throw new AppError(
    'BAD_INPUT',
    `All ${total.toLocaleString('en')} weights of this LPM${networks} take ${Math.ceil((4 * total) / 1e6)} MB; a library holds models of up to ${largestVectorBytes / 1e6} MB.`,
    {
      action:
        config.members === undefined
          ? 'Use --method fpt+, which trains about 1 % of them, or a smaller LPM.'
          : 'Use --method fpt+, which trains about 1 % of them, fewer --folds, or a smaller LPM.',
    },
  );
}

/** Says of images that cannot be read, or look empty, what comes of it. */
export function warnOfFailures(context: Warned, problems: Features['problems'], of: 'training' | 'search'): void {
  for (const { code, count: images, message, action } of problems.list()) {
    const found = code === 'IMAGE_LOOKS_EMPTY' ? 'imagesLookEmpty' : 'imagesLeftOut';
    warn(context, { code: found, of, images, cause: { code, message, action } });
  }
}
