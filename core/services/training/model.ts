/** Models of a library, with everything that classifying needs. */
import { AppError } from '../../base/errors.ts';
import type { ModelRecord } from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import type { Engine, WeightSource } from '../../engine/index.ts';
import type { RangeRule } from '../../images/index.ts';
import { type NetworkConfig, trainingMethods } from '../../models/index.ts';
import { listModels, lpmByHash, modelByName, modelLayout, modelWeights, rangeRuleOfModel } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { TrainingNetwork } from '../../training/loop.ts';
import { buildPredict } from '../../training/train-step.ts';
import { type LibraryLpm, openLibraryLpm } from '../lpm/encoder.ts';
import { addLostLpm } from '../lpm/lost.ts';
import type { ServiceContext } from '../session/context.ts';
import { parseNetwork, weightsFor } from './stored-network.ts';

export interface LoadedModel {
  readonly record: ModelRecord;
  readonly config: NetworkConfig;
  /** The weights of the best validation AUC, [total], in the order of the network's layout. */
  readonly params: Float32Array;
  /** How pictures are drawn for it whose samples are open. */
  readonly rule: RangeRule;
}

const retrainOrRestore = 'Train the model again, or restore the library from a backup (folder backups/).';

/** SHA-256 of weights (little-endian float32). */
export function hashWeights(params: Float32Array): string {
  return sha256(new Uint8Array(params.buffer, params.byteOffset, params.byteLength));
}

/**
 * A model of the library with its network and weights, which are moved into the order of the network's parameters where
 * they were stored in another.
 * @throws MODEL_NOT_FOUND naming what there is; WEIGHTS_INVALID when the stored weights changed or are not those of the
 *   network; DB_DAMAGED when its row cannot be read
 */
export function requireModel(context: ServiceContext, name: string): LoadedModel {
  const { db } = context.library;
  const record = modelByName(db, name);
  const params = record === undefined ? undefined : modelWeights(db, record.id);
  if (record === undefined || params === undefined) {
    const names = listModels(db).map((model) => `"${model.name}"`);
    throw new AppError(
      'MODEL_NOT_FOUND',
      `There is no model "${name}" (${names.length === 0 ? 'the library has none' : `found: ${names.join(', ')}`}).`,
      {
        action:
          names.length === 0
            ? 'Train one first: `sidelight train DATASET`. If it should be there, name its library with --library DIR.'
            : 'Use one of these names.',
      },
    );
  }
  const found = hashWeights(params);
  if (found !== record.weightsHash) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `The weights of model "${name}" have hash ${found.slice(0, 12)}; stored with it is ${record.weightsHash.slice(0, 12)}.`,
      { action: retrainOrRestore },
    );
  }
  const what = `model "${name}"`;
  // The version first: it says how the configuration is written, too.
  const layout = modelLayout(db, record);
  const config = parseNetwork(record.config, what);
  const logits = targets[record.target].logits(record.classes.length);
  if (config.method !== record.method || config.classes !== logits) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `The network of ${what} is ${config.method} of ${config.classes} classes; the model is ${record.method} of ${logits}.`,
      { action: retrainOrRestore },
    );
  }
  const [arranged] = weightsFor(config, layout, [params], what);
  return { record, config, params: arranged as Float32Array, rule: rangeRuleOfModel(db, record) };
}

/** The LPM that a model was trained with, opened. @throws LPM_NOT_FOUND when the library no longer has it */
export function openModelLpm(context: ServiceContext, model: ModelRecord): LibraryLpm {
  const record = lpmByHash(context.library.db, model.lpmHash);
  if (record === undefined) {
    throw new AppError(
      'LPM_NOT_FOUND',
      `Model "${model.name}" was trained with the LPM ${model.lpmHash.slice(0, 12)}…, which this library does not have.`,
      { action: addLostLpm },
    );
  }
  return openLibraryLpm(context, record);
}

/**
 * The part of a network that predicts, compiled for `batch` examples; for one where an example is a run of the whole LPM. Dispose of `predict` when done.
 * @param options with `members` it gives the logits of each network of a model of several, too (`predictMembers`)
 * @param weights what the network has of the LPM (`networkWeights`)
 */
export async function compilePredictor(
  engine: Engine,
  config: NetworkConfig,
  batch: number,
  weights: WeightSource | undefined,
  options: { readonly members?: boolean } = {},
): Promise<Pick<TrainingNetwork, 'predict' | 'predictBatch' | 'classes'>> {
  const predictBatch = trainingMethods[config.method].microBatches ? 1 : batch;
  return {
    predict: await engine.compile(buildPredict(config, { batch: predictBatch, ...options }), weights),
    predictBatch,
    classes: config.classes,
  };
}

/** Probabilities [n, logits] of a model's logits; of a model of numbers, the numbers. */
export function probabilitiesOf(model: ModelRecord, logits: Float32Array): Float64Array {
  const scaled = Float64Array.from(logits, (z) => z / model.temperature);
  const target = targets[model.target];
  return target.probabilities(scaled, target.logits(model.classes.length), model.labelScale);
}
