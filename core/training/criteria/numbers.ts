/**
 * What regression makes small: a function of how far each output is from its label, meant over examples and outputs, as torch.nn.MSELoss,
 * L1Loss and SmoothL1Loss (beta 1) have it. The labels are `labels`, float32 [batch, outputs], in whatever unit the outputs are learned in:
 * bring them to mean 0 and deviation 1 first, because beta and the learning rate mean that. Weights of outputs count an output more than
 * another; the sum is divided by theirs.
 */
import { invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { expand, maximum, minimum, mul, reshape, sub, sum, type Value } from '../../graph/index.ts';
import type { Criterion, LabelTensors } from './criterion.ts';

/** The square of the distance: far ones count most. */
export const meanSquaredError: Criterion = ofDifferences({
  graph: (difference) => mul(difference, difference),
  value: (difference) => difference ** 2,
});

/** The distance itself: a label that is far off by mistake pulls no more than any other. */
export const l1: Criterion = ofDifferences({ graph: distance, value: Math.abs });

/** Half the square up to a distance of 1, the distance less a half beyond it. */
export const smoothL1: Criterion = ofDifferences({
  graph: (difference) => {
    const far = distance(difference);
    const near = minimum(far, 1);
    return mul(near, sub(far, mul(near, 0.5)));
  },
  value: (difference) => {
    const far = Math.abs(difference);
    return far < 1 ? far ** 2 / 2 : far - 0.5;
  },
});

interface DifferenceLoss {
  readonly graph: (difference: Value) => Value;
  readonly value: (difference: number) => number;
}

function ofDifferences(loss: DifferenceLoss): Criterion {
  return {
    labels: (batch, outputs) => ({ labels: { shape: [batch, outputs], dtype: 'float32' } }),
    losses: (logits, { labels }, outputWeights) => {
      invariant(labels, 'a criterion of numbers needs the input labels');
      const [batch, outputs] = logits.shape as readonly [number, number];
      const losses = loss.graph(sub(logits, labels));
      // One output is the mean of itself, and the sum over examples is divided by their number.
      if (outputWeights === undefined) return { losses: mul(sum(losses, [1]), 1 / outputs), weights: undefined };
      const weights = expand(reshape(sum(outputWeights, [0]), [1]), [batch]);
      return { losses: sum(mul(losses, outputWeights), [1]), weights };
    },
    divisor: (labels, outputWeights) => {
      const [batch] = labelsOf(labels).shape as readonly [number, number];
      if (outputWeights === undefined) return batch;
      return batch * Array.from(outputWeights.data, Number).reduce((total, weight) => total + weight, 0);
    },
    value: (logits, labels) => {
      const { data } = labelsOf(labels);
      let total = 0;
      for (let i = 0; i < data.length; i++) total += loss.value((logits[i] as number) - Number(data[i]));
      return data.length === 0 ? null : total / data.length;
    },
  };
}

/** |x| with the gradient 0 at 0, as torch has it: above and below 0 are taken apart, and at 0 their gradients are equal. */
function distance(x: Value): Value {
  return sub(maximum(x, 0), minimum(x, 0));
}

function labelsOf(labels: LabelTensors): Tensor {
  const tensor = labels['labels'];
  invariant(tensor, 'a criterion of numbers needs the tensor labels');
  return tensor;
}
