/**
 * One minus kappa with quadratic weights, for grades: sum(w O) / sum(w E) with w = (i - j)² / (C - 1)². O counts how the probabilities of a
 * batch fall on the true grades, E how they would by chance (de la Torre et al., Pattern Recognition Letters 2018;105:144-154, without
 * their logarithm). An answer two grades off costs four times one that is next door.
 *
 * Chance is that of the whole batch: what each example adds to E depends on the answers to all the others, so there is no divisor that
 * parts of a batch could be given beforehand. Batches are best large; one example alone has no chance to differ from. Class weights count an
 * example more than once, as sample weights of cohen_kappa_score do.
 */
import { float32 } from '../../base/tensor.ts';
import { constant, div, matmul, mean, mul, reshape, softmax, sum, type Value } from '../../graph/index.ts';
import { softmaxRows } from '../../statistics/metrics.ts';
import { classesOf, classLabels, truthOf, weightsOf } from './class-labels.ts';
import type { Criterion } from './criterion.ts';

/** Where all examples have one grade and every answer is it, 0 is divided by this. */
const leastDivisor = 1e-12;

export const kappa: Criterion = {
  labels: classLabels.labels,
  losses: (logits, labels, classWeights) => {
    const [batch, classes] = logits.shape as readonly [number, number];
    const probabilities = softmax(logits, -1);
    const truth = truthOf(logits, labels);
    const costs = matmul(truth, constant(float32([classes, classes], squaredDistances(classes))));
    const weighted = (x: Value, weights: Value): Value => mul(x, reshape(weights, [batch, 1]));
    const counts = classWeights === undefined ? undefined : weightsOf(truth, classWeights);
    const counted = counts === undefined ? costs : weighted(costs, counts);
    const chance =
      counts === undefined
        ? mean(probabilities, [0], { keepDims: true })
        : div(sum(weighted(probabilities, counts), [0], { keepDims: true }), sum(counts, [0]));
    return { losses: sum(mul(counted, probabilities), [1]), weights: sum(mul(counted, chance), [1]), leastDivisor };
  },
  divisor: null,
  value: (logits, labels, outputs) => {
    const probabilities = softmaxRows(logits, outputs);
    const classes = classesOf(labels);
    const costs = squaredDistances(outputs);
    const chance = new Float64Array(outputs);
    for (let i = 0; i < probabilities.length; i++) {
      chance[i % outputs] = (chance[i % outputs] as number) + (probabilities[i] as number) / classes.length;
    }
    let observed = 0;
    let expected = 0;
    classes.forEach((grade, i) => {
      for (let c = 0; c < outputs; c++) {
        const cost = costs[grade * outputs + c] as number;
        observed += cost * (probabilities[i * outputs + c] as number);
        expected += cost * (chance[c] as number);
      }
    });
    return expected === 0 ? null : observed / expected;
  },
};

/** (i - j)² / (C - 1)², row by row. */
function squaredDistances(classes: number): number[] {
  return Array.from({ length: classes ** 2 }, (_, at) => {
    const distance = Math.floor(at / classes) - (at % classes);
    return distance ** 2 / (classes - 1) ** 2;
  });
}
