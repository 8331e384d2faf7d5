/** A network that is to be trained: its step, compiled, and the parameters it starts from. */
import { Random } from '../../base/random.ts';
import type { RunSettings } from '../../contract/index.ts';
import type { Engine, Executable, WeightSource } from '../../engine/index.ts';
import { encoderWeights, initialiseParameters, type NetworkConfig, trainingMethods } from '../../models/index.ts';
import { compileAccumulatedStep, partSize } from '../../training/accumulated-step.ts';
import { buildTrainStep, carriedVectors } from '../../training/train-step.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';

/**
 * The weights of the LPM that a network with the LPM in it does not train, for compiling; undefined for other networks. Read when asked for, so
 * the LPM's file stays open until then.
 */
export function networkWeights(
  config: NetworkConfig,
  lpm: Pick<LibraryLpm, 'config' | 'read'>,
): ReturnType<typeof encoderWeights> | undefined {
  if (trainingMethods[config.method].runsLpm === undefined) return undefined;
  return encoderWeights(lpm.config, lpm.read, { height: config.sideSize, width: config.sideSize });
}

/**
 * The training step; it carries its vectors, but for one that is computed in parts because the settings say so.
 * @param weights what the network has of the LPM (`networkWeights`)
 */
export async function compileStep(
  engine: Engine,
  config: NetworkConfig,
  settings: Pick<RunSettings, 'criterion' | 'optimiser' | 'weightDecay' | 'classWeights' | 'microBatch'>,
  batch: number,
  weights: WeightSource | undefined,
): Promise<Executable> {
  const { criterion, optimiser, weightDecay, classWeights, microBatch } = settings;
  const options = { batch, criterion, weighted: classWeights !== 'none', optimiser, weightDecay };
  const part = microBatch === undefined ? batch : partSize(batch, microBatch);
  if (part < batch) return await compileAccumulatedStep(engine, config, options, part, weights);
  return await engine.compile(buildTrainStep(config, options), weights, { carried: carriedVectors(optimiser) });
}

/** Parameters before the first step: drawn from the seed, and where the method starts from the LPM, its weights. */
export function startingParameters(
  config: NetworkConfig,
  settings: Pick<RunSettings, 'seed'>,
  lpm: LibraryLpm,
): Float32Array {
  const random = Random.seeded(settings.seed).fork('parameters');
  if (trainingMethods[config.method].initial === undefined) return initialiseParameters(config, random);
  return initialiseParameters(config, random, networkWeights(config, lpm));
}
