/**
 * Cross-entropy with smoothed labels: of each example a share counts as spread evenly over all classes, so that a network does not gain by
 * being ever surer (Szegedy et al., CVPR 2016). As torch.nn.CrossEntropyLoss(label_smoothing=…) has it, weights included: each class's part
 * of the loss has the weight of that class, and a batch is divided by the weights of the labels.
 */
import { invariant } from '../../base/errors.ts';
import { add, logSoftmax, mul, neg, reshape, sum } from '../../graph/index.ts';
import { classesOf, classLabels, truthOf, weightsOf } from './class-labels.ts';
import type { Criterion } from './criterion.ts';

/** The criterion that spreads the share `smoothing` of each label, from 0 (none) to below 1. */
export function labelSmoothing(smoothing: number): Criterion {
  invariant(smoothing >= 0 && smoothing < 1, `label smoothing ${smoothing}, allowed from 0 to below 1`);
  return {
    ...classLabels,
    losses: (logits, labels, classWeights) => {
      const classes = logits.shape[1] as number;
      const truth = truthOf(logits, labels);
      const smoothed = add(mul(truth, 1 - smoothing), smoothing / classes);
      const shares = mul(smoothed, logSoftmax(logits, -1));
      if (classWeights === undefined) return { losses: neg(sum(shares, [1])), weights: undefined };
      const losses = neg(sum(mul(shares, reshape(classWeights, [1, classes])), [1]));
      return { losses, weights: weightsOf(truth, classWeights) };
    },
    value: (logits, labels, outputs) => {
      const classes = classesOf(labels);
      const losses = classes.map((index, i) => {
        const row = Array.from({ length: outputs }, (_, c) => logits[i * outputs + c] as number);
        const top = Math.max(...row);
        const logSum = top + Math.log(row.reduce((total, z) => total + Math.exp(z - top), 0));
        const mean = row.reduce((total, z) => total + z, 0) / outputs;
        return logSum - (1 - smoothing) * (row[index] as number) - smoothing * mean;
      });
      return losses.reduce((total, loss) => total + loss, 0) / classes.length;
    },
  };
}
