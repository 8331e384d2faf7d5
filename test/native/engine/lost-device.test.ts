/** A GPU that is lost in the middle of its work; made of the processor, so that what is computed afterwards must be the processor's own bits. */
import { expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { withCpuFallback } from '../../../core/engine/fallback.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import {
  buildLpmEncoder,
  canonicalShapes,
  dropoutMaskShape,
  encoderWeights,
  initialiseParameters,
  networkConfig,
  plainVit,
} from '../../../core/models/index.ts';
import { targets } from '../../../core/targets/index.ts';
import { type ExampleSource, freshState, train } from '../../../core/training/loop.ts';
import { buildPredict, buildTrainStep, carriedVectors } from '../../../core/training/train-step.ts';

const openCpu = (): Promise<Engine> =>
  openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });

/** What drivers and Dawn say when a device goes, as ONNX Runtime hands it on. */
const losses = [
  'ONNX Runtime could not compute: WebGPU device lost (1): the driver was reset',
  'ONNX Runtime could not compute: Out of memory: Failed to allocate buffer of size 1073741824',
];

/** The processor under another name, whose call number `fatal` of `run` and `read` and all after it fail with `message`. */
async function gpuLostAt(fatal: number, message: string, words: string[]): Promise<Engine> {
  const real = await openCpu();
  let calls = 0;
  const orLost = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls >= fatal) throw new AppError('ENGINE_FAILED', message);
    return await call();
  };
  const gpu: Engine = {
    ...real,
    info: { ...real.info, device: 'GPU made-up' },
    compile: async (...given) => {
      const inner = await real.compile(...given);
      const { read } = inner;
      return {
        ...inner,
        run: (inputs) => orLost(() => inner.run(inputs)),
        ...(read === undefined ? {} : { read: () => orLost(() => read()) }),
      };
    },
  };
  return withCpuFallback(gpu, openCpu, { log: (level, said) => words.push(`${level}: ${said}`) });
}

const lpm = plainVit({ width: 64, layers: 4, heads: 2, patch: 16, imageSize: 64 });

async function encodeThree(engine: Engine): Promise<unknown[]> {
  const random = Random.seeded(5);
  const shapes = canonicalShapes(lpm);
  const noise = (shape: readonly number[]) =>
    float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1)),
    );
  const size = { height: 64, width: 64 };
  const graph = buildLpmEncoder(lpm, {
    batch: 1,
    ...size,
    layers: [1, 3],
    tokens: 'global',
    tokenRatio: 0.5,
    keysValues: true,
    classToken: true,
  });
  const executable = await engine.compile(
    graph,
    encoderWeights(lpm, (name) => noise(shapes.get(name) ?? []), size),
  );
  const found: unknown[] = [];
  for (let i = 0; i < 3; i++) found.push(await executable.run({ pixel_values: noise([1, 3, 64, 64]) }));
  await engine.dispose();
  return found;
}

test.each(losses)('in the middle of a pass over images: the rest is the processor’s (%s)', async (message) => {
  const words: string[] = [];
  const found = await encodeThree(await gpuLostAt(2, message, words));
  expect(found).toEqual(await encodeThree(await openCpu()));
  expect(words).toEqual([expect.stringContaining(`warn: ${message} Going on with onnxruntime on CPU`)]);
});

const config = networkConfig(lpm, { method: 'fpt+', classes: 2, inputSize: 64 });
const batch = 4;

/** Three epochs of three steps; what each step and epoch told, and the weights. */
async function trainThree(engine: Engine) {
  const random = Random.seeded(7);
  const step = buildTrainStep(config, { batch, weighted: false });
  const kept = step.inputs.filter(({ name }) => name === 'keys' || name === 'values' || name === 'image');
  const examples = Array.from({ length: 12 }, () =>
    Object.fromEntries(
      kept.map(({ name = '', shape }) => [
        name,
        Float32Array.from({ length: sizeOf(shape) / batch }, () => random.normal(0, 0.5)),
      ]),
    ),
  );
  const source: ExampleSource = {
    labels: Int32Array.from({ length: 12 }, (_, i) => i % 2),
    imageSize: null,
    load: async (indices) =>
      Object.fromEntries(
        kept.map(({ name = '', shape, dtype }): [string, Tensor] => {
          const values = new Float32Array(sizeOf(shape));
          const rows = name === 'image' ? 1 : (shape[0] as number);
          const row = values.length / rows / batch;
          indices.forEach((index, b) => {
            for (let r = 0; r < rows; r++) {
              values.set(examples[index]?.[name]?.subarray(r * row, (r + 1) * row) ?? [], (r * batch + b) * row);
            }
          });
          if (dtype === 'float32') return [name, float32(shape, values)];
          return [name, { dtype: 'float16', shape, data: new Uint16Array(new Float16Array(values).buffer) }];
        }),
      ),
  };
  const steps: number[] = [];
  const { state } = await train(
    {
      step: await engine.compile(step, undefined, { carried: carriedVectors() }),
      predict: await engine.compile(buildPredict(config, { batch })),
      predictBatch: batch,
      target: targets.class,
      classes: 2,
      dropoutShape: dropoutMaskShape(config, batch),
    },
    {
      epochs: 3,
      batch,
      learningRate: 1e-2,
      seed: 1,
      criterion: 'cross-entropy',
      classWeights: 'none',
      flip: false,
      augment: false,
      earlyStop: null,
    },
    source,
    source,
    freshState(initialiseParameters(config, Random.seeded(2)), 'adamw'),
    { signal: { aborted: false }, now: () => 0, step: (done) => steps.push(done) },
  );
  const { info } = engine;
  await engine.dispose();
  return { state, steps, info };
}

// An epoch is three steps, the reading of its weights and three batches of validation: seven calls.
test.each([
  ['in its first step', 1],
  ['in the middle of the second epoch', 9],
  ['while the weights of the second epoch are read', 11],
  ['in the validation after it', 13],
])('in the middle of a training, %s: the weights are those of a run on the processor', async (_when, fatal) => {
  const words: string[] = [];
  const lost = await trainThree(await gpuLostAt(fatal, losses[0] as string, words));
  const whole = await trainThree(await openCpu());
  expect(lost.state).toEqual(whole.state);
  expect(lost.steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(lost.info).toMatchObject({ device: 'CPU' });
  expect(words).toHaveLength(1);
});
