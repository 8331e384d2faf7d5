/**
 * What a criterion is: everything that the rest of the program asks of it. One object each, listed in index.ts.
 *
 * It sees numbers alone: logits, and labels as tensors. What a label means, and which criteria fit it, is for others to say.
 */
import type { Shape, Tensor } from '../../base/tensor.ts';
import { div, input, maximum, mean, sum, type Value } from '../../graph/index.ts';

/** A graph input that holds labels. */
export interface LabelInput {
  /** The batch is its first axis. */
  readonly shape: Shape;
  readonly dtype: 'float32' | 'int32';
}

/** What labels examples have, as the graph values or as the tensors of a criterion's `labels`, by name. */
export type LabelValues = Readonly<Record<string, Value>>;
export type LabelTensors = Readonly<Record<string, Tensor>>;

/** Losses of the examples of a batch, [batch] each. */
export interface ExampleLosses {
  /** What each adds to the sum: its loss, times its weight where it has one. */
  readonly losses: Value;
  /** What each adds to the number that the sum is divided by; undefined where that is 1. */
  readonly weights: Value | undefined;
  /** What the sum is divided by at least, where weights may add up to 0. */
  readonly leastDivisor?: number;
}

export interface Criterion {
  /** The graph inputs that hold the labels of a batch, for networks of so many logits. */
  readonly labels: (batch: number, outputs: number) => Readonly<Record<string, LabelInput>>;
  /**
   * The graph of the losses. A batch's loss is their sum over the sum of their weights, so that parts of a batch add up to it.
   * @param logits [batch, outputs]
   * @param outputWeights [outputs], where some outputs are to count more
   */
  readonly losses: (logits: Value, labels: LabelValues, outputWeights: Value | undefined) => ExampleLosses;
  /**
   * What the weights of `losses` add up to, outside a graph: what the parts of a batch are divided by. Null where that depends on the
   * answers: such a loss is of a whole batch of two examples or more, and cannot be computed in parts.
   */
  readonly divisor: ((labels: LabelTensors, outputWeights: Tensor | undefined) => number) | null;
  /**
   * The mean loss outside a graph, in float64 and with no output counting more: what a validation says. Null where the labels do not define
   * one, as where none is known.
   * @param logits [n, outputs], row by row
   */
  readonly value: (logits: ArrayLike<number>, labels: LabelTensors, outputs: number) => number | null;
}

/** The labels of a batch as graph inputs. */
export function labelInputs(criterion: Criterion, batch: number, outputs: number): LabelValues {
  const inputs = Object.entries(criterion.labels(batch, outputs));
  return Object.fromEntries(inputs.map(([name, { shape, dtype }]) => [name, input(name, shape, dtype)]));
}

/** The loss of a whole batch, a scalar. */
export function batchLoss(criterion: Criterion, logits: Value, labels: LabelValues, outputWeights?: Value): Value {
  const { losses, weights, leastDivisor } = criterion.losses(logits, labels, outputWeights);
  if (weights === undefined) return mean(losses, [0]);
  const divisor = sum(weights, [0]);
  return div(sum(losses, [0]), leastDivisor === undefined ? divisor : maximum(divisor, leastDivisor));
}
