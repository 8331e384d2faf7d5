/** Cross-entropy of one class out of several, as torch.nn.CrossEntropyLoss has it: with class weights sum(w l) / sum(w) over the batch. */
import { logSoftmax, mul, neg, sum } from '../../graph/index.ts';
import { softmaxRows } from '../../statistics/metrics.ts';
import { classesOf, classLabels, truthOf, weightsOf } from './class-labels.ts';
import type { Criterion } from './criterion.ts';

export const crossEntropy: Criterion = {
  ...classLabels,
  losses: (logits, labels, classWeights) => {
    const truth = truthOf(logits, labels);
    const losses = neg(sum(mul(truth, logSoftmax(logits, -1)), [1]));
    if (classWeights === undefined) return { losses, weights: undefined };
    const weights = weightsOf(truth, classWeights);
    return { losses: mul(weights, losses), weights };
  },
  value: (logits, labels, outputs) => {
    const probabilities = softmaxRows(logits, outputs);
    const classes = classesOf(labels);
    let loss = 0;
    classes.forEach((index, i) => {
      // A probability that underflowed to 0 would make the whole loss infinite.
      loss -= Math.log(Math.max(probabilities[i * outputs + index] as number, Number.MIN_VALUE));
    });
    return loss / classes.length;
  },
};
