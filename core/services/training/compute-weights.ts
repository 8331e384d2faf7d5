/**
 * The weights of a run, computed and nothing stored: whoever keeps them is the `keeper`. So they can be computed again and compared, whatever
 * the library holds.
 */
import type { EvaluationPart, RunMember, VersionImage } from '../../contract/index.ts';
import { joinMembers, memberOf } from '../../models/index.ts';
import { examplesIn, predictAll } from '../../training/loop.ts';
import { usableBatch } from '../../training/sampler.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { crossValidate } from './cross-validate.ts';
import type { TrainingKeeper } from './keeper.ts';
import { type Learning, learn, withNetwork } from './learn.ts';
import type { TrainingMaterial } from './material.ts';
import { withMaterial } from './material.ts';
import type { PlannedRun } from './plan.ts';

/** What the model said of patients that the weights did not learn from: what its operating point is chosen on. */
export interface UnseenAnswers {
  readonly part: EvaluationPart;
  readonly images: readonly VersionImage[];
  /** [n, classes], row by row. */
  readonly logits: Float32Array;
}

export interface ComputedWeights extends Pick<TrainingMaterial, 'config' | 'layers' | 'target' | 'reading'> {
  readonly statistics: TrainingMaterial['features']['statistics'];
  /** What the model classifies with: of the epoch that is kept; of a cross-validation the last of every network. In the order of `config`. */
  readonly params: Float32Array;
  /** After the last epoch. */
  readonly finalParams: Float32Array;
  readonly unseen: UnseenAnswers;
  /** The trainings of the networks of a cross-validation; none otherwise. */
  readonly members: readonly RunMember[];
  /** Images of training and validation, by their place in the version, that could not be read. */
  readonly leftOut: readonly number[];
  /** How many images the LPM read for it; features of the others were there. */
  readonly encoded: number;
  /** Peak memory of the training itself, where the system tells. */
  readonly peakMb: number | null;
}

/**
 * Computes the weights of a planned run, going on where the keeper says that it stopped; encodes first what is not encoded yet. The same plan gives
 * the same weights, bit for bit on the CPU with the same number of threads.
 * @throws BAD_INPUT, TRAINING_DIVERGED, DISK_FULL, ENGINE_FAILED, WEIGHTS_INVALID, CANCELLED
 */
export async function computeWeights(
  context: ServiceContext,
  plan: PlannedRun,
  lpm: LibraryLpm,
  keeper: TrainingKeeper,
): Promise<ComputedWeights> {
  return await withMaterial(context, plan, lpm, async (material) => {
    const learning = { context, plan, lpm, material, keeper };
    const { config, layers, target, reading, features } = material;
    const found = await (plan.run.settings.folds > 1 ? ofFolds(learning) : ofOne(learning));
    const peakMb = await (await context.engine()).peakMemoryMb();
    const { statistics, encoded } = features;
    return { config, layers, target, reading, statistics, ...found, leftOut: material.leftOut, encoded, peakMb };
  });
}

type Found = Pick<ComputedWeights, 'params' | 'finalParams' | 'unseen' | 'members'>;
type Part = Omit<Learning, 'network' | 'batch'>;

/** One network, which learns from the training patients; the validation patients choose its epoch. */
async function ofOne(learning: Part): Promise<Found> {
  const { context, plan, material } = learning;
  const imagesOf = (split: 'train' | 'val') => material.features.images.filter((image) => image.split === split);
  const images = imagesOf('val');
  const sets = { train: material.examplesOf(imagesOf('train')), validation: material.examplesOf(images) };
  const counted = { target: material.target, classes: memberOf(material.config).classes };
  const batch = usableBatch(plan.run.settings.batch, examplesIn(counted, sets.train));
  return await withNetwork(learning, batch, async (network) => {
    const { state } = await learn({ ...learning, network, batch }, { place: { fold: 0, attempt: 1 }, sets });
    const params = state.best?.params ?? state.params;
    const logits = await predictAll(network, params, sets.validation, images.length, context.signal);
    return { params, finalParams: state.params, unseen: { part: 'val', images, logits }, members: [] };
  });
}

/** A network for each fold, and what they say of the patients that they did not learn from; where it is delivered one of all patients besides. */
async function ofFolds(learning: Part): Promise<Found> {
  const { members, refit, trainings, images, logits } = await crossValidate(learning);
  const params = refit ?? joinMembers(learning.material.config, members);
  return { params, finalParams: params, unseen: { part: 'cross-validation', images, logits }, members: trainings };
}
