/** Graphs as a device needs them: the same function, other ops. */
import { expect, test } from 'vitest';
import { float32 } from '../../../core/base/tensor.ts';
import { halfProducts } from '../../../core/engine/half-products.ts';
import { lowerForWebgpu } from '../../../core/engine/webgpu/lower.ts';
import { add, defineGraph, emitOnnx, input, logSoftmax, matmul, mul, neg, weight } from '../../../core/graph/index.ts';
import { evaluate, toArr } from '../../reference/evaluate.ts';

test('logarithms of probabilities are written out for WebGPU, which has no op for them, with the same numbers', () => {
  const x = input('x', [2, 3]);
  const graph = defineGraph({ outputs: { y: neg(logSoftmax(mul(x, 2), 1)) } });
  const lowered = lowerForWebgpu(graph);
  expect(lowered.order.map(({ op }) => op)).not.toContain('logSoftmax');
  // Large enough to overflow where the largest is not taken off first.
  const leaves = { x: toArr(float32([2, 3], [500, 501, -3, 0.5, 0.25, -1])) };
  const [found] = evaluate([lowered.outputs['y']!], leaves);
  const [wanted] = evaluate([graph.outputs['y']!], leaves);
  for (const [i, value] of (wanted?.data ?? []).entries()) expect(found?.data[i]).toBeCloseTo(value, 12);
});

test('a graph without such ops is left alone', () => {
  const graph = defineGraph({ outputs: { y: neg(input('x', [2])) } });
  expect(lowerForWebgpu(graph)).toBe(graph);
});

test('products are of halves, weights that only enter products are halves, and all else stays float32', () => {
  const x = input('x', [4, 4]);
  const [w, both] = [weight('w', [4, 4]), weight('both', [4, 4])];
  const graph = defineGraph({ outputs: { y: add(matmul(matmul(x, w), both), both) } });
  const source = (name: string) => float32([4, 4], new Float32Array(16).fill(name === 'w' ? 0.1 : 1));
  const halved = halfProducts(graph, source);
  expect(halved.graph.weights.map(({ name, dtype }) => [name, dtype])).toEqual([
    ['w', 'float16'],
    ['both', 'float32'],
  ]);
  expect(halved.weights?.('w')).toMatchObject({ dtype: 'float16', shape: [4, 4] });
  expect(halved.weights?.('both').dtype).toBe('float32');
  const products = halved.graph.order.filter(({ op }) => op === 'matmul');
  expect(products.map(({ dtype, inputs }) => [dtype, ...inputs.map((v) => v.dtype)])).toEqual([
    ['float16', 'float16', 'float16'],
    ['float16', 'float16', 'float16'],
  ]);
  expect(halved.graph.outputs['y']?.dtype).toBe('float32');
  expect(emitOnnx(halved.graph).length).toBeGreaterThan(0);
});
