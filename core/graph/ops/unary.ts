/** Element by element, one input. */

import type { DType } from '../../base/tensor.ts';
import type { Signature, Value } from '../ir.ts';
import type { Builder } from './builder.ts';
import { type NoAttributes, type Op, onnxElementType, type Unary } from './define.ts';
import { requireFloat } from './shapes.ts';
import type { Tf, TfTensor } from './tf.ts';

interface UnaryRule {
  readonly doc: string;
  readonly onnx: readonly [opType: string, since: number];
  readonly tfjs: (tf: Tf, x: TfTensor) => TfTensor;
  readonly vjp: (b: Builder, dy: Value, x: Value, y: Value) => Value;
  readonly range?: readonly [number, number];
  readonly values?: readonly number[];
}

function unary(name: string, rule: UnaryRule): Op<NoAttributes, Unary> {
  const [opType, since] = rule.onnx;
  const values = rule.values ?? [-1.5, 0.25, 3];
  return {
    doc: rule.doc,
    inputs: ['x'],
    infer: ([x]): Signature => {
      requireFloat(name, x);
      return { shape: x.shape, dtype: 'float32' };
    },
    vjp: ({ b, dy, y, inputs: [x] }) => [rule.vjp(b, dy, x, y)],
    onnx: { uses: { [opType]: since }, emit: (w, [x]) => w.node(opType, [x]) },
    tfjs: (tf, [x]) => rule.tfjs(tf, x),
    cases: [
      { shapes: [[2, 3]], attrs: {}, ...(rule.range === undefined ? {} : { range: rule.range }) },
      { shapes: [[values.length]], attrs: {}, values: [values] },
      { shapes: [[]], attrs: {}, values: [[0.5]] },
    ],
  };
}

const twoOverRootPi = 2 / Math.sqrt(Math.PI);
const rootHalf = Math.SQRT1_2;
const inverseRootTwoPi = 1 / Math.sqrt(2 * Math.PI);

export const negOp: Op<NoAttributes, Unary> = unary('neg', {
  doc: '-x. ONNX Neg-13.',
  onnx: ['Neg', 13],
  tfjs: (tf, x) => tf.neg(x),
  vjp: (b, dy) => b.neg(dy),
});

export const sqrtOp: Op<NoAttributes, Unary> = unary('sqrt', {
  doc: 'Square root. ONNX Sqrt-13.',
  onnx: ['Sqrt', 13],
  tfjs: (tf, x) => tf.sqrt(x),
  vjp: (b, dy, _x, y) => b.div(dy, b.mul(y, 2)),
  range: [0.1, 4],
  values: [0.25, 4, 100],
});

export const expOp: Op<NoAttributes, Unary> = unary('exp', {
  doc: 'e to the power x. ONNX Exp-13.',
  onnx: ['Exp', 13],
  tfjs: (tf, x) => tf.exp(x),
  vjp: (b, dy, _x, y) => b.mul(dy, y),
});

export const logOp: Op<NoAttributes, Unary> = unary('log', {
  doc: 'Natural logarithm. ONNX Log-13.',
  onnx: ['Log', 13],
  tfjs: (tf, x) => tf.log(x),
  vjp: (b, dy, x) => b.div(dy, x),
  range: [0.1, 4],
  values: [0.25, 1, 10],
});

export const erfOp: Op<NoAttributes, Unary> = unary('erf', {
  doc: 'Gauss error function. ONNX Erf-13.',
  onnx: ['Erf', 13],
  tfjs: (tf, x) => tf.erf(x),
  vjp: (b, dy, x) => b.mul(dy, b.mul(b.exp(b.neg(b.mul(x, x))), twoOverRootPi)),
});

export const tanhOp: Op<NoAttributes, Unary> = unary('tanh', {
  doc: 'Hyperbolic tangent. ONNX Tanh-13.',
  onnx: ['Tanh', 13],
  tfjs: (tf, x) => tf.tanh(x),
  vjp: (b, dy, _x, y) => b.mul(dy, b.sub(1, b.mul(y, y))),
});

export const sigmoidOp: Op<NoAttributes, Unary> = unary('sigmoid', {
  doc: '1 / (1 + exp(-x)). ONNX Sigmoid-13.',
  onnx: ['Sigmoid', 13],
  tfjs: (tf, x) => tf.sigmoid(x),
  vjp: (b, dy, _x, y) => b.mul(dy, b.mul(y, b.sub(1, y))),
});

export const geluOp: Op<NoAttributes, Unary> = unary('gelu', {
  doc: 'x Φ(x) with the exact normal distribution function, as PyTorch GELU. ONNX Gelu-20, approximate none.',
  onnx: ['Gelu', 20],
  tfjs: (tf, x) =>
    tf.mul(
      tf.mul(x, tf.scalar(0.5, 'float32')),
      tf.add(tf.erf(tf.mul(x, tf.scalar(rootHalf, 'float32'))), tf.scalar(1, 'float32')),
    ),
  // d/dx = Φ(x) + x φ(x)
  vjp: (b, dy, x) => {
    const distribution = b.add(b.mul(b.erf(b.mul(x, rootHalf)), 0.5), 0.5);
    const density = b.exp(b.mul(b.mul(x, x), -0.5));
    return b.mul(dy, b.add(distribution, b.mul(b.mul(x, density), inverseRootTwoPi)));
  },
});

export const castOp: Op<{ readonly to: DType }, Unary> = {
  doc: 'The same numbers as another dtype; fractions are cut towards zero. ONNX Cast-19.',
  inputs: ['x'],
  infer: ([x], { to }) => ({ shape: x.shape, dtype: to }),
  vjp: ({ b, dy, inputs: [x] }) => [
    x.dtype === 'float32' || x.dtype === 'float16' || x.dtype === 'float64' ? b.cast(dy, x.dtype) : null,
  ],
  onnx: {
    uses: { Cast: 19 },
    emit: (w, [x], _node, { to }) => w.node('Cast', [x], { to: { int: onnxElementType[to] } }),
  },
  tfjs: (tf, [x], { to }) => tf.cast(x, to),
  cases: [
    { shapes: [[3]], attrs: { to: 'int32' }, values: [[-1.5, 2.75, 7]] },
    { shapes: [[3]], attrs: { to: 'float32' }, dtypes: ['int32'], values: [[-1, 0, 9]] },
    { shapes: [[2]], attrs: { to: 'float32' }, dtypes: ['bool'], values: [[0, 1]] },
    { shapes: [[2]], attrs: { to: 'float32' }, dtypes: ['float16'], values: [[0.5, -2]] },
    { shapes: [[4]], attrs: { to: 'float32' }, dtypes: ['int8'], values: [[-127, -1, 0, 127]] },
    { shapes: [[2, 2]], attrs: { to: 'float32' } },
  ],
};
