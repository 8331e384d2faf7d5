/** Ops that move numbers without computing: reshape, transpose, concat, slice, pad, expand. */
import { describeValue, graphError, type Value } from '../ir.ts';
import type { Op, Unary } from './define.ts';
import {
  broadcastShapes,
  normaliseAxis,
  requireFloat,
  requireSameDtype,
  resolveReshape,
  sameShape,
  swapsLastTwo,
} from './shapes.ts';

export interface ShapeAttributes {
  readonly shape: readonly number[];
}
export interface SliceAttributes {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}
export interface PadAttributes {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

export const reshapeOp: Op<ShapeAttributes, Unary> = {
  doc: 'The same elements in row-major order under another shape. ONNX Reshape-19 (the opset-21 form adds types only).',
  inputs: ['x'],
  infer: ([x], { shape }) => ({ shape: resolveReshape(x, shape), dtype: x.dtype }),
  vjp: ({ b, dy, inputs: [x] }) => [b.reshape(dy, x.shape)],
  onnx: { uses: { Reshape: 19 }, emit: (w, [x], node) => w.node('Reshape', [x, w.ints(node.shape)]) },
  tfjs: (tf, [x], _attrs, node) => tf.reshape(x, [...node.shape]),
  cases: [
    { shapes: [[2, 6]], attrs: { shape: [3, 4] } },
    { shapes: [[2, 3]], attrs: { shape: [-1] } },
    { shapes: [[1]], attrs: { shape: [] } },
  ],
};

/** The permutation that undoes `perm`. */
function inverse(perm: readonly number[]): number[] {
  const out = new Array<number>(perm.length).fill(0);
  perm.forEach((p, i) => {
    out[p] = i;
  });
  return out;
}

export const transposeOp: Op<{ readonly perm: readonly number[] }, Unary> = {
  doc: 'Axes in the order `perm` gives. ONNX Transpose-13.',
  inputs: ['x'],
  infer: ([x], { perm }) => {
    const sorted = [...perm].sort((p, q) => p - q);
    if (perm.length !== x.shape.length || sorted.some((p, i) => p !== i)) {
      throw graphError('transpose', `[${perm.join(', ')}] is no permutation of the axes of ${describeValue(x)}`);
    }
    return { shape: perm.map((p) => x.shape[p] as number), dtype: x.dtype };
  },
  vjp: ({ b, dy, attrs: { perm } }) => {
    const [left, right] = dy.inputs;
    // (AB)ᵀ = BᵀAᵀ: the gradient of a weight used as Wᵀ, or of tokens that are columns, is then one product, not a product and a copy.
    if (dy.op === 'matmul' && swapsLastTwo(perm) && left !== undefined && right !== undefined) {
      return [b.matmul(b.transposeLast(right), b.transposeLast(left))];
    }
    return [b.transpose(dy, inverse(perm))];
  },
  onnx: {
    uses: { Transpose: 13 },
    emit: (w, [x], _node, { perm }) => w.node('Transpose', [x], { perm: { ints: perm } }),
  },
  tfjs: (tf, [x], { perm }) => tf.transpose(x, [...perm]),
  cases: [
    { shapes: [[2, 3, 4]], attrs: { perm: [2, 0, 1] } },
    { shapes: [[2, 3, 4]], attrs: { perm: [0, 2, 1] } },
    { shapes: [[2, 1, 3, 2]], attrs: { perm: [0, 2, 1, 3] } },
  ],
};

export const concatOp: Op<{ readonly axis: number }> = {
  doc: 'Values one after the other along an axis. ONNX Concat-13.',
  inputs: ['...xs'],
  infer: (xs, { axis }) => {
    const first = xs[0];
    if (first === undefined) throw graphError('concat', 'needs at least one value');
    requireSameDtype('concat', ...xs);
    const rest = (x: Value) => x.shape.filter((_, i) => i !== axis);
    normaliseAxis('concat', axis, first.shape.length);
    for (const x of xs) {
      if (!sameShape(rest(x), rest(first)) || x.shape.length !== first.shape.length) {
        throw graphError('concat', `${describeValue(first)} and ${describeValue(x)} differ beyond axis ${axis}`);
      }
    }
    const total = xs.reduce((n, x) => n + (x.shape[axis] as number), 0);
    return { shape: first.shape.map((n, i) => (i === axis ? total : n)), dtype: first.dtype };
  },
  vjp: ({ b, dy, inputs, attrs: { axis } }) => {
    let start = 0;
    return inputs.map((x) => {
      const end = start + (x.shape[axis] as number);
      const part = b.slice(dy, axis, start, end);
      start = end;
      return part;
    });
  },
  onnx: {
    uses: { Concat: 13 },
    emit: (w, xs, _node, { axis }) => w.node('Concat', xs, { axis: { int: axis } }),
  },
  tfjs: (tf, xs, { axis }) => tf.concat([...xs], axis),
  cases: [
    {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      attrs: { axis: 1 },
    },
    {
      shapes: [
        [1, 2],
        [3, 2],
        [2, 2],
      ],
      attrs: { axis: 0 },
    },
    { shapes: [[2, 2, 2]], attrs: { axis: 1 } },
  ],
};

export const sliceOp: Op<SliceAttributes, Unary> = {
  doc: 'Elements [start, end) of an axis. ONNX Slice-13.',
  inputs: ['x'],
  infer: ([x], { axis, start, end }) => {
    const size = x.shape[axis];
    if (size === undefined || start < 0 || start >= end || end > size) {
      throw graphError('slice', `[${start}, ${end}) of axis ${axis} is not within ${describeValue(x)}`);
    }
    return { shape: x.shape.map((n, i) => (i === axis ? end - start : n)), dtype: x.dtype };
  },
  vjp: ({ b, dy, inputs: [x], attrs: { axis, start, end } }) => [
    b.pad(dy, axis, start, (x.shape[axis] as number) - end),
  ],
  onnx: {
    uses: { Slice: 13 },
    emit: (w, [x], _node, { axis, start, end }) => w.node('Slice', [x, w.ints([start]), w.ints([end]), w.ints([axis])]),
  },
  tfjs: (tf, [x], { axis, start }, node) =>
    tf.slice(
      x,
      node.shape.map((_, i) => (i === axis ? start : 0)),
      [...node.shape],
    ),
  cases: [
    { shapes: [[2, 5]], attrs: { axis: 1, start: 1, end: 4 } },
    { shapes: [[4, 2, 2]], attrs: { axis: 0, start: 3, end: 4 } },
  ],
};

export const padOp: Op<PadAttributes, Unary> = {
  doc: 'Zeros before and after an axis: the gradient of slice. ONNX Pad-19.',
  inputs: ['x'],
  infer: ([x], { axis, before, after }) => {
    requireFloat('pad', x);
    normaliseAxis('pad', axis, x.shape.length);
    if (before < 0 || after < 0) throw graphError('pad', `found ${before} before and ${after} after; need 0 or more`);
    return { shape: x.shape.map((n, i) => (i === axis ? n + before + after : n)), dtype: x.dtype };
  },
  vjp: ({ b, dy, inputs: [x], attrs: { axis, before } }) => [
    b.slice(dy, axis, before, before + (x.shape[axis] as number)),
  ],
  onnx: {
    uses: { Pad: 19 },
    emit: (w, [x], node, { axis, before, after }) => {
      const at = (n: number) => node.shape.map((_, i) => (i === axis ? n : 0));
      return w.node('Pad', [x, w.ints([...at(before), ...at(after)])]);
    },
  },
  tfjs: (tf, [x], { axis, before, after }, node) =>
    tf.pad(
      x,
      node.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
    ),
  cases: [
    { shapes: [[2, 2]], attrs: { axis: 0, before: 1, after: 2 } },
    { shapes: [[3]], attrs: { axis: 0, before: 0, after: 1 } },
  ],
};

export const expandOp: Op<ShapeAttributes, Unary> = {
  doc: 'Axes of size 1 repeated up to `shape`. ONNX Expand-13.',
  inputs: ['x'],
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('expand', x.shape, shape), shape)) {
      throw graphError('expand', `${describeValue(x)} does not broadcast to [${shape.join(', ')}]`);
    }
    return { shape, dtype: x.dtype };
  },
  vjp: ({ b, dy, inputs: [x] }) => [b.sumTo(dy, x.shape)],
  onnx: { uses: { Expand: 13 }, emit: (w, [x], node) => w.node('Expand', [x, w.ints(node.shape)]) },
  tfjs: (tf, [x], { shape }) => tf.broadcastTo(x, [...shape]),
  cases: [
    { shapes: [[3, 1]], attrs: { shape: [2, 3, 4] } },
    { shapes: [[]], attrs: { shape: [2, 2] } },
  ],
};
