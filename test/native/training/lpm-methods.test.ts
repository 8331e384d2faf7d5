/** Methods that train a frozen LPM from within, on LPMs of every family: they start as the LPM, learn, and move nothing else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, type Shape, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { methods } from '../../../core/contract/index.ts';
import { type Engine, openEngine, type Tensors } from '../../../core/engine/index.ts';
import {
  buildLpmEncoder,
  encoderWeights,
  initialiseParameters,
  joinMembers,
  type LpmConfig,
  networkConfig,
  parameterLayout,
  parameterOf,
  plainVit,
  trainingMethods,
  withMembers,
} from '../../../core/models/index.ts';
import { canonicalShapes } from '../../../core/models/tensor-names.ts';
import { compileAccumulatedStep } from '../../../core/training/accumulated-step.ts';
import { buildPredict, buildTrainStep } from '../../../core/training/train-step.ts';

const size = 64;
const batch = 4;
const classes = 3;
const plain = plainVit({ width: 32, layers: 3, heads: 2, patch: 16, imageSize: 48 });

/** What families have of their own, as published files would say it. */
const families: Readonly<Record<string, LpmConfig>> = {
  ViT: plain,
  DINOv2: { ...plain, layerScale: true, gated: true, activation: 'silu', registers: 4, eps: 1e-6 },
  DINOv3: {
    ...plain,
    rotaryBase: 100,
    registers: 4,
    classPosition: false,
    layerScale: true,
    withoutBias: ['k'],
    eps: 1e-5,
  },
  SigLIP: {
    ...plain,
    classToken: false,
    classPosition: false,
    activation: 'tanh-gelu',
    summary: 'attention-pool',
    poolMlpWidth: 40,
  },
  CLIP: { ...plain, preNorm: true, activation: 'quick-gelu', withoutBias: ['patch'], lastNorm: 'summary' },
};
const partly = methods.filter((method) => trainingMethods[method].runsLpm === 'partly');

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger });
});
afterAll(async () => {
  await engine.dispose();
});

/** Canonical tensors: norms near one, matrices that keep what passes through. */
function randomTensors(config: LpmConfig): (name: string) => Tensor<'float32'> {
  const shapes = canonicalShapes(config);
  return (name) => {
    const shape = shapes.get(name) as Shape;
    const random = Random.seeded(3).fork(name);
    const isScale = /norm\d?\.weight$|scale\d$/.test(name);
    const std = shape.length > 1 ? 1 / Math.sqrt(sizeOf(shape.slice(1))) : 0.2;
    return float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => (isScale ? 0.8 : 0) + random.normal(0, std)),
    );
  };
}

const random = Random.seeded(2);
const pixels = Float32Array.from({ length: batch * 3 * size * size }, () => random.normal());
const image = float32([batch, 3, size, size], pixels);
const labels: Tensor = { dtype: 'int32', shape: [batch], data: Int32Array.from([0, 2, 1, 2]) };
const vector = (data: Float32Array): Tensor => float32([data.length], data as Float32Array<ArrayBuffer>);

describe.each(Object.keys(families))('of the family %s', (family) => {
  const lpm = families[family] as LpmConfig;
  const weights = encoderWeights(lpm, randomTensors(lpm), { height: size, width: size });

  test.each(partly)('%s starts as the LPM and learns a batch by heart', async (method) => {
    const config = networkConfig(lpm, { method, classes, inputSize: size, sizes: { rank: 4, prompts: 5 } });
    const start = initialiseParameters(config, Random.seeded(1), weights);
    const predict = await engine.compile(buildPredict(config, { batch }), weights);
    const logits = (await predict.run({ params: vector(start), image }))['logits'] as Tensor<'float32'>;
    expect([logits.shape, logits.data.every(Number.isFinite)]).toEqual([[batch, classes], true]);
    // Prompts are read from the first step on; all else is added to the LPM as nothing.
    if (config.prompts === 16) {
      const worst = (await byHand(lpm, config, start, weights)).map((z, i) => Math.abs(z - (logits.data[i] as number)));
      expect(Math.max(...worst)).toBeLessThan(1e-5);
    }

    const step = await engine.compile(buildTrainStep(config, { batch, weighted: false }), weights);
    const losses: number[] = [];
    const zeros = vector(new Float32Array(start.length));
    let state: Tensors = { params: vector(start), m: zeros, v: zeros };
    for (let i = 1; i <= 30; i++) {
      const out = await step.run({ ...state, image, labels, step: float32([], [i]), lr: float32([], [1e-2]) });
      state = { params: out['next_params']!, m: out['next_m']!, v: out['next_v']! };
      losses.push(Number(out['loss']?.data[0]));
    }
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));
    for (const { name } of parameterLayout(config).entries) {
      const moved = parameterOf(parameterLayout(config), state['params']!.data as Float32Array, name);
      expect([name, moved.some((x, i) => x !== parameterOf(parameterLayout(config), start, name)[i])]).toEqual([
        name,
        true,
      ]);
    }
  });

  test('lora answers as the LPM whose queries and values had its changes added to their weights', async () => {
    const config = networkConfig(lpm, { method: 'lora', classes, inputSize: size, sizes: { rank: 4, alpha: 12 } });
    const vary = Random.seeded(6);
    const params = initialiseParameters(config, Random.seeded(1), weights).map((x) => x + 0.1 * vary.normal());
    const part = (name: string): Float32Array => parameterOf(parameterLayout(config), params, name);
    const tensors = randomTensors(lpm);
    const merged = (name: string): Tensor<'float32'> => {
      const tensor = tensors(name);
      const [, place] = /^(blocks\.\d+\.[qv])\.weight$/.exec(name) ?? [];
      if (place === undefined) return tensor;
      const [a, b, d] = [part(`${place}.lora_A.weight`), part(`${place}.lora_B.weight`), lpm.width];
      return float32(
        tensor.shape,
        tensor.data.map((w, at) => {
          const [row, column] = [Math.floor(at / d), at % d];
          return w + (12 / 4) * [0, 1, 2, 3].reduce((sum, r) => sum + b[row * 4 + r]! * a[r * d + column]!, 0);
        }),
      );
    };
    const predict = await engine.compile(buildPredict(config, { batch }), weights);
    const found = (await predict.run({ params: vector(params), image }))['logits']!.data as Float32Array;
    const changed = encoderWeights(lpm, merged, { height: size, width: size });
    const expected = await byHand(lpm, config, params, changed);
    expect(Math.max(...expected.map((z, i) => Math.abs(z - (found[i] as number))))).toBeLessThan(1e-4);
    const unchanged = await byHand(lpm, config, params, weights);
    expect(Math.max(...expected.map((z, i) => Math.abs(z - (unchanged[i] as number))))).toBeGreaterThan(1e-2);
  });

  /** The head on the class token of the LPM's own encoder. */
  async function byHand(
    own: LpmConfig,
    config: Parameters<typeof parameterLayout>[0],
    params: Float32Array,
    encoder: typeof weights,
  ) {
    const graph = buildLpmEncoder(own, {
      ...{ batch, height: size, width: size, layers: [], tokenRatio: 1, tokens: 'global' },
      ...{ keysValues: false, classToken: true },
    });
    const compiled = await engine.compile(graph, encoder);
    const token = (await compiled.run({ pixel_values: image }))['class_token']!.data as Float32Array;
    const part = (name: string): Float32Array => parameterOf(parameterLayout(config), params, name);
    return Array.from({ length: batch * classes }, (_, at) => {
      const [b, c] = [Math.floor(at / classes), at % classes];
      let sum = part('head.bias')[c] as number;
      for (let i = 0; i < own.width; i++) {
        sum += (token[b * own.width + i] as number) * (part('head.weight')[c * own.width + i] as number);
      }
      return sum;
    });
  }
});

test.each(partly)(
  'a network of two members that %s trained shares the frozen weights and answers with their mean',
  async (method) => {
    const lpm = families['SigLIP'] as LpmConfig;
    const weights = encoderWeights(lpm, randomTensors(lpm), { height: size, width: size });
    const one = networkConfig(lpm, { method, classes, inputSize: size });
    const vary = Random.seeded(5);
    const members = [1, 2].map((seed) =>
      initialiseParameters(one, Random.seeded(seed), weights).map((x) => x + 0.1 * vary.normal()),
    );
    const answer = async (config: typeof one, params: Float32Array): Promise<number[]> => {
      const predict = await engine.compile(buildPredict(config, { batch }), weights);
      return Array.from((await predict.run({ params: vector(params), image }))['logits']!.data as Float32Array);
    };
    const [first, second] = [await answer(one, members[0]!), await answer(one, members[1]!)];
    const both = await answer(withMembers(one, 2), joinMembers(withMembers(one, 2), members));
    const differences = both.map((z, i) => Math.abs(z - (first[i]! + second[i]!) / 2));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    expect(first).not.toEqual(second);
  },
);

test.each(partly)('a step of %s in parts is the step of the whole batch', async (method) => {
  const lpm = families['DINOv3'] as LpmConfig;
  const weights = encoderWeights(lpm, randomTensors(lpm), { height: size, width: size });
  const config = networkConfig(lpm, { method, classes, inputSize: size });
  const start = initialiseParameters(config, Random.seeded(1), weights);
  const zeros = vector(new Float32Array(start.length));
  const inputs = {
    ...{ params: vector(start), m: zeros, v: zeros, image, labels },
    ...{ step: float32([], [1]), lr: float32([], [1e-3]) },
  };
  const whole = await (await engine.compile(buildTrainStep(config, { batch, weighted: false }), weights)).run(inputs);
  const parts = await (await compileAccumulatedStep(engine, config, { batch, weighted: false }, 2, weights)).run(
    inputs,
  );
  for (const name of ['loss', 'grad_norm', 'next_m']) {
    const differences = Array.from(whole[name]!.data as Float32Array, (x, i) =>
      Math.abs(x - Number(parts[name]!.data[i])),
    );
    expect([name, Math.max(...differences) < 1e-4]).toEqual([name, true]);
  }
});
