/** One training step as one graph: forward, cross-entropy, backward, and the update of the flat parameters. */
import {
  defineGraph,
  div,
  type Graph,
  grad,
  input,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  oneHot,
  reshape,
  sum,
  type Value,
} from '../graph/index.ts';
import {
  dropoutMaskShape,
  type KeptDType,
  type NetworkConfig,
  networkInputs,
  networkLogits,
  type ParameterValues,
  packParameters,
  parameterLayout,
  shapeParameters,
  sliceParameters,
} from '../models/index.ts';
import { type UpdateOptions, updated } from './update.ts';

export interface TrainStepOptions extends UpdateOptions {
  readonly batch: number;
  /** Whether the graph has the input `class_weights` [classes]. */
  readonly weighted: boolean;
  readonly keptDType?: KeptDType;
}

/** Logits [batch, classes] of named graph inputs. With `dropout` the graph has the input `dropout_mask` where the method drops out. */
export function logitsOf(
  config: NetworkConfig,
  params: Value | ParameterValues,
  options: { readonly batch: number; readonly dropout: boolean; readonly keptDType?: KeptDType },
): Value {
  const { batch, dropout, keptDType } = options;
  const inputs = networkInputs(config, batch, keptDType);
  const mask = dropout ? dropoutMaskShape(config, batch) : null;
  return networkLogits(
    config,
    params,
    mask === null ? inputs : { ...inputs, dropout_mask: input('dropout_mask', mask) },
  );
}

/**
 * Mean cross-entropy of logits [batch, classes] and int32 labels [batch]; with class weights sum(w l) / sum(w) over the
 * batch, as torch.nn.CrossEntropyLoss(weight=...) computes it.
 */
export function crossEntropy(logits: Value, labels: Value, classWeights?: Value): Value {
  const { losses, weights } = weightedLosses(logits, labels, classWeights);
  return weights === undefined ? mean(losses, [0]) : div(sum(losses, [0]), sum(weights, [0]));
}

/** Each example's cross-entropy [batch], times its class's weight where there are any, and those weights [batch]. */
export function weightedLosses(
  logits: Value,
  labels: Value,
  classWeights: Value | undefined,
): { readonly losses: Value; readonly weights: Value | undefined } {
  const [batch, classes] = logits.shape as readonly [number, number];
  const truth = oneHot(labels, classes);
  const losses = neg(sum(mul(truth, logSoftmax(logits, -1)), [1]));
  if (classWeights === undefined) return { losses, weights: undefined };
  const weights = reshape(matmul(truth, reshape(classWeights, [classes, 1])), [batch]);
  return { losses: mul(weights, losses), weights };
}

/**
 * The step graph. Inputs: `params` and the optimiser's vectors by name (`m` and `v` of AdamW) [total]; `step` (from 1) and `lr` (scalars);
 * the network's inputs (`networkInputs`); `labels` int32 [batch]; `class_weights` [classes] when weighted; `dropout_mask`
 * (0 or 2) where the method drops out. Outputs: `next_params` and `next_<vector>` of each of those, `loss`, `grad_norm` (before clipping).
 */
export function buildTrainStep(config: NetworkConfig, options: TrainStepOptions): Graph {
  const layout = parameterLayout(config);
  const params = input('params', [layout.total]);
  const labels = input('labels', [options.batch], 'int32');
  const weights = options.weighted ? input('class_weights', [config.classes]) : undefined;
  const parts = sliceParameters(layout, params);
  const logits = logitsOf(config, shapeParameters(layout, parts), { ...options, dropout: true });
  const loss = crossEntropy(logits, labels, weights);
  const gradient = packParameters(layout, grad(loss, parts));
  const { next, gradientNorm } = updated(options, params, gradient);
  return defineGraph({ outputs: { ...next, loss, grad_norm: gradientNorm } });
}

/** The forward graph. Inputs: `params` and the network's inputs. Output: `logits` [batch, classes], without dropout. */
export function buildPredict(
  config: NetworkConfig,
  options: { readonly batch: number; readonly keptDType?: KeptDType },
): Graph {
  const params = input('params', [parameterLayout(config).total]);
  return defineGraph({ outputs: { logits: logitsOf(config, params, { ...options, dropout: false }) } });
}
