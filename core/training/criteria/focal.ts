/**
 * Focal loss, (1 - p)^2 times the cross-entropy where p is the probability of the right class: what is already right hardly counts, so that a
 * few hard or rare examples are not drowned (Lin et al., ICCV 2017, with their gamma of 2). Class weights count as for cross-entropy.
 */
import { exp, logSoftmax, mul, neg, sub, sum } from '../../graph/index.ts';
import { softmaxRows } from '../../statistics/metrics.ts';
import { classesOf, classLabels, truthOf, weightsOf } from './class-labels.ts';
import type { Criterion } from './criterion.ts';

export const focal: Criterion = {
  ...classLabels,
  losses: (logits, labels, classWeights) => {
    const truth = truthOf(logits, labels);
    const logProbability = sum(mul(truth, logSoftmax(logits, -1)), [1]);
    const missing = sub(1, exp(logProbability));
    const losses = neg(mul(mul(missing, missing), logProbability));
    if (classWeights === undefined) return { losses, weights: undefined };
    const weights = weightsOf(truth, classWeights);
    return { losses: mul(weights, losses), weights };
  },
  value: (logits, labels, outputs) => {
    const probabilities = softmaxRows(logits, outputs);
    const losses = classesOf(labels).map((index, i) => {
      const p = probabilities[i * outputs + index] as number;
      // A probability that underflowed to 0 would make the whole loss infinite.
      return -((1 - p) ** 2) * Math.log(Math.max(p, Number.MIN_VALUE));
    });
    return losses.reduce((total, loss) => total + loss, 0) / losses.length;
  },
};
