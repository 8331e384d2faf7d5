/** An attentive probe looks at a few images of a batch at a time: what it answers and learns is what it does image by image. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { defineGraph, type Graph, grad, input, mul, sum } from '../../../core/graph/index.ts';
import {
  initialiseParameters,
  type NetworkConfig,
  networkConfig,
  networkInputs,
  networkLogits,
  packParameters,
  parameterLayout,
  plainVit,
  shapeParameters,
  sliceParameters,
} from '../../../core/models/index.ts';

const lpm = plainVit({ width: 192, layers: 12, heads: 3, patch: 16, imageSize: 224 });
/** The LPM in the box at 512 px: two images lie in the caches. */
const config = networkConfig(lpm, { method: 'attentive', classes: 3, inputSize: 512 });
const images = 5;
const total = parameterLayout(config).total;
const random = Random.seeded(11);
const params = initialiseParameters(config, random.fork('parameters'));

/** Logits of a batch, and the gradient of a weighted sum of them. */
function passes(of: NetworkConfig, batch: number): Graph {
  const layout = parameterLayout(of);
  const flat = sliceParameters(layout, input('params', [layout.total]));
  const logits = networkLogits(of, shapeParameters(layout, flat), networkInputs(of, batch));
  const loss = sum(mul(logits, input('weights', logits.shape)), [0, 1]);
  return defineGraph({ outputs: { logits, gradient: packParameters(layout, grad(loss, flat)) } });
}

function inputsOf(graph: Graph): Record<string, Tensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name = '', shape, dtype }) => {
      if (name === 'params') return [name, float32([total], params)];
      const draw = random.fork(name);
      const values = Float32Array.from({ length: sizeOf(shape) }, () => draw.uniform(-2, 2));
      if (dtype === 'int8') return [name, { dtype, shape, data: Int8Array.from(values, (x) => 60 * x) }];
      return [
        name,
        dtype === 'float16'
          ? { dtype, shape, data: new Uint16Array(new Float16Array(values).buffer) }
          : float32(shape, values),
      ];
    }),
  );
}

/** Image `i` of each input that has one for each. */
function imageOf(inputs: Readonly<Record<string, Tensor>>, i: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => {
      if (name === 'params') return [name, tensor];
      const { dtype, shape, data } = tensor;
      const size = data.length / images;
      return [name, { dtype, shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) } as Tensor];
    }),
  );
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger });
});
afterAll(() => engine.dispose());

test.each([
  ['16 bits', config],
  ['8 bits', { ...config, keptAs: 'int8' } as const],
])('in features of %s', async (_name, of) => {
  const together = passes(of, images);
  expect(together.order.filter(({ op }) => op === 'inverseDeviation').map(({ shape }) => shape[1])).toEqual([2, 2, 1]);
  const inputs = inputsOf(together);
  const executable = await engine.compile(together);
  const found = await executable.run(inputs);
  await executable.dispose();

  const alone = await engine.compile(passes(of, 1));
  const logits: number[] = [];
  const gradient = new Float64Array(total);
  for (let i = 0; i < images; i++) {
    const one = await alone.run(imageOf(inputs, i));
    logits.push(...(one['logits'] as Tensor<'float32'>).data);
    for (const [k, x] of (one['gradient'] as Tensor<'float32'>).data.entries()) gradient[k]! += x;
  }
  await alone.dispose();

  const close = (name: string, wanted: ArrayLike<number>): void => {
    const { data } = found[name] as Tensor<'float32'>;
    const largest = Math.max(...Array.from(wanted, Math.abs));
    expect(largest).toBeGreaterThan(0);
    expect(data).toHaveLength(wanted.length);
    for (const [k, x] of data.entries()) expect(Math.abs(x - (wanted[k] as number))).toBeLessThan(1e-5 * largest);
  };
  close('logits', logits);
  close('gradient', gradient);
});
