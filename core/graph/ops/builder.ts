/** The builder as gradient rules know it. */
import type { DType, Shape } from '../../base/tensor.ts';
import type { Value } from '../ir.ts';

/** A value, or a number that becomes a scalar constant of the other operand's dtype. */
export type Operand = Value | number;

export interface ReduceOptions {
  /** Keep the reduced axes with size 1. */
  readonly keepDims?: boolean;
}

type Pairwise = (a: Operand, b: Operand) => Value;
type Elementwise = (x: Value) => Value;
type Reduction = (x: Value, axes: readonly number[], options?: ReduceOptions) => Value;

/**
 * Those functions of build.ts that gradient rules use, handed to them as an argument: the builder is made of the ops, so the
 * ops cannot import it, its types neither. grad.ts hands over build.ts itself, which does not compile where it differs.
 */
export interface Builder {
  readonly add: Pairwise;
  readonly sub: Pairwise;
  readonly mul: Pairwise;
  readonly div: Pairwise;
  readonly equal: Pairwise;
  readonly less: Pairwise;
  readonly greater: Pairwise;
  readonly neg: Elementwise;
  readonly exp: Elementwise;
  readonly erf: Elementwise;
  readonly transposeLast: Elementwise;
  readonly sum: Reduction;
  readonly mean: Reduction;
  where(condition: Value, a: Operand, b: Operand): Value;
  scalar(value: number, dtype?: DType): Value;
  filled(shape: Shape, value: number): Value;
  cast(x: Value, to: DType): Value;
  matmul(a: Value, b: Value): Value;
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, perm: readonly number[]): Value;
  slice(x: Value, axis: number, start: number, end: number): Value;
  pad(x: Value, axis: number, before: number, after: number): Value;
  expand(x: Value, shape: Shape): Value;
  sumTo(x: Value, shape: Shape): Value;
  gatherAlong(x: Value, indices: Value, axis: number): Value;
  scatterAlong(base: Value, indices: Value, updates: Value, axis: number): Value;
  layerNorm(x: Value, gamma: Value, beta: Value, eps: number): Value;
  inverseDeviation(x: Value, eps: number): Value;
}
