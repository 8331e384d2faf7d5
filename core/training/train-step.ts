/** One training step as one graph: forward, criterion, backward, and the update of the flat parameters. */
import { type CriterionName, defaultCriterion, defaultOptimiser, type OptimiserName } from '../contract/index.ts';
import { concat, defineGraph, type Graph, grad, input, reshape, type Value } from '../graph/index.ts';
import {
  dropoutMaskShape,
  type KeptDType,
  meanOf,
  memberLogits,
  type NetworkConfig,
  networkInputs,
  networkLogits,
  type ParameterValues,
  packParameters,
  parameterLayout,
  shapeParameters,
  sliceParameters,
} from '../models/index.ts';
import { batchLoss, labelInputs } from './criteria/criterion.ts';
import { criteria } from './criteria/index.ts';
import { optimisers } from './optimisers/index.ts';
import { type UpdateOptions, updated } from './update.ts';

export interface TrainStepOptions extends UpdateOptions {
  readonly batch: number;
  /** Cross-entropy where left out. */
  readonly criterion?: CriterionName;
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
 * The step graph. Inputs: `params` and the optimiser's vectors by name (`m` and `v` of AdamW) [total]; `step` (from 1) and `lr` (scalars);
 * the network's inputs (`networkInputs`); the criterion's labels (`labels` int32 [batch] of classes); `class_weights` [classes] when weighted; `dropout_mask`
 * (0 or 2) where the method drops out. Outputs: `next_params` and `next_<vector>` of each of those, `loss`, `grad_norm` (before clipping).
 */
export function buildTrainStep(config: NetworkConfig, options: TrainStepOptions): Graph {
  const layout = parameterLayout(config);
  const params = input('params', [layout.total]);
  const criterion = criteria[options.criterion ?? defaultCriterion];
  const labels = labelInputs(criterion, options.batch, config.classes);
  const weights = options.weighted ? input('class_weights', [config.classes]) : undefined;
  const parts = sliceParameters(layout, params);
  const logits = logitsOf(config, shapeParameters(layout, parts), { ...options, dropout: true });
  const loss = batchLoss(criterion, logits, labels, weights);
  const gradient = packParameters(layout, grad(loss, parts));
  const { next, gradientNorm } = updated(options, params, gradient);
  return defineGraph({ outputs: { ...next, loss, grad_norm: gradientNorm } });
}

/** What a step carries to the next, for `Engine.compile`: the outputs of `buildTrainStep` by the inputs that they become. */
export function carriedVectors(optimiser: OptimiserName = defaultOptimiser): Readonly<Record<string, string>> {
  return Object.fromEntries(['params', ...optimisers[optimiser].state].map((vector) => [vector, `next_${vector}`]));
}

/**
 * The forward graph. Inputs: `params` and the network's inputs. Output: `logits` [batch, classes], without dropout; with `members`, of a network of
 * several, also `member_logits` [members, batch, classes].
 */
export function buildPredict(
  config: NetworkConfig,
  options: { readonly batch: number; readonly keptDType?: KeptDType; readonly members?: boolean },
): Graph {
  const params = input('params', [parameterLayout(config).total]);
  if (options.members === true) {
    const own = memberLogits(config, params, networkInputs(config, options.batch, options.keptDType));
    const stacked = concat(
      own.map((logits) => reshape(logits, [1, options.batch, config.classes])),
      0,
    );
    return defineGraph({ outputs: { logits: meanOf(own), member_logits: stacked } });
  }
  return defineGraph({ outputs: { logits: logitsOf(config, params, { ...options, dropout: false }) } });
}
