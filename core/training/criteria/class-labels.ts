/** What criteria have in common whose label is one class out of several: `labels`, the place of each example's class, int32 [batch]. */
import { invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { matmul, oneHot, reshape, type Value } from '../../graph/index.ts';
import type { Criterion, LabelTensors, LabelValues } from './criterion.ts';

/** The labels and what a batch is divided by: the number of its examples, or the sum of the weights of their classes. */
export const classLabels = {
  labels: (batch) => ({ labels: { shape: [batch], dtype: 'int32' } }),
  divisor: (labels, classWeights) => {
    const classes = classesOf(labels);
    if (classWeights === undefined) return classes.length;
    return classes.reduce((total, index) => total + Number(classWeights.data[index]), 0);
  },
} satisfies Pick<Criterion, 'labels' | 'divisor'>;

/** 1 at each example's class and 0 elsewhere, [batch, outputs]. */
export function truthOf(logits: Value, labels: LabelValues): Value {
  const { labels: classes } = labels;
  invariant(classes, 'a criterion of classes needs the input labels');
  return oneHot(classes, logits.shape[1] as number);
}

/** The weight of each example's class, [batch]. */
export function weightsOf(truth: Value, classWeights: Value): Value {
  const [batch, classes] = truth.shape as readonly [number, number];
  return reshape(matmul(truth, reshape(classWeights, [classes, 1])), [batch]);
}

/** The place of each example's class. */
export function classesOf(labels: LabelTensors): number[] {
  const tensor: Tensor | undefined = labels['labels'];
  invariant(tensor, 'a criterion of classes needs the tensor labels');
  return Array.from(tensor.data, Number);
}
