/**
 * The part of TensorFlow.js that the ops call, as types only, so that the op table stays pure.
 * The functions have its names and meanings, with two additions: every dtype of ours passes, and `where` broadcasts.
 */
import type { DType } from '../../base/tensor.ts';

export interface TfTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
}

type Unary = (x: TfTensor) => TfTensor;
type Binary = (a: TfTensor, b: TfTensor) => TfTensor;
type Reduce = (x: TfTensor, axes: number[], keepDims: boolean) => TfTensor;

export interface Tf {
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly maximum: Binary;
  readonly minimum: Binary;
  readonly equal: Binary;
  readonly less: Binary;
  readonly greater: Binary;
  readonly neg: Unary;
  readonly sqrt: Unary;
  readonly rsqrt: Unary;
  readonly exp: Unary;
  readonly log: Unary;
  readonly erf: Unary;
  readonly tanh: Unary;
  readonly sigmoid: Unary;
  readonly sum: Reduce;
  readonly mean: Reduce;
  readonly max: Reduce;
  readonly where: (condition: TfTensor, a: TfTensor, b: TfTensor) => TfTensor;
  readonly cast: (x: TfTensor, dtype: DType) => TfTensor;
  readonly matMul: (a: TfTensor, b: TfTensor) => TfTensor;
  readonly reshape: (x: TfTensor, shape: number[]) => TfTensor;
  readonly transpose: (x: TfTensor, perm: number[]) => TfTensor;
  readonly concat: (xs: TfTensor[], axis: number) => TfTensor;
  readonly slice: (x: TfTensor, begin: number[], size: number[]) => TfTensor;
  readonly pad: (x: TfTensor, paddings: [number, number][]) => TfTensor;
  readonly broadcastTo: (x: TfTensor, shape: number[]) => TfTensor;
  readonly gather: (x: TfTensor, indices: TfTensor, axis: number) => TfTensor;
  readonly topk: (x: TfTensor, k: number, sorted: boolean) => { readonly indices: TfTensor };
  readonly softmax: (x: TfTensor, axis: number) => TfTensor;
  readonly logSoftmax: (x: TfTensor, axis: number) => TfTensor;
  readonly scalar: (value: number, dtype: 'float32' | 'int32') => TfTensor;
  readonly range: (start: number, stop: number, step: number, dtype: 'int32') => TfTensor;
  readonly scatterND: (indices: TfTensor, updates: TfTensor, shape: number[]) => TfTensor;
}
