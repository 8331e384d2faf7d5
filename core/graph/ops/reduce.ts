/** Sums, means and maxima over axes. Axes count from the front and are sorted; the builder sees to that. */
import { sizeOf } from '../../base/tensor.ts';
import type { Value } from '../ir.ts';
import type { Builder } from './builder.ts';
import type { Op, OpCase, Unary } from './define.ts';
import { normaliseAxis, reducedShape, requireFloat } from './shapes.ts';

export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}
type ReduceOp = Op<ReduceAttributes, Unary>;

const cases: readonly OpCase<ReduceAttributes>[] = [
  { shapes: [[2, 3, 4]], attrs: { axes: [1], keepDims: false } },
  { shapes: [[2, 3, 4]], attrs: { axes: [0, 2], keepDims: true } },
  { shapes: [[5]], attrs: { axes: [0], keepDims: false } },
  { shapes: [[2, 1]], attrs: { axes: [1], keepDims: true } },
];

/** `dy` with the reduced axes back as 1, so that it broadcasts against the input. */
function restore(b: Builder, dy: Value, x: Value, { axes }: ReduceAttributes): Value {
  return b.reshape(dy, reducedShape(x.shape, axes, true));
}

function reduction(
  name: 'sum' | 'mean' | 'max',
  opType: string,
  since: number,
  doc: string,
  vjp: ReduceOp['vjp'],
): ReduceOp {
  return {
    doc,
    inputs: ['x'],
    infer: ([x], { axes, keepDims }) => {
      requireFloat(name, x);
      for (const axis of axes) normaliseAxis(name, axis, x.shape.length);
      return { shape: reducedShape(x.shape, axes, keepDims), dtype: 'float32' };
    },
    vjp,
    // From version 18 (13 for ReduceSum) the axes are an input, no longer an attribute.
    onnx: {
      uses: { [opType]: since },
      emit: (w, [x], _node, { axes, keepDims }) =>
        w.node(opType, [x, w.ints(axes)], { keepdims: { int: keepDims ? 1 : 0 } }),
    },
    tfjs: (tf, [x], { axes, keepDims }) => tf[name](x, [...axes], keepDims),
    cases,
  };
}

export const sumOp: ReduceOp = reduction(
  'sum',
  'ReduceSum',
  13,
  'Sum over axes. ONNX ReduceSum-13.',
  ({ b, dy, inputs: [x], attrs }) => [b.expand(restore(b, dy, x, attrs), x.shape)],
);

export const meanOp: ReduceOp = reduction(
  'mean',
  'ReduceMean',
  18,
  'Mean over axes. ONNX ReduceMean-18.',
  ({ b, dy, y, inputs: [x], attrs }) => {
    const share = sizeOf(y.shape) / sizeOf(x.shape);
    return [b.expand(b.mul(restore(b, dy, x, attrs), share), x.shape)];
  },
);

/** Elements that share the maximum share its gradient. */
export const maxOp: ReduceOp = reduction(
  'max',
  'ReduceMax',
  20,
  'Maximum over axes. ONNX ReduceMax-20.',
  ({ b, dy, y, inputs: [x], attrs }) => {
    const hit = b.cast(b.equal(x, restore(b, y, x, attrs)), 'float32');
    const share = b.div(restore(b, dy, x, attrs), b.sum(hit, attrs.axes, { keepDims: true }));
    return [b.mul(hit, share)];
  },
);
