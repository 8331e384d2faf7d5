/** Ops that pick elements by index. Indices are int32 (int64 is accepted as input) and count from the front. */
import { describeValue, graphError } from '../ir.ts';
import type { Binary, Op, Ternary, Unary } from './define.ts';
import { normaliseAxis, requireFloat, requireIndices, sameShape } from './shapes.ts';
import type { Tf, TfTensor } from './tf.ts';

export interface AxisAttributes {
  readonly axis: number;
}

export const gatherOp: Op<AxisAttributes, Binary> = {
  doc: 'Whole slices of an axis: the shape is x with that axis replaced by the shape of the indices. ONNX Gather-13.',
  inputs: ['x', 'indices'],
  infer: ([x, indices], { axis }) => {
    requireIndices('gather', indices);
    normaliseAxis('gather', axis, x.shape.length);
    return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype };
  },
  vjp: ({ b, dy, inputs: [x, indices], attrs: { axis } }) => {
    const outer = x.shape.slice(0, axis);
    const inner = x.shape.slice(axis + 1);
    const count = indices.shape.reduce((product, n) => product * n, 1);
    const updates = b.reshape(dy, [...outer, count, ...inner]);
    const spread = b.reshape(indices, [...outer.map(() => 1), count, ...inner.map(() => 1)]);
    return [b.scatterAlong(b.filled(x.shape, 0), b.expand(spread, updates.shape), updates, axis), null];
  },
  onnx: {
    uses: { Gather: 13 },
    emit: (w, [x, indices], _node, { axis }) => w.node('Gather', [x, indices], { axis: { int: axis } }),
  },
  tfjs: (tf, [x, indices], { axis }) => tf.gather(x, indices, axis),
  cases: [
    { shapes: [[4, 3], [2]], attrs: { axis: 0 }, dtypes: [undefined, 'int32'], values: [undefined, [3, 1]] },
    {
      shapes: [
        [2, 3, 2],
        [2, 2],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, 'int32'],
      values: [undefined, [0, 2, 2, 1]],
    },
  ],
};

/** Flat positions in `x` of the elements that `indices` picks along `axis`; both have the same other axes. */
function flatPositions(tf: Tf, indices: TfTensor, shape: readonly number[], axis: number): TfTensor {
  const int = (n: number) => tf.scalar(n, 'int32');
  let positions = tf.mul(indices, int(shape.slice(axis + 1).reduce((product, n) => product * n, 1)));
  shape.forEach((size, i) => {
    if (i === axis) return;
    const stride = shape.slice(i + 1).reduce((product, n) => product * n, 1);
    const along = tf.reshape(
      tf.range(0, size, 1, 'int32'),
      shape.map((_, j) => (j === i ? size : 1)),
    );
    positions = tf.add(positions, tf.mul(along, int(stride)));
  });
  return positions;
}

const alongCases = [
  {
    shapes: [
      [2, 4],
      [2, 2],
    ],
    attrs: { axis: 1 },
    dtypes: [undefined, 'int32' as const],
    values: [undefined, [3, 0, 1, 1]],
  },
  {
    shapes: [
      [3, 2, 2],
      [2, 2, 2],
    ],
    attrs: { axis: 0 },
    dtypes: [undefined, 'int32' as const],
    values: [undefined, [0, 1, 2, 2, 2, 0, 0, 2]],
  },
];

export const gatherAlongOp: Op<AxisAttributes, Binary> = {
  doc: 'Single elements along an axis, the other axes running in step (torch.gather). ONNX GatherElements-13.',
  inputs: ['x', 'indices'],
  infer: ([x, indices], { axis }) => {
    requireIndices('gatherAlong', indices);
    normaliseAxis('gatherAlong', axis, x.shape.length);
    if (indices.shape.length !== x.shape.length || indices.shape.some((n, i) => i !== axis && n !== x.shape[i])) {
      throw graphError(
        'gatherAlong',
        `${describeValue(x)} and indices ${describeValue(indices)} differ beyond axis ${axis}`,
      );
    }
    return { shape: indices.shape, dtype: x.dtype };
  },
  vjp: ({ b, dy, inputs: [x, indices], attrs: { axis } }) => [
    b.scatterAlong(b.filled(x.shape, 0), indices, dy, axis),
    null,
  ],
  onnx: {
    uses: { GatherElements: 13 },
    emit: (w, [x, indices], _node, { axis }) => w.node('GatherElements', [x, indices], { axis: { int: axis } }),
  },
  tfjs: (tf, [x, indices], { axis }) => {
    const flat = tf.reshape(x, [-1]);
    return tf.gather(flat, flatPositions(tf, indices, x.shape, axis), 0);
  },
  cases: alongCases,
};

export const scatterAlongOp: Op<AxisAttributes, Ternary> = {
  doc: 'base with each update added at its index along an axis; repeats add up. ONNX ScatterElements-18, reduction add.',
  inputs: ['base', 'indices', 'updates'],
  infer: ([base, indices, updates], { axis }) => {
    requireFloat('scatterAlong', base, updates);
    requireIndices('scatterAlong', indices);
    normaliseAxis('scatterAlong', axis, base.shape.length);
    const fits = indices.shape.every((n, i) => i === axis || n === base.shape[i]);
    if (!sameShape(indices.shape, updates.shape) || indices.shape.length !== base.shape.length || !fits) {
      const found = [base, indices, updates].map(describeValue).join(', ');
      throw graphError('scatterAlong', `base, indices and updates differ beyond axis ${axis}: ${found}`);
    }
    return { shape: base.shape, dtype: 'float32' };
  },
  vjp: ({ b, dy, inputs: [, indices], attrs: { axis } }) => [dy, null, b.gatherAlong(dy, indices, axis)],
  onnx: {
    uses: { ScatterElements: 18 },
    emit: (w, [base, indices, updates], _node, { axis }) =>
      w.node('ScatterElements', [base, indices, updates], { axis: { int: axis }, reduction: { string: 'add' } }),
  },
  tfjs: (tf, [base, indices, updates], { axis }) => {
    const positions = tf.reshape(flatPositions(tf, indices, base.shape, axis), [-1, 1]);
    const size = base.shape.reduce((product, n) => product * n, 1);
    const added = tf.scatterND(positions, tf.reshape(updates, [-1]), [size]);
    return tf.add(base, tf.reshape(added, [...base.shape]));
  },
  cases: alongCases.map((c) => ({
    ...c,
    shapes: [...c.shapes, c.shapes[1] ?? []],
    dtypes: [undefined, 'int32' as const, undefined],
  })),
};

export const topkIndicesOp: Op<{ readonly k: number; readonly axis: number }, Unary> = {
  doc: 'int32 positions of the k largest along an axis, largest first, equal ones in order. ONNX TopK-11 and Gather-13.',
  inputs: ['x'],
  infer: ([x], { k, axis }) => {
    requireFloat('topkIndices', x);
    normaliseAxis('topkIndices', axis, x.shape.length);
    const size = x.shape[axis] as number;
    if (!Number.isInteger(k) || k < 1 || k > size) throw graphError('topkIndices', `k is ${k}; need 1 to ${size}`);
    return { shape: x.shape.map((n, i) => (i === axis ? k : n)), dtype: 'int32' };
  },
  vjp: { notDifferentiable: 'its output is a choice' },
  onnx: {
    uses: { TopK: 11, Gather: 13 },
    emit: (w, [x], node, { k, axis }) => {
      const indices = w.node('TopK', [x, w.ints([k])], { axis: { int: axis } }, 1);
      // TopK counts in int64, from which WebGPU cannot cast: the index's int32 is read from a table, exactly and on every device.
      return w.node('Gather', [w.positions(node.inputs[0]?.shape[axis] ?? 0), indices], { axis: { int: 0 } });
    },
  },
  tfjs: (tf, [x], { k, axis }) => {
    const last = x.shape.length - 1;
    const perm = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
    return tf.transpose(tf.topk(tf.transpose(x, perm), k, true).indices, perm);
  },
  cases: [
    { shapes: [[2, 5]], attrs: { k: 3, axis: 1 } },
    { shapes: [[1, 4]], attrs: { k: 2, axis: 1 }, values: [[1, 7, 7, 0]] },
    { shapes: [[4, 2]], attrs: { k: 2, axis: 0 } },
  ],
};
