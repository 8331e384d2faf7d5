/** Softmax and layer normalisation. */
import { describeValue, graphError, type Value } from '../ir.ts';
import type { Op, Ternary, Unary, VjpContext } from './define.ts';
import { normaliseAxis, requireFloat } from './shapes.ts';
import type { Tf, TfTensor } from './tf.ts';

export interface AxisAttributes {
  readonly axis: number;
}
export interface EpsilonAttributes {
  readonly eps: number;
}

const axisCases = [
  { shapes: [[2, 5]], attrs: { axis: 1 } },
  { shapes: [[2, 3, 2]], attrs: { axis: 1 } },
  { shapes: [[1, 2]], attrs: { axis: 1 }, values: [[-1000, 1000]] },
];

/** TensorFlow.js computes these along the last axis only. */
function alongLastAxis(tf: Tf, x: TfTensor, axis: number, compute: (x: TfTensor) => TfTensor): TfTensor {
  const rank = x.shape.length;
  if (axis === rank - 1) return compute(x);
  const perm = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  return tf.transpose(compute(tf.transpose(x, perm)), perm);
}

/**
 * Σ dy y over the last axis, kept as size 1, where the probabilities y weigh values: o = y v and dy = do vᵀ, so it is Σ do o, over a head's width instead of all that is
 * attended to (as in FlashAttention, arXiv 2205.14135, appendix B). With tokens as columns it is oᵀ = vᵀ yᵀ and dy = (doᵀ)ᵀ vᵀ. Undefined where there is no such product, or
 * nothing to gain.
 */
function sumThroughProduct({ b, dy, y, attrs, product }: VjpContext<AxisAttributes, Unary>): Value | undefined {
  const [left, right] = dy.op === 'matmul' && attrs.axis === y.shape.length - 1 ? dy.inputs : [];
  if (left === undefined || right === undefined) return undefined;
  if ((left.shape.at(-1) as number) >= (y.shape.at(-1) as number)) return undefined;
  const rows = right.op === 'transpose' ? product(y, b.transposeLast(right)) : undefined;
  if (rows !== undefined) return b.sum(b.mul(left, rows), [-1], { keepDims: true });
  const columns = left.op === 'transpose' ? product(right, b.transposeLast(y)) : undefined;
  if (columns === undefined) return undefined;
  return b.reshape(b.sum(b.mul(b.transposeLast(left), columns), [-2]), [...y.shape.slice(0, -1), 1]);
}

export const softmaxOp: Op<AxisAttributes, Unary> = {
  doc: 'Probabilities along one axis. ONNX Softmax-13.',
  inputs: ['logits'],
  infer: ([x], { axis }) => {
    requireFloat('softmax', x);
    normaliseAxis('softmax', axis, x.shape.length);
    return { shape: x.shape, dtype: 'float32' };
  },
  vjp: (context) => {
    const { b, dy, y, attrs } = context;
    return [b.mul(y, b.sub(dy, sumThroughProduct(context) ?? b.sum(b.mul(dy, y), [attrs.axis], { keepDims: true })))];
  },
  onnx: { uses: { Softmax: 13 }, emit: (w, [x], _node, { axis }) => w.node('Softmax', [x], { axis: { int: axis } }) },
  tfjs: (tf, [x], { axis }) => alongLastAxis(tf, x, axis, (t) => tf.softmax(t, -1)),
  cases: axisCases,
};

export const logSoftmaxOp: Op<AxisAttributes, Unary> = {
  doc: 'Logarithms of the probabilities along one axis. ONNX LogSoftmax-13.',
  inputs: ['logits'],
  infer: ([x], { axis }) => {
    requireFloat('logSoftmax', x);
    normaliseAxis('logSoftmax', axis, x.shape.length);
    return { shape: x.shape, dtype: 'float32' };
  },
  vjp: ({ b, dy, y, attrs: { axis } }) => [b.sub(dy, b.mul(b.exp(y), b.sum(dy, [axis], { keepDims: true })))],
  onnx: {
    uses: { LogSoftmax: 13 },
    emit: (w, [x], _node, { axis }) => w.node('LogSoftmax', [x], { axis: { int: axis } }),
  },
  tfjs: (tf, [x], { axis }) => alongLastAxis(tf, x, axis, (t) => tf.logSoftmax(t, -1)),
  cases: axisCases,
};

function centred(tf: Tf, x: TfTensor): TfTensor {
  return tf.sub(x, tf.mean(x, [x.shape.length - 1], true));
}

function tfInverseDeviation(tf: Tf, centre: TfTensor, eps: number): TfTensor {
  const variance = tf.mean(tf.mul(centre, centre), [centre.shape.length - 1], true);
  return tf.rsqrt(tf.add(variance, tf.scalar(eps, 'float32')));
}

function lastSize(op: string, x: Value): number {
  requireFloat(op, x);
  const size = x.shape.at(-1);
  if (size === undefined) throw graphError(op, `needs an axis; found ${describeValue(x)}`);
  return size;
}

export const inverseDeviationOp: Op<EpsilonAttributes, Unary> = {
  doc: '1 / √(variance + eps) over the last axis, kept as size 1. The third output of ONNX LayerNormalization-17.',
  inputs: ['x'],
  infer: ([x]) => {
    lastSize('inverseDeviation', x);
    return { shape: [...x.shape.slice(0, -1), 1], dtype: 'float32' };
  },
  // d/dx = -r³ (x - mean) / n
  vjp: ({ b, dy, y, inputs: [x], attrs: { eps } }) => {
    const size = lastSize('inverseDeviation', x);
    const standardised = b.layerNorm(x, b.filled([size], 1), b.filled([size], 0), eps);
    return [b.mul(standardised, b.mul(dy, b.mul(b.mul(y, y), -1 / size)))];
  },
  onnx: {
    uses: { LayerNormalization: 17 },
    emit: (w, [x], node, { eps }) => {
      // The same node as layerNorm(x, 1, 0, eps), which gradients ask for beside this one: it is written once.
      const size = node.inputs[0]?.shape.at(-1) ?? 1;
      return w.node(
        'LayerNormalization',
        [x, w.filled(1, size), w.filled(0, size)],
        { axis: { int: -1 }, epsilon: { float: eps } },
        2,
      );
    },
  },
  tfjs: (tf, [x], { eps }) => tfInverseDeviation(tf, centred(tf, x), eps),
  cases: [
    { shapes: [[2, 5]], attrs: { eps: 1e-5 } },
    { shapes: [[2, 2, 3]], attrs: { eps: 1e-2 } },
  ],
};

export const layerNormOp: Op<EpsilonAttributes, Ternary> = {
  doc: 'gamma · (x - mean) / √(variance + eps) + beta over the last axis. ONNX LayerNormalization-17.',
  inputs: ['x', 'gamma', 'beta'],
  infer: ([x, gamma, beta]) => {
    const size = lastSize('layerNorm', x);
    for (const [name, parameter] of [
      ['gamma', gamma],
      ['beta', beta],
    ] as const) {
      if (parameter.shape.length !== 1 || parameter.shape[0] !== size || parameter.dtype !== 'float32') {
        throw graphError('layerNorm', `${name} must be float32 [${size}]; found ${describeValue(parameter)}`);
      }
    }
    return { shape: x.shape, dtype: 'float32' };
  },
  vjp: ({ b, dy, inputs: [x, gamma, beta], attrs: { eps } }) => {
    const size = lastSize('layerNorm', x);
    const standardised = b.layerNorm(x, b.filled([size], 1), b.filled([size], 0), eps);
    const g = b.mul(dy, gamma);
    const last = [x.shape.length - 1];
    const along = b.mean(b.mul(g, standardised), last, { keepDims: true });
    const offset = b.mean(g, last, { keepDims: true });
    const dx = b.mul(b.inverseDeviation(x, eps), b.sub(b.sub(g, offset), b.mul(standardised, along)));
    return [dx, b.sumTo(b.mul(dy, standardised), gamma.shape), b.sumTo(dy, beta.shape)];
  },
  onnx: {
    uses: { LayerNormalization: 17 },
    emit: (w, [x, gamma, beta], _node, { eps }) =>
      w.node('LayerNormalization', [x, gamma, beta], { axis: { int: -1 }, epsilon: { float: eps } }),
  },
  tfjs: (tf, [x, gamma, beta], { eps }) => {
    const centre = centred(tf, x);
    return tf.add(tf.mul(tf.mul(centre, tfInverseDeviation(tf, centre, eps)), gamma), beta);
  },
  cases: [
    { shapes: [[2, 5], [5], [5]], attrs: { eps: 1e-5 } },
    { shapes: [[2, 2, 3], [3], [3]], attrs: { eps: 1e-12 } },
  ],
};
