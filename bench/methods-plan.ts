/** What `bench -- --methods` trains, with which recipe, and how the results of several seeds become one row. */
import { type EvaluateReport, type Method, methods, type TrainReport } from '../core/contract/index.ts';
import { trainingMethods, usualRate } from '../core/models/index.ts';
import { median } from '../core/statistics/bootstrap.ts';

export interface Variant {
  readonly name: string;
  readonly method: Method;
  /** Whether the LPM is the one asked about or one of its sizes with random weights. */
  readonly lpm: 'given' | 'random';
  /** It is trained where it is named alone: five methods that run the LPM in every epoch would take a day. */
  readonly isOnlyNamed?: true;
}

export const variants: readonly Variant[] = [
  { name: 'fpt+', method: 'fpt+', lpm: 'given' },
  { name: 'fpt+ random', method: 'fpt+', lpm: 'random' },
  { name: 'fpt', method: 'fpt', lpm: 'given' },
  { name: 'attentive', method: 'attentive', lpm: 'given' },
  { name: 'side-only', method: 'side-only', lpm: 'given' },
  { name: 'linear', method: 'linear', lpm: 'given' },
  { name: 'full', method: 'full', lpm: 'given' },
  ...methods
    .filter((method) => trainingMethods[method].runsLpm === 'partly')
    .map((method): Variant => ({ name: method, method, lpm: 'given', isOnlyNamed: true })),
];

export interface Recipe {
  readonly epochs: number;
  readonly lr: number;
}

/**
 * Few images, so many epochs, and the rate of each method (`TrainingMethod.rate`). `side-only` has the epochs of `fpt+`: at half of them it had not
 * learned what its image shows. Methods that have the LPM in their network have few epochs, which take as long as all others together.
 */
export function recipeOf(method: Method, epochs: number, fullEpochs: number): Recipe {
  const { runsLpm, rate = usualRate } = trainingMethods[method];
  return { epochs: runsLpm === undefined ? epochs : fullEpochs, lr: rate };
}

/** One seed of one variant. */
export interface Trial {
  readonly training: TrainReport;
  readonly evaluation: EvaluateReport;
}

export interface MethodRow {
  readonly name: string;
  readonly epochs: number;
  readonly seeds: number;
  readonly aucs: readonly (number | null)[];
  readonly auc: number | null;
  /** 95 % interval of the mean over the seeds; null for one seed. */
  readonly aucInterval: readonly [number, number] | null;
  readonly learnable: number;
  readonly learnableShare: number | null;
  /** Highest resident memory of the engine's process while training. */
  readonly peakMb: number | null;
  /** The same less what that process holds before it has anything to do. */
  readonly trainingMb: number | null;
  readonly secondsPerEpoch: number;
}

/** The comparison on one data set. */
export interface BenchResult {
  readonly place: { readonly dataset: string; readonly lpm: string; readonly about: string };
  readonly rows: readonly MethodRow[];
  readonly idleMb: number;
  /** One step of `full` with its whole batch at once; null where it was not measured. */
  readonly whole: { readonly peakMb: number; readonly seconds: number } | null;
}

/** The row of one variant. @param idleMb memory of an engine process that has computed next to nothing */
export function rowOf(name: string, trials: readonly Trial[], idleMb: number): MethodRow {
  const aucs = trials.map((t) => t.evaluation.image.auc);
  const known = aucs.filter((auc) => auc !== null);
  const first = trials[0] as Trial;
  const peaks = trials.flatMap((t) => (t.training.peakMb === null ? [] : [t.training.peakMb]));
  const peakMb = peaks.length === 0 ? null : Math.max(...peaks);
  const { learnable, lpmParameters, epochs } = first.training;
  return {
    name,
    epochs: epochs.length,
    seeds: trials.length,
    aucs,
    auc: known.length === 0 ? null : mean(known),
    aucInterval: meanInterval(known),
    learnable,
    learnableShare: lpmParameters === null ? null : learnable / lpmParameters,
    peakMb,
    trainingMb: peakMb === null ? null : Math.max(0, peakMb - idleMb),
    secondsPerEpoch: median(trials.flatMap((t) => t.training.epochs.map((e) => e.seconds))),
  };
}

/** Two-sided 95 % quantiles of Student's t for 1 to 9 degrees of freedom. */
const student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262] as const;

/** The 95 % interval of a mean by Student's t; null for fewer than two numbers. */
export function meanInterval(numbers: readonly number[]): readonly [number, number] | null {
  const n = numbers.length;
  if (n < 2) return null;
  const centre = mean(numbers);
  const variance = numbers.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (n - 1);
  const half = (student[n - 2] ?? 2.2) * Math.sqrt(variance / n);
  return [centre - half, centre + half];
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}
