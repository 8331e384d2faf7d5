import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { type DType, float32, sizeOf, type Tensor, type TensorData } from '../../../core/base/tensor.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { DeviceTensors } from '../../../core/engine/tensorflow/device-tensors.ts';
import { compileGraph } from '../../../core/engine/tensorflow/interpret.ts';
import { requireTensorflow } from '../../../core/engine/tensorflow/state.ts';
import { loadBinding } from '../../../core/engine/tensorflow.ts';
import * as g from '../../../core/graph/index.ts';
import {
  buildLpmEncoder,
  dropoutMaskShape,
  extractedLayers,
  initialiseParameters,
  type NetworkConfig,
  parameterLayout,
  plainVit,
  storedInputs,
} from '../../../core/models/index.ts';
import { buildPredict, buildTrainStep } from '../../../core/training/train-step.ts';
import { hasShared, repositoryRoot, sharedPath } from '../../support/shared.ts';
import { lacksTensorflow, needsTensorflow } from '../../support/tensorflow.ts';

const open = (engine: 'onnxruntime' | 'tensorflow'): Promise<Engine> =>
  openEngine({ engine, device: 'cpu', threads: 1, log: silentLogger });

function randomTensor(random: Random, shape: readonly number[]): Tensor<'float32'> {
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
}

describe.skipIf(lacksTensorflow)(`the TensorFlow engine ${needsTensorflow}`, () => {
  let tensorflow: Engine;
  let onnxruntime: Engine;
  beforeAll(async () => {
    [tensorflow, onnxruntime] = await Promise.all([open('tensorflow'), open('onnxruntime')]);
  });
  afterAll(() => Promise.all([tensorflow?.dispose(), onnxruntime?.dispose()]));

  /** What TensorFlow holds in this process; the addon is loaded once, so that this is the engine's own count. */
  const held = (): number =>
    loadBinding(requireTensorflow().packageFolder, { device: 'cpu', threads: 1 }).getNumOfTensors();

  test('says what it is and why', () => {
    expect(tensorflow.info).toMatchObject({ name: 'tensorflow', device: 'CPU', threads: 1, reason: 'asked for' });
    expect(tensorflow.info.version).toMatch(/^2\.\d+\.\d+$/);
  });

  const usual: NetworkConfig = {
    lpm: { width: 64, heads: 2, patch: 16, eps: 1e-6, channels: 3 },
    method: 'fpt+',
    layers: 2,
    classes: 3,
    sideSize: 64,
    sideWidth: 8,
    prompts: 4,
    tokens: 5,
  };
  const batch = 4;

  function networkInputs(random: Random, config = usual): Record<string, Tensor> {
    return Object.fromEntries(
      Object.entries(storedInputs(config, batch)).map(([name, { shape, dtype }]) => {
        const tensor = randomTensor(random, shape);
        if (dtype === 'float32') return [name, tensor];
        if (dtype === 'int8')
          return [name, { dtype, shape, data: Int8Array.from(tensor.data, (x) => 60 * x) }] as const;
        // What 127 stands for is the largest number of a channel.
        if (config.keptAs !== undefined) tensor.data.fill(2);
        const data = new Uint16Array(new Float16Array(tensor.data).buffer);
        return [name, { dtype: 'float16', shape, data }] as const;
      }),
    );
  }

  /** The parameters after ten steps on one batch. */
  async function trainOn(engine: Engine, config = usual): Promise<Tensor> {
    const random = Random.seeded(7);
    const { total } = parameterLayout(config);
    const step = await engine.compile(buildTrainStep(config, { batch, weighted: false }));
    const mask = dropoutMaskShape(config, batch) as readonly number[];
    const fixed = {
      ...networkInputs(random, config),
      labels: { dtype: 'int32', shape: [batch], data: Int32Array.of(0, 1, 2, 1) } as const,
      lr: float32([], [1e-2]),
      dropout_mask: float32(mask, new Float32Array(sizeOf(mask)).fill(1)),
    };
    let state: Record<string, Tensor> = {
      params: float32([total], initialiseParameters(config, random)),
      m: float32([total], new Float32Array(total)),
      v: float32([total], new Float32Array(total)),
    };
    for (let i = 1; i <= 10; i++) {
      const next = await step.run({ ...fixed, ...state, step: float32([], [i]) });
      state = { params: next['next_params'], m: next['next_m'], v: next['next_v'] } as Record<string, Tensor>;
    }
    await step.dispose();
    return state['params'] as Tensor;
  }

  async function logitsOn(engine: Engine, params: Tensor, config = usual): Promise<Float32Array> {
    const predict = await engine.compile(buildPredict(config, { batch }));
    const { logits } = await predict.run({ params, ...networkInputs(Random.seeded(8), config) });
    await predict.dispose();
    return logits?.data as Float32Array;
  }

  const worst = (a: Float32Array, b: Float32Array): number =>
    a.reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] as number))), 0);

  test.each([
    ['tensorflow', 'onnxruntime', 16],
    ['onnxruntime', 'tensorflow', 16],
    ['tensorflow', 'onnxruntime', 8],
    ['onnxruntime', 'tensorflow', 8],
  ] as const)(
    'a model trained on %s classifies on %s with logits within 1e-3, from features of %i bits',
    async (trainer, other, bits) => {
      const engines = { tensorflow, onnxruntime };
      const config: NetworkConfig = bits === 8 ? { ...usual, keptAs: 'int8' } : usual;
      const params = await trainOn(engines[trainer], config);
      const [own, others] = [
        await logitsOn(engines[trainer], params, config),
        await logitsOn(engines[other], params, config),
      ];
      expect(own.length).toBe(batch * config.classes);
      expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.1);
      expect(worst(own, others)).toBeLessThan(1e-3);
    },
  );

  test('the same training gives the same bits again', async () => {
    const [first, second] = [await trainOn(tensorflow), await trainOn(tensorflow)];
    expect(Buffer.from((first.data as Float32Array).buffer)).toEqual(Buffer.from((second.data as Float32Array).buffer));
  });

  test('runs leave no tensors behind, and what an executable held goes with it', async () => {
    const before = held();
    const { total } = parameterLayout(usual);
    const params = float32([total], initialiseParameters(usual, Random.seeded(1)));
    const predict = await tensorflow.compile(buildPredict(usual, { batch }));
    const inputs = { params, ...networkInputs(Random.seeded(2)) };
    await predict.run(inputs);
    const afterOne = held();
    for (let i = 0; i < 5; i++) await predict.run(inputs);
    expect(held()).toBe(afterOne);
    await predict.dispose();
    const constants = held() - before;
    await logitsOn(tensorflow, params);
    expect(held() - before).toBe(constants);
  });

  test('what fails names the operation, its place, the device and the reason, and leaves nothing behind', async () => {
    const x = g.input('x', [2, 3]);
    const indices = g.input('indices', [1], 'int32');
    const y = g.scope('encoder.blocks.3', () => g.gather(x, indices, 0));
    const executable = await tensorflow.compile(g.defineGraph({ outputs: { y } }));
    const feed = (index: number) => ({
      x: float32([2, 3], [1, 2, 3, 4, 5, 6]),
      indices: { dtype: 'int32', shape: [1], data: Int32Array.of(index) } as const,
    });
    await executable.run(feed(0));
    const before = held();
    await expect(executable.run(feed(9))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining('TensorFlow on CPU could not compute gather in encoder.blocks.3'),
      details: { engine: 'tensorflow', device: 'CPU', reason: 'device' },
    });
    expect(held()).toBe(before);
    expect((await executable.run(feed(1))).y?.data).toEqual(Float32Array.of(4, 5, 6));
    await executable.dispose();
  });

  const values: { readonly [K in DType]: TensorData[K] } = {
    float32: Float32Array.of(0.5, -1, 3),
    float64: Float64Array.of(0.1, -1, 1e300),
    float16: Uint16Array.of(0x3800, 0xbc00, 0x7bff),
    int32: Int32Array.of(1, -2, 2 ** 31 - 1),
    int64: BigInt64Array.of(1n, -2n, 2n ** 62n),
    uint8: Uint8Array.of(0, 128, 255),
    int8: Int8Array.of(0, -127, 127),
    bool: Uint8Array.of(0, 1, 1),
  };

  test.each(Object.keys(values) as DType[])('%s goes in and comes out as it was', async (dtype) => {
    const y = g.reshape(g.input('x', [3], dtype), [3, 1]);
    const executable = await tensorflow.compile(g.defineGraph({ outputs: { y } }));
    const x = { dtype, shape: [3], data: values[dtype] } as Tensor;
    expect((await executable.run({ x })).y).toEqual({ ...x, shape: [3, 1] });
    await executable.dispose();
  });

  test('half precision is refused on the CPU with the way out', async () => {
    const graph = g.defineGraph({ outputs: { y: g.neg(g.input('x', [1])) } });
    await expect(tensorflow.compile(graph, undefined, { precision: 'f16' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      action: expect.stringContaining('--precision'),
    });
  });

  test('half-precision products stay within 1e-2 of float32 ones, and weights are halved once', async () => {
    const random = Random.seeded(3);
    const tensors = new DeviceTensors(loadBinding(requireTensorflow().packageFolder, { device: 'cpu', threads: 1 }));
    const before = held();
    const w = randomTensor(random, [6, 8]);
    const x = randomTensor(random, [2, 3, 8]);
    const graph = g.defineGraph({ outputs: { y: g.linear(g.input('x', [2, 3, 8]), g.weight('w', [6, 8])) } });
    const run = async (halfProducts: boolean): Promise<Float32Array> => {
      const executable = compileGraph(tensors, graph, () => w, { device: 'CPU', halfProducts });
      const { y } = await executable.run({ x });
      expect((await executable.run({ x })).y).toEqual(y);
      await executable.dispose();
      return y?.data as Float32Array;
    };
    const [full, half] = [await run(false), await run(true)];
    expect(worst(full, half)).toBeGreaterThan(0);
    expect(worst(full, half)).toBeLessThan(1e-2);
    tensors.dispose();
    expect(held()).toBe(before);
  });

  test.skipIf(!hasShared)(
    'every reference case is within the tolerance of ONNX Runtime (needs the reference numbers)',
    () => {
      const parity = join(repositoryRoot, 'test', 'parity', 'parity.ts');
      const args = [parity, sharedPath('fixtures'), '--engine', 'tensorflow'];
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      expect(stdout).toContain('Engine: tensorflow');
      expect(stdout.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([]);
      expect(status).toBe(0);
    },
  );
});

const vitBase = plainVit({ width: 768, layers: 12, heads: 12, patch: 16, imageSize: 224 });

test.skipIf(lacksTensorflow)(
  `encoding one 512-pixel image with ViT-B/16 peaks below 2.5 GB ${needsTensorflow}`,
  async () => {
    const engine = await openEngine({
      engine: 'tensorflow',
      device: 'cpu',
      threads: 2,
      ownProcess: true,
      log: silentLogger,
    });
    const graph = buildLpmEncoder(vitBase, {
      batch: 1,
      height: 512,
      width: 512,
      layers: extractedLayers(vitBase, 'half'),
      tokenRatio: 0.2,
      tokens: 'global',
      keysValues: true,
      classToken: false,
    });
    const shapes = new Map(graph.weights.map((weight) => [weight.name ?? '', weight.shape]));
    const filled = (shape: readonly number[]) => float32(shape, new Float32Array(sizeOf(shape)).fill(0.01));
    const encoder = await engine.compile(graph, (name) => filled(shapes.get(name) as readonly number[]));
    const { keys } = await encoder.run({ pixel_values: filled([1, 3, 512, 512]) });
    expect(keys?.shape).toEqual([6, 1, 12, 205, 64]);
    expect(await engine.peakMemoryMb()).toBeLessThan(2500);
    await engine.dispose();
  },
  300_000,
);
