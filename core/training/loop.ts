/**
 * The training loop: batches, steps, validation after each epoch, the best and the final weights.
 *
 * A run can be stopped between two steps and taken up again from its last finished epoch, and then ends with the same
 * weights bit for bit: everything random in epoch e is drawn from streams named by the seed and e, so no generator's
 * state has to be stored, and the state after an epoch is the parameters, what the optimiser keeps and the step count.
 */
import { AppError, invariant } from '../base/errors.ts';
import { type AbortSignalLike, throwIfCancelled } from '../base/progress.ts';
import { float32, type Shape, type Tensor } from '../base/tensor.ts';
import type { ClassWeighting, CriterionName, OptimiserName } from '../contract/index.ts';
import type { Executable } from '../engine/types.ts';
import type { Target, Validation } from '../targets/index.ts';
import { awaitedLater, type BatchInputs, type ExampleSource, TrainingBatches } from './batches.ts';
import { criteria } from './criteria/index.ts';
import { optimisers } from './optimisers/index.ts';
import { cosineLearningRate } from './schedule.ts';

export type { BatchInputs, ExampleSource } from './batches.ts';

export interface LoopSettings {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly criterion: CriterionName;
  readonly classWeights: ClassWeighting;
  readonly flip: boolean;
  readonly augment: boolean;
  /** Stop after so many epochs without a better validation score; null never. */
  readonly earlyStop: number | null;
}

/** One finished epoch, counted from 1. */
export interface EpochResult extends Validation {
  readonly epoch: number;
  readonly trainLoss: number;
  /** Of the last step. */
  readonly learningRate: number;
  /** Mean over the steps, before clipping. */
  readonly gradientNorm: number;
  readonly seconds: number;
}

export interface BestWeights {
  readonly epoch: number;
  readonly valScore: number | null;
  readonly valLoss: number | null;
  readonly params: Float32Array;
}

/** Everything a run needs to go on after `epochsDone` epochs. */
export interface TrainingState {
  readonly epochsDone: number;
  readonly params: Float32Array;
  /** The vectors that the optimiser keeps, by name, each with a number for each parameter. */
  readonly optimiser: Readonly<Record<string, Float32Array>>;
  readonly best: BestWeights | null;
}

/** The compiled networks, and what they expect. */
export interface TrainingNetwork {
  readonly step: Executable;
  /** Logits of `predictBatch` examples. */
  readonly predict: Executable;
  readonly predictBatch: number;
  /** How many logits an example has. */
  readonly classes: number;
  /** What the labels are, and what is made of the logits. */
  readonly target: Target;
  /** The shape of the fusion's dropout mask; null where the method has none. */
  readonly dropoutShape: Shape | null;
}

export interface TrainingHooks {
  readonly signal: AbortSignalLike;
  /** Milliseconds, for the seconds in the history. */
  readonly now: () => number;
  step?(done: number, total: number, loss: number): void;
  /** Called after each epoch; stores the checkpoint before the next one begins. */
  epoch?(result: EpochResult, state: TrainingState): void | Promise<void>;
}

export interface TrainingResult {
  readonly state: TrainingState;
  readonly stoppedEarly: boolean;
}

/** The state before the first epoch. */
export function freshState(params: Float32Array, optimiser: OptimiserName): TrainingState {
  const vectors = optimisers[optimiser].state.map((name) => [name, new Float32Array(params.length)] as const);
  return { epochsDone: 0, params, optimiser: Object.fromEntries(vectors), best: null };
}

/**
 * Trains from `state` to the last epoch.
 * @throws TRAINING_DIVERGED when the loss or the gradient is no longer a number; CANCELLED between two steps.
 */
export async function train(
  network: TrainingNetwork,
  settings: LoopSettings,
  trainSet: ExampleSource,
  validation: ExampleSource,
  state: TrainingState,
  hooks: TrainingHooks,
): Promise<TrainingResult> {
  const { target } = network;
  let told = 0;
  const run: TrainingRun = {
    network,
    settings,
    trainSet,
    signal: hooks.signal,
    // An epoch that is made again is not told again: progress never goes back.
    tell: (done, total, loss) => {
      if (done > told) hooks.step?.(done, total, loss);
      told = Math.max(told, done);
    },
    batches: new TrainingBatches(network, settings, trainSet, examplesIn(network, trainSet)),
    balancedWeights: settings.classWeights === 'none' ? null : target.balancedWeights(trainSet.labels, network.classes),
  };
  let current = state;
  let stoppedEarly = hasStalled(settings, state);
  while (current.epochsDone < settings.epochs && !stoppedEarly) {
    const started = hooks.now();
    const trained = await trainEpoch(run, current).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'ENGINE_STATE_LOST') throw error;
      // The device went with the parameters of the middle of the epoch. All that is random in an epoch is drawn from its number, so the epoch
      // is made again from where it began, on what the engine has moved to.
      return trainEpoch(run, current);
    });
    const { params, optimiser, lossSum, normSum, learningRate, steps } = trained;
    const scored = await validate(network, settings.criterion, params, validation, hooks.signal);
    const result: EpochResult = {
      epoch: current.epochsDone + 1,
      trainLoss: lossSum / steps,
      ...scored,
      learningRate,
      gradientNorm: normSum / steps,
      seconds: (hooks.now() - started) / 1000,
    };
    const best = isBetter(result, current.best)
      ? { epoch: result.epoch, valScore: result.valScore, valLoss: result.valLoss, params }
      : current.best;
    current = { epochsDone: current.epochsDone + 1, params, optimiser, best };
    await hooks.epoch?.(result, current);
    stoppedEarly = hasStalled(settings, current);
  }
  await run.batches.end();
  return { state: current, stoppedEarly };
}

/** What stays the same from epoch to epoch. */
interface TrainingRun {
  readonly network: TrainingNetwork;
  readonly settings: LoopSettings;
  readonly trainSet: ExampleSource;
  readonly signal: AbortSignalLike;
  readonly tell: NonNullable<TrainingHooks['step']>;
  readonly batches: TrainingBatches;
  readonly balancedWeights: Float32Array | null;
}

interface TrainedEpoch extends Pick<TrainingState, 'params' | 'optimiser'> {
  readonly lossSum: number;
  readonly normSum: number;
  /** Of the last step. */
  readonly learningRate: number;
  readonly steps: number;
}

/**
 * The steps of the epoch after `state`. Parameters and moments go to the engine once and come back once, where the step carries them.
 * @throws TRAINING_DIVERGED, CANCELLED; ENGINE_STATE_LOST where the engine lost what it carried
 */
async function trainEpoch(run: TrainingRun, state: TrainingState): Promise<TrainedEpoch> {
  const { network, settings, signal, batches } = run;
  const epoch = state.epochsDone;
  const classWeights = run.balancedWeights && epochWeights(run.balancedWeights, settings, epoch);
  const perEpoch = batches.perEpoch;
  const totalSteps = perEpoch * settings.epochs;
  const vector = (values: Float32Array): Tensor => float32([values.length], values);
  const names = Object.keys(state.optimiser);
  let { params, optimiser } = state;
  let lossSum = 0;
  let normSum = 0;
  let learningRate = 0;
  throwIfCancelled(signal, 'Training');
  for (let b = 0; b < perEpoch; b++) {
    throwIfCancelled(signal, 'Training');
    const { inputs, release } = await batches.take(epoch, b);
    const stepIndex = epoch * perEpoch + b;
    learningRate = cosineLearningRate(settings.learningRate, stepIndex, totalSteps);
    const isCarried = network.step.read !== undefined && b > 0;
    // The next batch is put together while the engine computes this one. It is asked for before: an engine in this process lets nothing else run.
    batches.prepare(epoch, b + 1);
    const running = network.step.run({
      ...inputs,
      ...(isCarried ? {} : { params: vector(params) }),
      ...(isCarried
        ? {}
        : Object.fromEntries(Object.entries(optimiser).map(([name, values]) => [name, vector(values)]))),
      step: float32([], [stepIndex + 1]),
      lr: float32([], [learningRate]),
      ...(classWeights === null ? {} : { class_weights: float32([network.classes], classWeights) }),
    });
    const outputs = await running;
    release();
    const loss = scalarOf(outputs, 'loss');
    const norm = scalarOf(outputs, 'grad_norm');
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      throw new AppError(
        'TRAINING_DIVERGED',
        `Training diverged in epoch ${epoch + 1}, step ${b + 1} of ${perEpoch}: loss ${loss}, gradient norm ${norm}, ` +
          `learning rate ${learningRate.toPrecision(3)}; both must stay finite.`,
        { details: { epoch: epoch + 1, step: b + 1, learningRate } },
      );
    }
    if (network.step.read === undefined) ({ params, optimiser } = afterStep(outputs, names));
    lossSum += loss;
    normSum += norm;
    run.tell(stepIndex + 1, totalSteps, loss);
  }
  if (network.step.read !== undefined) ({ params, optimiser } = afterStep(await network.step.read(), names));
  return { params, optimiser, lossSum, normSum, learningRate, steps: perEpoch };
}

/**
 * The weights of an epoch, counted from 0: the balanced ones, or of `dynamic` ones their mix with equal weights, which have a share of 0 in the first epoch and
 * one that grows by as much each epoch. After Huang et al., whose share of the balanced ones falls by a factor an epoch.
 */
export function epochWeights(
  balanced: Float32Array,
  { classWeights, epochs }: Pick<LoopSettings, 'classWeights' | 'epochs'>,
  epoch: number,
): Float32Array<ArrayBuffer> {
  const equal = classWeights === 'dynamic' ? epoch / epochs : 0;
  return Float32Array.from(balanced, (weight) => (equal === 0 ? weight : (1 - equal) * weight + equal));
}

/** Parameters and the optimiser's vectors as a step leaves them. */
function afterStep(
  outputs: Readonly<Record<string, Tensor>>,
  names: readonly string[],
): Pick<TrainingState, 'params' | 'optimiser'> {
  return {
    params: floatsOf(outputs, 'next_params'),
    optimiser: Object.fromEntries(names.map((name) => [name, floatsOf(outputs, `next_${name}`)])),
  };
}

/** Whether early stopping ends the run here; it depends on the state alone, so a resumed run stops at the same epoch. */
function hasStalled(settings: LoopSettings, state: TrainingState): boolean {
  return (
    settings.earlyStop !== null && state.best !== null && state.epochsDone - state.best.epoch >= settings.earlyStop
  );
}

/** Higher validation score; among equal ones (or where it is not defined) the lower loss; without validation the last. */
function isBetter(result: EpochResult, best: BestWeights | null): boolean {
  if (best === null || result.valLoss === null) return true;
  const a = result.valScore ?? Number.NEGATIVE_INFINITY;
  const b = best.valScore ?? Number.NEGATIVE_INFINITY;
  if (a !== b) return a > b;
  return result.valLoss < (best.valLoss ?? Number.POSITIVE_INFINITY);
}

/** Logits [n, classes] of every example of `source`, un-augmented, in its order. */
export async function predictAll(
  network: Pick<TrainingNetwork, 'predict' | 'predictBatch' | 'classes'>,
  params: Float32Array,
  source: Pick<ExampleSource, 'load' | 'release'>,
  n: number,
  signal: AbortSignalLike,
  progress?: (done: number) => void,
  isAskedAgain = false,
): Promise<Float32Array> {
  const logits = new Float32Array(n * network.classes);
  const size = network.predictBatch;
  // The graph has one batch size: the last batch is filled up with its last example and the surplus rows are dropped.
  const indicesAt = (start: number) => Array.from({ length: size }, (_, k) => Math.min(start + k, n - 1));
  const load = (start: number) =>
    source.load(
      indicesAt(start),
      Array.from({ length: size }, () => null),
      isAskedAgain,
    );
  // Who is stopped before the first batch is there does not wait for it.
  let next = n > 0 ? awaitedLater(load(0)) : null;
  for (let start = 0; start < n && next !== null; start += size) {
    throwIfCancelled(signal, 'Prediction');
    const inputs: BatchInputs = await next;
    if (start + size < n) next = awaitedLater(load(start + size));
    const running = network.predict.run({ ...inputs, params: float32([params.length], params) });
    const rows = Math.min(size, n - start);
    logits.set(floatsOf(await running, 'logits').subarray(0, rows * network.classes), start * network.classes);
    source.release?.(inputs);
    progress?.(start + rows);
  }
  return logits;
}

async function validate(
  network: TrainingNetwork,
  criterion: CriterionName,
  params: Float32Array,
  source: ExampleSource,
  signal: AbortSignalLike,
): Promise<Validation> {
  const n = examplesIn(network, source);
  if (n === 0) return { valLoss: null, valAuc: null, valAccuracy: null, valScore: null };
  const logits = await predictAll(network, params, source, n, signal, undefined, true);
  const everyone = Array.from({ length: n }, (_, i) => i);
  const labels = network.target.labelTensors(source.labels, everyone, network.classes);
  // The loss is that of the criterion which is trained, whatever it is.
  const valLoss = criteria[criterion].value(logits, labels, network.classes);
  return { ...network.target.validate(logits, source.labels, network.classes), valLoss };
}

/** How many examples a source has. */
export function examplesIn(
  { target, classes }: Pick<TrainingNetwork, 'target' | 'classes'>,
  { labels }: Pick<ExampleSource, 'labels'>,
): number {
  return labels.length / target.labelWidth(classes);
}

export function floatsOf(outputs: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const tensor = outputs[name];
  invariant(tensor?.dtype === 'float32', `training: the engine gave no float32 output ${name}`);
  return tensor.data;
}

function scalarOf(outputs: Readonly<Record<string, Tensor>>, name: string): number {
  return floatsOf(outputs, name)[0] ?? Number.NaN;
}
