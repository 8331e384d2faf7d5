import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { float32 } from '../../../core/base/tensor.ts';
import { type Engine, listEngines, openEngine } from '../../../core/engine/index.ts';
import * as g from '../../../core/graph/index.ts';
import { evaluate, toArr } from '../../reference/evaluate.ts';
import { firstDifference } from '../../support/numbers.ts';
import { sampleGraph } from '../../support/sample-graph.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger });
});
afterAll(() => engine.dispose());

const sampleInputs = {
  x: float32(
    [2, 3, 4],
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(3 * i)),
  ),
  parameters: float32(
    [36],
    Float32Array.from({ length: 36 }, (_, i) => Math.cos(2 * i)),
  ),
  labels: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 0) },
} as const;

test('the fused network gives the reference numbers, loss and gradient', async () => {
  const graph = sampleGraph();
  const found = await (await engine.compile(graph)).run(sampleInputs);
  const leaves = Object.fromEntries(Object.entries(sampleInputs).map(([name, tensor]) => [name, toArr(tensor)]));
  const expected = evaluate(Object.values(graph.outputs), leaves);
  Object.keys(graph.outputs).forEach((name, i) => {
    const actual = toArr(found[name] as never).data;
    expect(firstDifference(actual, expected[i]?.data ?? [], { absolute: 2e-6, relative: 2e-5 })).toBeUndefined();
  });
});

test('the same large product and gradient twice are the same bits, also in a second session', async () => {
  const a = g.input('a', [8, 130, 257]);
  const b = g.input('b', [257, 300]);
  const loss = g.sum(g.gelu(g.matmul(a, b)), [0, 1, 2]);
  const [gradient] = g.grad(loss, [b]);
  const graph = g.defineGraph({ outputs: { loss, gradient: gradient as g.Value } });
  const noise = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * i));
  const inputs = { a: float32([8, 130, 257], noise(8 * 130 * 257)), b: float32([257, 300], noise(257 * 300)) };
  const first = await engine.compile(graph);
  const once = await first.run(inputs);
  expect(await first.run(inputs)).toEqual(once);
  expect(await (await engine.compile(graph)).run(inputs)).toEqual(once);
});

test('half-precision inputs and outputs travel as their bits', async () => {
  const x = g.input('x', [3], 'float16');
  const executable = await engine.compile(
    g.defineGraph({ outputs: { y: g.cast(g.mul(g.cast(x, 'float32'), 2), 'float16') } }),
  );
  const bits = (values: number[]) => new Uint16Array(new Float16Array(values).buffer);
  const { y } = await executable.run({ x: { dtype: 'float16', shape: [3], data: bits([0.5, -2, 0.1]) } });
  expect(y).toEqual({ dtype: 'float16', shape: [3], data: bits([1, -4, 0.2]) });
});

test('an input itself and one value under two names can be outputs', async () => {
  const x = g.input('x', [2]);
  const y = g.neg(x);
  const executable = await engine.compile(g.defineGraph({ outputs: { same: x, y, again: y } }));
  const found = await executable.run({ x: float32([2], [1, 2]) });
  expect(Object.values(found).map((t) => [...t.data])).toEqual([
    [1, 2],
    [-1, -2],
    [-1, -2],
  ]);
});

test('all inputs that do not fit are named at once', async () => {
  const sum = g.add(g.input('a', [2]), g.input('b', [2]));
  const executable = await engine.compile(g.defineGraph({ outputs: { sum } }));
  await expect(executable.run({ a: float32([1], [1]) })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: 'Inputs do not fit the graph: a is float32 [1]; need float32 [2]; b is missing; need float32 [2].',
  });
});

test('a weight that does not fit is refused by name', async () => {
  const y = g.add(g.input('x', [2]), g.weight('head.bias', [2]));
  const compile = engine.compile(g.defineGraph({ outputs: { y } }), () => float32([3], [1, 2, 3]));
  await expect(compile).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
});

test('the list of engines holds ONNX Runtime with the CPU', async () => {
  const state = (await listEngines()).find(({ name }) => name === 'onnxruntime');
  expect(state).toMatchObject({ available: true, remedy: null });
  expect(state?.devices.map(({ name }) => name)).toContain('cpu');
});
