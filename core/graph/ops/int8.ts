/** The product of floats with a matrix of 8-bit integers, for a network whose weights are frozen. */
import { describeValue, graphError } from '../ir.ts';
import type { NoAttributes, Op, Ternary } from './define.ts';
import { requireFloat } from './shapes.ts';
import type { Tf, TfTensor } from './tf.ts';

/** In the middle of the range whose integers float32 holds, and nothing between them: a sum that ends there is rounded, halves to the even one. */
const integersOnly = 1.5 * 2 ** 23;

/** The nearest integers of numbers within ±2^22, halves to the even one as ONNX has it. */
const rounded = (tf: Tf, x: TfTensor): TfTensor => {
  const far = tf.scalar(integersOnly, 'float32');
  return tf.sub(tf.add(x, far), far);
};

/**
 * Activations are quantised at every run by the smallest and largest number of the tensor (zero among them), to 0 to 255; weights were before, each
 * column by its largest. Products of integers are added up as integers, exactly, and scaled back at the end.
 */
export const matmulInt8Op: Op<NoAttributes, Ternary> = {
  doc: 'x · w · scale, x quantised to 8 bits as a whole. ONNX DynamicQuantizeLinear-11, MatMulInteger-10, Cast-19 and Mul-14.',
  inputs: ['x', 'w', 'scale'],
  infer: ([x, w, scale]) => {
    requireFloat('matmulInt8', x, scale);
    const [inner, n] = w.shape;
    const fits =
      w.dtype === 'int8' &&
      w.shape.length === 2 &&
      x.shape.length >= 2 &&
      x.shape.at(-1) === inner &&
      scale.shape.join() === `${n}`;
    if (!fits) {
      const found = [x, w, scale].map(describeValue).join(', ');
      throw graphError('matmulInt8', `needs x [..., K], w int8 [K, N] and scale [N]; found ${found}`);
    }
    return { shape: [...x.shape.slice(0, -1), n as number], dtype: 'float32' };
  },
  vjp: { notDifferentiable: 'its activations are rounded, and its weights are frozen' },
  onnx: {
    uses: { DynamicQuantizeLinear: 11, MatMulInteger: 10, Cast: 19, Mul: 14 },
    // In this order ONNX Runtime makes one operator of the product and its scales.
    emit: (w, [x, weight, scale]) => {
      const step = w.node('DynamicQuantizeLinear', [x], {}, 1);
      const zero = w.node('DynamicQuantizeLinear', [x], {}, 2);
      const quantised = w.node('DynamicQuantizeLinear', [x]);
      const product = w.node('MatMulInteger', [quantised, weight, zero]);
      return w.node('Mul', [w.node('Cast', [product], { to: { int: 1 } }), w.node('Mul', [step, scale])]);
    },
  },
  tfjs: (tf, [x, weight, scale]) => {
    const float = (n: number): TfTensor => tf.scalar(n, 'float32');
    const all = x.shape.map((_, axis) => axis);
    const least = tf.minimum(tf.neg(tf.max(tf.neg(x), all, false)), float(0));
    const most = tf.maximum(tf.max(x, all, false), float(0));
    const range = tf.sub(most, least);
    const step = tf.where(tf.greater(range, float(0)), tf.div(range, float(255)), float(1));
    const zero = rounded(tf, tf.div(tf.neg(least), step));
    const quantised = tf.minimum(tf.maximum(tf.add(rounded(tf, tf.div(x, step)), zero), float(0)), float(255));
    const product = tf.matMul(tf.sub(quantised, zero), tf.cast(weight, 'float32'));
    return tf.mul(product, tf.mul(step, scale));
  },
  cases: [
    {
      shapes: [[2, 3], [3, 2], [2]],
      attrs: {},
      dtypes: [undefined, 'int8', undefined],
      values: [
        [0.5, -1, 2, 0, 0.25, -0.125],
        [-127, 127, 0, -1, 1, 72],
        [0.5, 0.01],
      ],
    },
    {
      shapes: [[2, 2, 3], [3, 1], [1]],
      attrs: {},
      dtypes: [undefined, 'int8', undefined],
      values: [undefined, [127, 127, -127], [1]],
    },
    {
      shapes: [[1, 2], [2, 1], [1]],
      attrs: {},
      dtypes: [undefined, 'int8', undefined],
      values: [[0, 0], [-121, 122], [1]],
    },
  ],
};
