/**
 * The builder: one function a node. Shapes are checked here, so that a mistake points at the line of the model.
 * A number stands for a scalar constant wherever a value of float32 or int32 is expected.
 */
import { type DType, float32, type Shape, sizeOf, type Tensor } from '../base/tensor.ts';
import { type Attributes, createNode, graphError, type Value } from './ir.ts';
import type { Operand, ReduceOptions } from './ops/builder.ts';
import { type OpName, opNamed } from './ops/index.ts';
import { normaliseAxis, resolveReshape, sameShape } from './ops/shapes.ts';

function node(op: OpName, inputs: readonly Value[], attrs: Attributes = {}): Value {
  return createNode({ op, inputs, attrs, ...opNamed(op).infer(inputs, attrs) });
}

/** A value fed at every run, under `name`. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Value {
  return createNode({ op: 'input', inputs: [], attrs: {}, shape, dtype, name });
}

/** A tensor handed over once, at compile time, under `name`. */
export function weight(name: string, shape: Shape, dtype: DType = 'float32'): Value {
  return createNode({ op: 'weight', inputs: [], attrs: {}, shape, dtype, name });
}

/** A tensor written into the graph. For a few numbers; large ones are weights. */
export function constant(tensor: Tensor): Value {
  if (tensor.data.length !== sizeOf(tensor.shape)) {
    throw graphError('constant', `${tensor.data.length} values for shape [${tensor.shape.join(', ')}]`);
  }
  return createNode({ op: 'constant', inputs: [], attrs: { tensor }, shape: tensor.shape, dtype: tensor.dtype });
}

/** A scalar constant. */
export function scalar(value: number, dtype: DType = 'float32'): Value {
  if (dtype === 'int32') return constant({ dtype, shape: [], data: Int32Array.of(value) });
  if (dtype === 'float32') return constant(float32([], [value]));
  throw graphError('scalar', `needs float32 or int32; found ${dtype}`);
}

/** A float32 constant of one repeated value: a scalar and an expand, so that nothing large is stored. */
export function filled(shape: Shape, value: number): Value {
  return shape.length === 1 && (shape[0] as number) <= 4096
    ? constant(float32(shape, new Float32Array(sizeOf(shape)).fill(value)))
    : expand(scalar(value), shape);
}

function operands(a: Operand, b: Operand): [Value, Value] {
  if (typeof a === 'number') return typeof b === 'number' ? [scalar(a), scalar(b)] : [scalar(a, b.dtype), b];
  return [a, typeof b === 'number' ? scalar(b, a.dtype) : b];
}

export function add(a: Operand, b: Operand): Value {
  return node('add', operands(a, b));
}
export function sub(a: Operand, b: Operand): Value {
  return node('sub', operands(a, b));
}
export function mul(a: Operand, b: Operand): Value {
  return node('mul', operands(a, b));
}
export function div(a: Operand, b: Operand): Value {
  return node('div', operands(a, b));
}
export function maximum(a: Operand, b: Operand): Value {
  return node('maximum', operands(a, b));
}
export function minimum(a: Operand, b: Operand): Value {
  return node('minimum', operands(a, b));
}
export function equal(a: Operand, b: Operand): Value {
  return node('equal', operands(a, b));
}
export function less(a: Operand, b: Operand): Value {
  return node('less', operands(a, b));
}
export function greater(a: Operand, b: Operand): Value {
  return node('greater', operands(a, b));
}
/** `a` where `condition` (bool) holds, `b` elsewhere. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return node('where', [condition, ...operands(a, b)]);
}
export function neg(x: Value): Value {
  return node('neg', [x]);
}
export function sqrt(x: Value): Value {
  return node('sqrt', [x]);
}
export function exp(x: Value): Value {
  return node('exp', [x]);
}
export function log(x: Value): Value {
  return node('log', [x]);
}
export function erf(x: Value): Value {
  return node('erf', [x]);
}
export function tanh(x: Value): Value {
  return node('tanh', [x]);
}
export function sigmoid(x: Value): Value {
  return node('sigmoid', [x]);
}
/** x Φ(x), exact. */
export function gelu(x: Value): Value {
  return node('gelu', [x]);
}
/** The same numbers as `to`; the value itself where it has that dtype already. */
export function cast(x: Value, to: DType): Value {
  return x.dtype === to ? x : node('cast', [x], { to });
}

/** numpy's batched product: the last two axes multiply, the axes before them broadcast. */
export function matmul(a: Value, b: Value): Value {
  return node('matmul', [a, b]);
}
/** x [..., K] with weights of 8 bits: `w` int8 [K, N] times `scale` [N]. x is quantised at every run. */
export function matmulInt8(x: Value, w: Value, scale: Value): Value {
  return node('matmulInt8', [x, w, scale]);
}

/** x · weightᵀ + bias; weight is [out, in] as PyTorch stores it, bias [out] or left out. */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  const product = matmul(x, transpose(weight, [1, 0]));
  return bias === undefined ? product : add(product, bias);
}

/** The same elements under another shape; one size may be -1. */
export function reshape(x: Value, shape: Shape): Value {
  const resolved = resolveReshape(x, shape);
  if (sameShape(resolved, x.shape)) return x;
  const source = x.op === 'reshape' ? (x.inputs[0] as Value) : x;
  return sameShape(resolved, source.shape) ? source : node('reshape', [source], { shape: resolved });
}

/** Axes in the order `perm`. Two in a row become one, and none where they cancel. */
export function transpose(x: Value, perm: readonly number[]): Value {
  if (x.op === 'transpose' && perm.length === x.shape.length) {
    const first = x.attrs['perm'] as readonly number[];
    return transpose(
      x.inputs[0] as Value,
      perm.map((p) => first[p] as number),
    );
  }
  return perm.length === x.shape.length && perm.every((p, i) => p === i) ? x : node('transpose', [x], { perm });
}

/** The last two axes swapped, which a matrix product takes for free. */
export function transposeLast(x: Value): Value {
  const rank = x.shape.length;
  return transpose(
    x,
    Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i)),
  );
}

/** Values one after the other along `axis`. */
export function concat(xs: readonly Value[], axis: number): Value {
  if (xs.length === 1) return xs[0] as Value;
  return node('concat', xs, { axis: normaliseAxis('concat', axis, xs[0]?.shape.length ?? 0) });
}

/** Elements [start, end) of `axis`; negative positions count from the end. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const at = normaliseAxis('slice', axis, x.shape.length);
  const size = x.shape[at] as number;
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  return from === 0 && to === size ? x : node('slice', [x], { axis: at, start: from, end: to });
}

/** Zeros `before` and `after` the elements of `axis`. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  const at = normaliseAxis('pad', axis, x.shape.length);
  return before === 0 && after === 0 ? x : node('pad', [x], { axis: at, before, after });
}

/** Axes of size 1 repeated up to `shape`. */
export function expand(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : node('expand', [x], { shape });
}

/** Whole slices of `axis` at `indices` (int32, any shape). */
export function gather(x: Value, indices: Value, axis: number): Value {
  return node('gather', [x, indices], { axis: normaliseAxis('gather', axis, x.shape.length) });
}

/** Single elements along `axis`, the other axes in step (torch.gather); the result has the shape of `indices`. */
export function gatherAlong(x: Value, indices: Value, axis: number): Value {
  return node('gatherAlong', [x, indices], { axis: normaliseAxis('gatherAlong', axis, x.shape.length) });
}

/** `base` with every update added at its index along `axis`. */
export function scatterAlong(base: Value, indices: Value, updates: Value, axis: number): Value {
  return node('scatterAlong', [base, indices, updates], {
    axis: normaliseAxis('scatterAlong', axis, base.shape.length),
  });
}

/** int32 positions of the `k` largest along `axis`, largest first, equal ones lower index first. */
export function topkIndices(x: Value, k: number, axis: number): Value {
  return node('topkIndices', [x], { k, axis: normaliseAxis('topkIndices', axis, x.shape.length) });
}

/** float32 [...indices, depth]: 1 at each index (int32), 0 elsewhere. */
export function oneHot(indices: Value, depth: number): Value {
  const positions = constant({ dtype: 'int32', shape: [depth], data: Int32Array.from({ length: depth }, (_, i) => i) });
  return cast(equal(reshape(cast(indices, 'int32'), [...indices.shape, 1]), positions), 'float32');
}

function reduce(op: 'sum' | 'mean' | 'max', x: Value, axes: readonly number[], options: ReduceOptions): Value {
  if (axes.length === 0) return x;
  const sorted = [...new Set(axes.map((axis) => normaliseAxis(op, axis, x.shape.length)))].sort((p, q) => p - q);
  return node(op, [x], { axes: sorted, keepDims: options.keepDims ?? false });
}

export function sum(x: Value, axes: readonly number[], options: ReduceOptions = {}): Value {
  return reduce('sum', x, axes, options);
}
export function mean(x: Value, axes: readonly number[], options: ReduceOptions = {}): Value {
  return reduce('mean', x, axes, options);
}
export function max(x: Value, axes: readonly number[], options: ReduceOptions = {}): Value {
  return reduce('max', x, axes, options);
}

/**
 * `x` summed down to `shape`, from which it was broadcast. Rows that are added up (a bias's gradient over all tokens of a batch) are a product with ones: a
 * processor adds them a vector at a time there, and takes four times as long for the same sum over axes.
 */
export function sumTo(x: Value, shape: Shape): Value {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []));
  const kept = x.shape.findIndex((n, i) => n !== 1 && !axes.includes(i));
  const isRows = kept !== -1 && axes.every((axis) => axis < kept || x.shape[axis] === 1);
  const rows = isRows ? sizeOf(x.shape.slice(0, kept)) : 1;
  if (rows === 1) return reshape(sum(x, axes), shape);
  const ones = reshape(filled([rows], 1), [1, rows]);
  return reshape(matmul(ones, reshape(x, [rows, sizeOf(x.shape) / rows])), shape);
}

/** Probabilities along `axis`. */
export function softmax(x: Value, axis: number): Value {
  return node('softmax', [x], { axis: normaliseAxis('softmax', axis, x.shape.length) });
}
/** Logarithms of the probabilities along `axis`. */
export function logSoftmax(x: Value, axis: number): Value {
  return node('logSoftmax', [x], { axis: normaliseAxis('logSoftmax', axis, x.shape.length) });
}
/** Layer normalisation over the last axis; gamma and beta are [last size]. */
export function layerNorm(x: Value, gamma: Value, beta: Value, eps: number): Value {
  return node('layerNorm', [x, gamma, beta], { eps });
}
/** 1 / √(variance + eps) over the last axis, kept as size 1. */
export function inverseDeviation(x: Value, eps: number): Value {
  return node('inverseDeviation', [x], { eps });
}
