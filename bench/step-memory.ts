/**
 * The memory of one training step by itself, in a process of its own: what an idle engine holds, and what full
 * fine-tuning takes with its whole batch at once, which a run avoids by computing it in parts.
 */
import { silentLogger } from '../core/base/logger.ts';
import { Random } from '../core/base/random.ts';
import { float32, type Tensor } from '../core/base/tensor.ts';
import { type Engine, type OpenEngineOptions, openEngine } from '../core/engine/index.ts';
import { add, defineGraph, input } from '../core/graph/index.ts';
import { initialiseParameters, type LpmConfig, networkConfig } from '../core/models/index.ts';
import { buildTrainStep } from '../core/training/train-step.ts';

async function inOwnProcess<T>(name: OpenEngineOptions['engine'], work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine({ engine: name, device: 'auto', ownProcess: true, log: silentLogger });
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}

/** Highest resident memory, in MiB, of an engine process that has added two numbers. */
export function idleMemoryMb(name: OpenEngineOptions['engine']): Promise<number> {
  return inOwnProcess(name, async (engine) => {
    const x = input('x', [1]);
    const tiny = await engine.compile(defineGraph({ outputs: { y: add(x, x) } }));
    await tiny.run({ x: float32([1], [1]) });
    return await engine.peakMemoryMb();
  });
}

/** One step of full fine-tuning with the whole batch at once: peak memory and seconds. */
export function wholeBatchStep(
  name: OpenEngineOptions['engine'],
  lpm: LpmConfig,
  options: { readonly inputSize: number; readonly batch: number; readonly classes: number },
): Promise<{ readonly peakMb: number; readonly seconds: number }> {
  const { inputSize, batch, classes } = options;
  const config = networkConfig(lpm, { method: 'full', classes, inputSize });
  return inOwnProcess(name, async (engine) => {
    const step = await engine.compile(buildTrainStep(config, { batch, weighted: false }));
    const random = Random.seeded(0);
    const params = initialiseParameters(config, random);
    const vector = (data: Float32Array<ArrayBuffer>): Tensor => float32([data.length], data);
    const image = new Float32Array(batch * 3 * inputSize ** 2).fill(0.1);
    const started = performance.now();
    await step.run({
      params: vector(params),
      m: vector(new Float32Array(params.length)),
      v: vector(new Float32Array(params.length)),
      step: float32([], [1]),
      lr: float32([], [1e-4]),
      image: float32([batch, 3, inputSize, inputSize], image),
      labels: { dtype: 'int32', shape: [batch], data: Int32Array.from({ length: batch }, (_, i) => i % classes) },
    });
    return { peakMb: await engine.peakMemoryMb(), seconds: (performance.now() - started) / 1000 };
  });
}
