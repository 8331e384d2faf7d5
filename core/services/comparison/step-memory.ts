/**
 * The memory of one training step by itself, in a process of its own: what an idle engine holds, and what a method takes with its whole batch at
 * once, which a run of one that has the LPM in it avoids by computing it in parts.
 */
import { toFloat16Bits } from '../../base/half.ts';
import { silentLogger } from '../../base/logger.ts';
import { Random } from '../../base/random.ts';
import { float32, type Shape, sizeOf, type Tensor } from '../../base/tensor.ts';
import type { Method } from '../../contract/index.ts';
import { type Engine, type OpenEngineOptions, openEngine } from '../../engine/index.ts';
import { add, defineGraph, input } from '../../graph/index.ts';
import {
  dropoutMaskShape,
  initialiseParameters,
  type LpmConfig,
  networkConfig,
  trainingMethods,
} from '../../models/index.ts';
import { compileAccumulatedStep } from '../../training/accumulated-step.ts';
import { buildTrainStep, carriedVectors } from '../../training/train-step.ts';

/** What computes a step. */
export type StepEngine = Pick<OpenEngineOptions, 'engine' | 'device'>;

async function inOwnProcess<T>(where: StepEngine, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine({ ...where, ownProcess: true, log: silentLogger });
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}

/** Highest resident memory, in MiB, of an engine process that has added two numbers. */
export function idleMemoryMb(where: StepEngine): Promise<number> {
  return inOwnProcess(where, async (engine) => {
    const x = input('x', [1]);
    const tiny = await engine.compile(defineGraph({ outputs: { y: add(x, x) } }));
    await tiny.run({ x: float32([1], [1]) });
    return await engine.peakMemoryMb();
  });
}

/** One step of full fine-tuning with the whole batch at once: peak memory and seconds. */
export function wholeBatchStep(
  where: StepEngine,
  lpm: LpmConfig,
  options: { readonly inputSize: number; readonly batch: number; readonly classes: number },
): Promise<StepCost> {
  return stepCost(where, lpm, { ...options, method: 'full', part: options.batch });
}

export interface StepCost {
  /** Highest resident memory of the engine's process, in MiB. */
  readonly peakMb: number;
  readonly seconds: number;
}

/** One training step of a method on made-up numbers, `part` images at a time. */
export function stepCost(
  where: StepEngine,
  lpm: LpmConfig,
  options: {
    readonly method: Method;
    readonly inputSize: number;
    readonly batch: number;
    readonly part: number;
    readonly classes: number;
    /** The share of tokens that is kept; the LPM's usual fifth where left out. */
    readonly tokenRatio?: number;
  },
): Promise<StepCost> {
  const { batch, part, ...network } = options;
  const { method, classes } = network;
  const config = networkConfig(lpm, network);
  return inOwnProcess(where, async (engine) => {
    const graph = buildTrainStep(config, { batch, weighted: false });
    const shapes = new Map(graph.weights.map((weight) => [weight.name ?? '', weight.shape]));
    const weights = (weight: string): Tensor => madeUp(shapes.get(weight) as Shape);
    const step =
      part < batch
        ? await compileAccumulatedStep(engine, config, { batch, weighted: false }, part, weights)
        : await engine.compile(graph, weights, { carried: carriedVectors() });
    const params = initialiseParameters(config, Random.seeded(0));
    const vector = (data: Float32Array<ArrayBuffer>): Tensor => float32([data.length], data);
    const mask = dropoutMaskShape(config, batch);
    const inputs = Object.entries(trainingMethods[method].inputs(config, batch)).map(
      ([input, { shape, dtype }]): [string, Tensor] => [
        input,
        dtype === 'float16' ? { dtype, shape, data: toFloat16Bits(madeUp(shape).data) } : madeUp(shape),
      ],
    );
    const started = performance.now();
    await step.run({
      ...Object.fromEntries(inputs),
      ...(mask === null ? {} : { dropout_mask: float32(mask, new Float32Array(sizeOf(mask)).fill(1)) }),
      params: vector(params),
      m: vector(new Float32Array(params.length)),
      v: vector(new Float32Array(params.length)),
      step: float32([], [1]),
      lr: float32([], [1e-4]),
      labels: { dtype: 'int32', shape: [batch], data: Int32Array.from({ length: batch }, (_, i) => i % classes) },
    });
    return { peakMb: await engine.peakMemoryMb(), seconds: (performance.now() - started) / 1000 };
  });
}

/** Numbers between -0.1 and 0.1. */
function madeUp(shape: Shape): Tensor<'float32'> {
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.1 * Math.sin(i)),
  );
}
