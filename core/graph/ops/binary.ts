/** Element by element, two or three inputs, with numpy's broadcasting. */
import { graphError, type Value } from '../ir.ts';
import type { Builder } from './builder.ts';
import type { Binary, NoAttributes, Op, OpCase, Ternary } from './define.ts';
import { broadcastShapes, requireFloat, requireSameDtype } from './shapes.ts';
import type { Tf, TfTensor } from './tf.ts';

type BinaryOp = Op<NoAttributes, Binary>;

const cases: readonly OpCase<NoAttributes>[] = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    attrs: {},
  },
  {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    attrs: {},
  },
  { shapes: [[], [2, 2]], attrs: {}, range: [0.5, 2] },
];

interface ArithmeticRule {
  readonly doc: string;
  readonly onnx: readonly [opType: string, since: number];
  readonly tfjs: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor;
  /** The two gradients before they are summed back over broadcast axes. */
  readonly vjp: (g: Builder, dy: Value, a: Value, b: Value, y: Value) => readonly [Value, Value];
  readonly cases?: readonly OpCase<NoAttributes>[];
}

function arithmetic(name: string, rule: ArithmeticRule): BinaryOp {
  const [opType, since] = rule.onnx;
  return {
    doc: rule.doc,
    inputs: ['a', 'b'],
    infer: ([a, b]) => {
      requireSameDtype(name, a, b);
      return { shape: broadcastShapes(name, a.shape, b.shape), dtype: a.dtype };
    },
    vjp: ({ b: g, dy, y, inputs: [a, b] }) => {
      const [da, db] = rule.vjp(g, dy, a, b, y);
      return [g.sumTo(da, a.shape), g.sumTo(db, b.shape)];
    },
    onnx: { uses: { [opType]: since }, emit: (w, [a, b]) => w.node(opType, [a, b]) },
    tfjs: (tf, [a, b]) => rule.tfjs(tf, a, b),
    cases: rule.cases ?? cases,
  };
}

function comparison(name: string, opType: string, since: number, doc: string, kernel: keyof Tf): BinaryOp {
  return {
    doc,
    inputs: ['a', 'b'],
    infer: ([a, b]) => {
      requireSameDtype(name, a, b);
      return { shape: broadcastShapes(name, a.shape, b.shape), dtype: 'bool' };
    },
    vjp: { notDifferentiable: 'its output is a truth value' },
    onnx: { uses: { [opType]: since }, emit: (w, [a, b]) => w.node(opType, [a, b]) },
    tfjs: (tf, [a, b]) => (tf[kernel] as (a: TfTensor, b: TfTensor) => TfTensor)(a, b),
    cases: [
      {
        shapes: [[3], [3]],
        attrs: {},
        values: [
          [1, 2, 3],
          [2, 2, 2],
        ],
      },
      { shapes: [[3], [1]], attrs: {}, values: [[1, 2, 3], [2]], dtypes: ['int32', 'int32'] },
    ],
  };
}

export const addOp: BinaryOp = arithmetic('add', {
  doc: 'a + b. ONNX Add-14.',
  onnx: ['Add', 14],
  tfjs: (tf, a, b) => tf.add(a, b),
  vjp: (_g, dy) => [dy, dy],
});

export const subOp: BinaryOp = arithmetic('sub', {
  doc: 'a - b. ONNX Sub-14.',
  onnx: ['Sub', 14],
  tfjs: (tf, a, b) => tf.sub(a, b),
  vjp: (g, dy) => [dy, g.neg(dy)],
});

export const mulOp: BinaryOp = arithmetic('mul', {
  doc: 'a · b. ONNX Mul-14.',
  onnx: ['Mul', 14],
  tfjs: (tf, a, b) => tf.mul(a, b),
  vjp: (g, dy, a, b) => [g.mul(dy, b), g.mul(dy, a)],
});

export const divOp: BinaryOp = arithmetic('div', {
  doc: 'a / b. ONNX Div-14.',
  onnx: ['Div', 14],
  tfjs: (tf, a, b) => tf.div(a, b),
  vjp: (g, dy, _a, b, y) => [g.div(dy, b), g.neg(g.div(g.mul(dy, y), b))],
  cases: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      attrs: {},
      range: [0.5, 2],
    },
    {
      shapes: [
        [2, 1, 3],
        [4, 1],
      ],
      attrs: {},
      range: [-2, -0.5],
    },
  ],
});

/** Where both are equal the gradient goes to `a` alone. */
export const maximumOp: BinaryOp = arithmetic('maximum', {
  doc: 'The greater of a and b. ONNX Max-13.',
  onnx: ['Max', 13],
  tfjs: (tf, a, b) => tf.maximum(a, b),
  vjp: (g, dy, a, b) => {
    const second = g.cast(g.less(a, b), 'float32');
    return [g.mul(dy, g.sub(1, second)), g.mul(dy, second)];
  },
});

/** Where both are equal the gradient goes to `a` alone. */
export const minimumOp: BinaryOp = arithmetic('minimum', {
  doc: 'The smaller of a and b. ONNX Min-13.',
  onnx: ['Min', 13],
  tfjs: (tf, a, b) => tf.minimum(a, b),
  vjp: (g, dy, a, b) => {
    const second = g.cast(g.greater(a, b), 'float32');
    return [g.mul(dy, g.sub(1, second)), g.mul(dy, second)];
  },
});

export const equalOp: BinaryOp = comparison('equal', 'Equal', 19, 'a = b. ONNX Equal-19.', 'equal');
export const lessOp: BinaryOp = comparison('less', 'Less', 13, 'a < b. ONNX Less-13.', 'less');
export const greaterOp: BinaryOp = comparison('greater', 'Greater', 13, 'a > b. ONNX Greater-13.', 'greater');

export const whereOp: Op<NoAttributes, Ternary> = {
  doc: 'a where the condition holds, b elsewhere. ONNX Where-16.',
  inputs: ['condition', 'a', 'b'],
  infer: ([condition, a, b]) => {
    if (condition.dtype !== 'bool') throw graphError('where', `the condition must be bool; found ${condition.dtype}`);
    requireSameDtype('where', a, b);
    return { shape: broadcastShapes('where', condition.shape, a.shape, b.shape), dtype: a.dtype };
  },
  vjp: ({ b: g, dy, inputs: [condition, a, b] }) => {
    requireFloat('where', dy);
    return [
      null,
      g.sumTo(g.where(condition, dy, g.scalar(0)), a.shape),
      g.sumTo(g.where(condition, g.scalar(0), dy), b.shape),
    ];
  },
  onnx: { uses: { Where: 16 }, emit: (w, [condition, a, b]) => w.node('Where', [condition, a, b]) },
  tfjs: (tf, [condition, a, b]) => tf.where(condition, a, b),
  cases: [
    {
      shapes: [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
      attrs: {},
      dtypes: ['bool'],
      values: [[1, 0, 0, 1]],
    },
    { shapes: [[2, 1], [3], []], attrs: {}, dtypes: ['bool'], values: [[1, 0]] },
  ],
};
