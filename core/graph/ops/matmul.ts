/** The matrix product. */
import { describeValue, graphError } from '../ir.ts';
import type { Binary, NoAttributes, Op } from './define.ts';
import { broadcastShapes, requireFloat } from './shapes.ts';

/** Columns up to which a product counts as narrow: heads are 8 to 104 wide, an LPM from 192 on. */
const narrow = 128;

export const matmulOp: Op<NoAttributes, Binary> = {
  doc: 'Products of the last two axes, the axes before them broadcast. ONNX MatMul-13.',
  inputs: ['a', 'b'],
  infer: ([a, b]) => {
    requireFloat('matmul', a, b);
    if (a.shape.length < 2 || b.shape.length < 2) {
      throw graphError('matmul', `needs two axes or more; found a ${describeValue(a)}, b ${describeValue(b)}`);
    }
    const [m, k] = a.shape.slice(-2) as [number, number];
    const [inner, n] = b.shape.slice(-2) as [number, number];
    if (k !== inner) {
      throw graphError(
        'matmul',
        `inner sizes differ: a ${describeValue(a)}, b ${describeValue(b)}; need a.shape[-1] = b.shape[-2]`,
      );
    }
    return {
      shape: [...broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n],
      dtype: 'float32',
    };
  },
  vjp: ({ b: g, dy, inputs: [a, b] }) => {
    const da = g.sumTo(g.matmul(dy, g.transposeLast(b)), a.shape);
    // One right matrix for the whole batch: rows of all batches form one tall product instead of many that are summed.
    if (b.shape.length === 2 && a.shape.length > 2) {
      const [k, n] = b.shape as [number, number];
      // Columns of tokens would have to be copied into rows first.
      if (a.op === 'transpose') return [da, g.sumTo(g.matmul(g.transposeLast(a), dy), b.shape)];
      return [da, g.matmul(g.transposeLast(g.reshape(a, [-1, k])), g.reshape(dy, [-1, n]))];
    }
    // A tall and narrow product is computed lying: its rows are then as long as a processor's vectors, where a head is eight numbers wide.
    const [k, n] = b.shape.slice(-2) as [number, number];
    const db =
      n < k && n <= narrow ? g.transposeLast(g.matmul(g.transposeLast(dy), a)) : g.matmul(g.transposeLast(a), dy);
    return [da, g.sumTo(db, b.shape)];
  },
  onnx: { uses: { MatMul: 13 }, emit: (w, [a, b]) => w.node('MatMul', [a, b]) },
  tfjs: (tf, [a, b]) => tf.matMul(a, b),
  cases: [
    {
      shapes: [
        [2, 3],
        [3, 4],
      ],
      attrs: {},
    },
    {
      shapes: [
        [2, 2, 3],
        [3, 2],
      ],
      attrs: {},
    },
    {
      shapes: [
        [2, 3],
        [2, 3, 2],
      ],
      attrs: {},
    },
    {
      shapes: [
        [2, 1, 2, 3],
        [3, 3, 2],
      ],
      attrs: {},
    },
  ],
};
