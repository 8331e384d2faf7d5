/**
 * A training step in pieces: the gradient of a batch as the sum of the gradients of its parts, then one update.
 *
 * A whole ViT at 512 px keeps half a gigabyte for each image between forward and backward. Part by part, a step takes
 * the memory of one part and gives the same result up to the order of a sum: each part's loss is divided by the whole
 * batch's number (or weight), so that the parts add up to the batch's mean.
 */
import { invariant } from '../base/errors.ts';
import { float32, type Tensor } from '../base/tensor.ts';
import { defaultCriterion, defaultOptimiser } from '../contract/index.ts';
import type { Engine, Executable, WeightSource } from '../engine/types.ts';
import { add, defineGraph, div, type Graph, grad, input, sum } from '../graph/index.ts';
import {
  type NetworkConfig,
  packParameters,
  parameterLayout,
  shapeParameters,
  sliceParameters,
  trainingMethods,
} from '../models/index.ts';
import { labelInputs } from './criteria/criterion.ts';
import { criteria } from './criteria/index.ts';
import { optimisers } from './optimisers/index.ts';
import { logitsOf, type TrainStepOptions } from './train-step.ts';
import { type UpdateOptions, updated } from './update.ts';

/** The largest divisor of `batch` that is at most `wanted`: parts of one size, of which one graph computes each. */
export function partSize(batch: number, wanted: number): number {
  let size = Math.max(1, Math.min(batch, wanted));
  while (batch % size !== 0) size--;
  return size;
}

/**
 * One part's share of a batch's gradient. Inputs: `params` [total]; the network's inputs and labels of `batch`
 * examples; `class_weights` when weighted; `divisor`, the whole batch's number or weight; `gradient_before` [total] and
 * `loss_before`. Outputs: `gradient` and `loss`, those before plus this part's.
 */
export function buildGradient(config: NetworkConfig, options: TrainStepOptions): Graph {
  const layout = parameterLayout(config);
  const params = input('params', [layout.total]);
  const criterion = criteria[options.criterion ?? defaultCriterion];
  const labels = labelInputs(criterion, options.batch, config.classes);
  const classWeights = options.weighted ? input('class_weights', [config.classes]) : undefined;
  const parts = sliceParameters(layout, params);
  const logits = logitsOf(config, shapeParameters(layout, parts), { ...options, dropout: true });
  const loss = div(sum(criterion.losses(logits, labels, classWeights).losses, [0]), input('divisor', []));
  const gradient = packParameters(layout, grad(loss, parts));
  return defineGraph({
    outputs: {
      gradient: add(input('gradient_before', [layout.total]), gradient),
      loss: add(input('loss_before', []), loss),
    },
  });
}

/**
 * The update of a whole batch: inputs `params`, the optimiser's vectors and `gradient` [total], `step`, `lr`; outputs as `buildTrainStep`'s,
 * but for the loss.
 */
export function buildUpdate(config: NetworkConfig, options: UpdateOptions = {}): Graph {
  const vector = (name: string) => input(name, [parameterLayout(config).total]);
  const { next, gradientNorm } = updated(options, vector('params'), vector('gradient'));
  return defineGraph({ outputs: { ...next, grad_norm: gradientNorm } });
}

/**
 * A step of `options.batch` images, computed `part` at a time; runs like the step of `buildTrainStep`. For networks
 * whose inputs have the batch as their first axis (methods with `microBatches`).
 * @param weights those of the graph, where the network has the LPM in it
 */
export async function compileAccumulatedStep(
  engine: Engine,
  config: NetworkConfig,
  options: TrainStepOptions,
  part: number,
  weights?: WeightSource,
): Promise<Executable> {
  const { batch } = options;
  const { microBatches } = trainingMethods[config.method];
  invariant(microBatches && batch % part === 0, `steps in parts: ${config.method}, ${part} of ${batch}`);
  const criterion = criteria[options.criterion ?? defaultCriterion];
  const { divisor: divisorOf } = criterion;
  invariant(divisorOf !== null, 'steps in parts: the loss is of the whole batch');
  const { total } = parameterLayout(config);
  const gradientOf = await engine.compile(buildGradient(config, { ...options, batch: part }), weights);
  const update = await engine.compile(buildUpdate(config, options));
  const keptVectors = optimisers[options.optimiser ?? defaultOptimiser].state;
  const labelNames = Object.keys(criterion.labels(batch, config.classes));
  return {
    run: async (inputs) => {
      const { params, step, lr, class_weights: classWeights, ...others } = inputs as Record<string, Tensor>;
      invariant(params && step && lr, 'steps in parts: an input is missing');
      const state = picked(others, (name) => keptVectors.includes(name));
      const examples = picked(others, (name) => !keptVectors.includes(name));
      let gradient: Tensor = float32([total], new Float32Array(total));
      let loss: Tensor = float32([], [0]);
      const labels = picked(examples, (name) => labelNames.includes(name));
      const divisor = float32([], [divisorOf(labels, classWeights)]);
      for (let first = 0; first < batch; first += part) {
        const some = Object.entries(examples).map(([name, x]) => [name, rowsOf(x, first, part)] as const);
        const out = await gradientOf.run({
          ...Object.fromEntries(some),
          ...(classWeights === undefined ? {} : { class_weights: classWeights }),
          params,
          divisor,
          gradient_before: gradient,
          loss_before: loss,
        });
        gradient = out['gradient'] as Tensor;
        loss = out['loss'] as Tensor;
      }
      return { ...(await update.run({ params, ...state, step, lr, gradient })), loss };
    },
    dispose: async () => {
      await gradientOf.dispose();
      await update.dispose();
    },
  };
}

function picked(
  tensors: Readonly<Record<string, Tensor>>,
  isWanted: (name: string) => boolean,
): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => isWanted(name)));
}

/** `count` rows of a tensor's first axis, sharing its memory. */
function rowsOf(tensor: Tensor, first: number, count: number): Tensor {
  const row = tensor.data.length / (tensor.shape[0] as number);
  const data = tensor.data.subarray(first * row, (first + count) * row);
  return { ...tensor, shape: [count, ...tensor.shape.slice(1)], data } as Tensor;
}
