import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { type Engine, type EngineName, openEngine } from '../../../core/engine/index.ts';
import {
  cast,
  defineGraph,
  type Graph,
  grad,
  input,
  matmul,
  mul,
  softmax,
  sum,
  transposeLast,
  type Value,
} from '../../../core/graph/index.ts';
import { mergeHeads, splitHeads } from '../../../core/models/attention.ts';
import { attend } from '../../../core/models/fusion.ts';
import { buildEvidence, type NetworkConfig } from '../../../core/models/index.ts';
import { lacksTensorflow, needsTensorflow } from '../../support/tensorflow.ts';

const [layers, batch, heads, tokens, width] = [3, 15, 4, 300, 256];
const config: NetworkConfig = {
  lpm: { width, heads, patch: 16, eps: 1e-12, channels: 3 },
  method: 'fpt+',
  layers,
  classes: 3,
  sideSize: 64,
  sideWidth: 24,
  prompts: 8,
  tokens,
};
const kept = [layers, batch, heads, tokens, width / heads];

/** All layers in one product each, as the method is written. */
function allAtOnce(states: Value, keys: Value, values: Value): Value {
  const queries = mul(splitHeads(states, heads), 1 / Math.sqrt(width / heads));
  return mergeHeads(matmul(softmax(matmul(queries, transposeLast(keys)), -1), values));
}

/** What prompts find, and the gradient of a weighted sum of it. */
function passes(found: (states: Value, keys: Value, values: Value) => Value): Graph {
  const states = input('states', [layers, 1, config.prompts, width]);
  const [keys, values] = ['keys', 'values'].map((name) => cast(input(name, kept, 'float16'), 'float32'));
  const context = found(states, keys!, values!);
  const loss = sum(mul(context, input('weights', context.shape)), [0, 1, 2, 3]);
  const [gradient] = grad(loss, [states]);
  return defineGraph({ outputs: { context, gradient: gradient! } });
}

function madeUp({ name = '', shape, dtype }: Value): Tensor {
  const wave = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * i + name.length));
  return dtype === 'float16'
    ? { dtype, shape, data: new Uint16Array(new Float16Array(wave).buffer) }
    : float32(shape, wave);
}

let engine: Engine | undefined;
afterEach(async () => engine?.dispose());

async function sameAnswers(name: EngineName): Promise<void> {
  const opened = await openEngine({ engine: name, device: 'cpu', threads: 2, log: silentLogger });
  engine = opened;
  const run = async (graph: Graph) => {
    const executable = await opened.compile(graph);
    const results = await executable.run(Object.fromEntries(graph.inputs.map((x) => [x.name as string, madeUp(x)])));
    await executable.dispose();
    return results;
  };
  const layered = passes((states, keys, values) => attend(config, states, { keys, values }).context);
  // Of each layer eight images and then seven.
  const asked = layered.order.filter(({ op }) => op === 'softmax').map(({ shape }) => shape[0]);
  expect(asked).toEqual([8, 7, 8, 7, 8, 7]);
  const whole = passes(allAtOnce);
  expect(whole.order.filter(({ op }) => op === 'softmax')).toHaveLength(1);
  const found = await run(layered);
  expect(found['gradient']?.data.some((x) => x !== 0)).toBe(true);
  const expected = await run(whole);
  expect(found['context']).toEqual(expected['context']);
  // ONNX Runtime adds up over a batch in another order where there are more layers.
  const [gradient, wanted] = [found, expected].map((results) => results['gradient'] as Tensor<'float32'>);
  expect(gradient?.shape).toEqual(wanted?.shape);
  for (const [i, x] of wanted?.data.entries() ?? []) expect(gradient?.data[i]).toBeCloseTo(x, 6);
}

test('large layers attend some images at a time and find the same bits as all at once; their gradients differ in the last digit at most', async () => {
  await sameAnswers('onnxruntime');
});

test('small layers attend together, as many as lie in the caches', () => {
  const small: NetworkConfig = { ...config, layers: 5, tokens: 60 };
  const shape = [5, 16, heads, 60, width / heads];
  const { context, attention } = attend(small, input('states', [5, 1, config.prompts, width]), {
    keys: cast(input('keys', shape, 'float16'), 'float32'),
    values: cast(input('values', shape, 'float16'), 'float32'),
  });
  // 0.98 MB a layer: three and two.
  expect(attention.map((part) => part.shape)).toEqual([
    [3, 16, heads, config.prompts, 60],
    [2, 16, heads, config.prompts, 60],
  ]);
  expect(context.shape).toEqual([5, 16, config.prompts, width]);
});

test('evidence of large layers is that of each: its attention sums to 1 over the tokens', async () => {
  const large: NetworkConfig = { ...config, layers: 2, tokens: 4200 };
  const opened = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger });
  engine = opened;
  const graph = buildEvidence(large);
  const executable = await opened.compile(graph);
  const found = await executable.run(Object.fromEntries(graph.inputs.map((x) => [x.name as string, madeUp(x)])));
  const attention = found['attention'] as Tensor<'float32'>;
  expect(attention.shape).toEqual([2, heads, 4200]);
  for (let row = 0; row < 2 * heads; row++) {
    const sum = attention.data.subarray(row * 4200, (row + 1) * 4200).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1, 4);
  }
  expect(found['relevance']?.data.some((x) => x !== 0)).toBe(true);
});

test.skipIf(lacksTensorflow)(`so they do on TensorFlow ${needsTensorflow}`, async () => {
  await sameAnswers('tensorflow');
});
