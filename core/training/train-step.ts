/**
 * One training step as one graph: forward, cross-entropy, backward, clipping and AdamW on flat vectors.
 *
 * The parameters and both moments are flat vectors of `total` values (layout: core/models), so that the update is a
 * handful of element-wise nodes whatever the network looks like. Update rule: Loshchilov and Hutter, "Decoupled weight
 * decay regularization", ICLR 2019, in PyTorch's order of operations; clipping as torch.nn.utils.clip_grad_norm_.
 */
import {
  add,
  defineGraph,
  div,
  type Graph,
  grad,
  input,
  logSoftmax,
  matmul,
  mean,
  minimum,
  mul,
  neg,
  oneHot,
  reshape,
  sqrt,
  sub,
  sum,
  tanh,
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

/** Decay of the first moment, of every AdamW step here. */
export const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;
const maxNorm = 1;

export interface TrainStepOptions {
  readonly batch: number;
  /** Whether the graph has the input `class_weights` [classes]. */
  readonly weighted: boolean;
  readonly weightDecay?: number;
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

/** 1 - beta^step without cancellation: with t = tanh(-step ln(beta) / 2), 1 - beta^step = 2t / (1 + t). */
function biasCorrection(beta: number, step: Value): Value {
  const t = tanh(mul(step, -Math.log(beta) / 2));
  return div(mul(2, t), add(1, t));
}

/**
 * Parameters and moments after one AdamW step (beta1 0.9, eps 1e-8) with gradients clipped to norm 1.
 * @param secondBeta decay of the second moment; the published recipe's 0.999 where left out
 */
export function adamW(
  state: { readonly params: Value; readonly m: Value; readonly v: Value },
  gradient: Value,
  step: Value,
  lr: Value,
  weightDecay: number,
  secondBeta = beta2,
): { readonly params: Value; readonly m: Value; readonly v: Value; readonly gradientNorm: Value } {
  const gradientNorm = sqrt(sum(mul(gradient, gradient), [0]));
  const clipped = mul(gradient, minimum(div(maxNorm, add(gradientNorm, 1e-6)), 1));
  const m = add(mul(state.m, beta1), mul(clipped, 1 - beta1));
  const v = add(mul(state.v, secondBeta), mul(mul(clipped, clipped), 1 - secondBeta));
  const denominator = add(div(sqrt(v), sqrt(biasCorrection(secondBeta, step))), epsilon);
  const decayed = mul(state.params, sub(1, mul(lr, weightDecay)));
  const params = sub(decayed, mul(div(lr, biasCorrection(beta1, step)), div(m, denominator)));
  return { params, m, v, gradientNorm };
}

/**
 * The step graph. Inputs: `params`, `m`, `v` [total]; `step` (from 1) and `lr` (scalars); the network's inputs
 * (`networkInputs`); `labels` int32 [batch]; `class_weights` [classes] when weighted; `dropout_mask` (0 or 2) where the
 * method drops out. Outputs: `next_params`, `next_m`, `next_v`, `loss`, `grad_norm` (before clipping).
 */
export function buildTrainStep(config: NetworkConfig, options: TrainStepOptions): Graph {
  const layout = parameterLayout(config);
  const { total } = layout;
  const params = input('params', [total]);
  const labels = input('labels', [options.batch], 'int32');
  const weights = options.weighted ? input('class_weights', [config.classes]) : undefined;
  const parts = sliceParameters(layout, params);
  const logits = logitsOf(config, shapeParameters(layout, parts), { ...options, dropout: true });
  const loss = crossEntropy(logits, labels, weights);
  const gradient = packParameters(layout, grad(loss, parts));
  const state = { params, m: input('m', [total]), v: input('v', [total]) };
  const next = adamW(state, gradient, input('step', []), input('lr', []), options.weightDecay ?? 0.1);
  return defineGraph({
    outputs: { next_params: next.params, next_m: next.m, next_v: next.v, loss, grad_norm: next.gradientNorm },
  });
}

/** The forward graph. Inputs: `params` and the network's inputs. Output: `logits` [batch, classes], without dropout. */
export function buildPredict(
  config: NetworkConfig,
  options: { readonly batch: number; readonly keptDType?: KeptDType },
): Graph {
  const params = input('params', [parameterLayout(config).total]);
  return defineGraph({ outputs: { logits: logitsOf(config, params, { ...options, dropout: false }) } });
}
