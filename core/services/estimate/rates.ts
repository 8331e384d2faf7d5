/** What a training is made of, by name, and the machine that times of it belong to. */
import { cpus } from 'node:os';
import {
  type CriterionName,
  defaultCriterion,
  defaultOptimiser,
  type MeasureOptions,
  type MethodSizes,
  sizesOf,
} from '../../contract/index.ts';
import { trainingMethods } from '../../models/index.ts';
import { median } from '../../statistics/bootstrap.ts';
import type { RateKey } from '../../store/index.ts';
import { featureKinds, hasChannels } from '../features/feature-kinds.ts';
import type { ServiceContext } from '../session/context.ts';

/** The names under which seconds are kept. A step depends on much, so its name says it all. */
export const rateNames = {
  prepareDecoder: 'start decoding',
  /** Images of one data set are alike; those of another may be ten times as large. */
  decode: (datasetId: number) => `decode an image of data set ${datasetId}`,
  /** No seconds: what is written of one of its images, which of colour is three times as much as of grey. */
  imageMegabytes: (datasetId: number) => `megabytes of an image of data set ${datasetId}`,
  statistics: (datasetId: number) => `statistics of an image of data set ${datasetId}`,
  prepareEncoder: (what: string) => `prepare the LPM for ${what}`,
  encode: (what: string) => `read an image for ${what}`,
  prepareNetwork: (network: string) => `prepare ${network}`,
  step: (network: string) => `step of ${network}`,
  /** A step of one of so many trainings that run at once. */
  stepBeside: (network: string, lanes: number) => `step of ${network}, ${lanes} at once`,
  /** What an epoch takes besides its steps and its validation: its first batch, which nothing overlaps. */
  epoch: (network: string) => `epoch of ${network}`,
  /** One batch of validation. */
  predict: (network: string) => `prediction of ${network}`,
  write: 'write a megabyte',
  /** How far single times of something lie from their median, half of them less. */
  spread: (rate: string) => `spread of ${rate}`,
} as const;

/** What the LPM must give for these options; null where the method does not ask it. */
export function encodingName(
  options: Pick<MeasureOptions, 'method' | 'tokens' | 'tokenRatio' | 'precision' | 'keptAs'>,
): string | null {
  const { features, layers } = trainingMethods[options.method];
  if (features === null) return null;
  const name = featureKinds[features].name(options, layers);
  // As below, what is as it was before there was a choice has the name of then.
  const kept = options.keptAs !== undefined && hasChannels(options.method) ? `${options.keptAs} features` : undefined;
  return [name, options.precision, kept].filter((part) => part !== undefined).join(', ');
}

/** The network and batch that a step's time belongs to. */
export function networkName(
  options: Pick<MeasureOptions, 'method' | 'tokenRatio' | 'keptAs' | 'augment' | 'classWeights' | 'optimiser'> & {
    readonly criterion: CriterionName;
    readonly microBatch?: number | undefined;
  } & MethodSizes,
  batch: number,
  classes: number,
): string {
  const { method, tokenRatio, keptAs, augment, classWeights, criterion, optimiser, microBatch } = options;
  const part = trainingMethods[method].microBatches ? (microBatch ?? null) : null;
  // What is as it was before there was a choice has the name of then, under which times are kept already.
  const chosen = [
    criterion,
    optimiser,
    ...(keptAs !== undefined && hasChannels(method) ? [`${keptAs} features`] : []),
  ].filter((name) => name !== defaultCriterion && name !== defaultOptimiser);
  const sizes = Object.values(sizesOf(method, options));
  // Weights that change from epoch to epoch take as long as those that do not.
  const weighting = classWeights === 'none' ? 'none' : 'balanced';
  return JSON.stringify([method, batch, classes, tokenRatio, augment, weighting, part, ...sizes, ...chosen]);
}

/** The machine that rates belong to: another processor, engine or number of threads is another machine. */
export async function rateKey(context: ServiceContext, lpmHash: string, inputSize: number): Promise<RateKey> {
  const { name, version, device, threads } = (await context.engine()).info;
  const processor = cpus()[0]?.model.trim() ?? 'unknown';
  return { machine: `${name} ${version} on ${device}, ${threads} threads, ${processor}`, lpmHash, inputSize };
}

/** The middle of some times, and the distance from it that half of them keep. Both 0 where there are none. */
export function middleOf(times: readonly number[]): { readonly median: number; readonly spread: number } {
  if (times.length === 0) return { median: 0, spread: 0 };
  const middle = median(times);
  return { median: middle, spread: median(times.map((time) => Math.abs(time - middle))) };
}
