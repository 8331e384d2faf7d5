import { expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { openEngine } from '../../../core/engine/index.ts';
import type { Value } from '../../../core/graph/index.ts';
import type { NetworkConfig } from '../../../core/models/index.ts';
import { buildTrainStep } from '../../../core/training/train-step.ts';

const config: NetworkConfig = {
  lpm: { width: 192, heads: 3, patch: 16, eps: 1e-12, channels: 3 },
  method: 'fpt+',
  layers: 3,
  classes: 3,
  sideSize: 64,
  sideWidth: 24,
  prompts: 8,
  tokens: 40,
};

/** Numbers that any two runs of this test share. */
function madeUp(value: Value): Tensor {
  const { name, shape, dtype } = value;
  const wave = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * i + shape.length));
  if (name === 'step' || name === 'lr') return float32([], [name === 'step' ? 3 : 1e-3]);
  if (name === 'v') return float32(shape, wave.map(Math.abs));
  if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(wave, (_, i) => i % config.classes) };
  if (dtype === 'float16') return { dtype, shape, data: new Uint16Array(new Float16Array(wave).buffer) };
  return float32(shape, wave);
}

test('a whole training step is the same bits in two engines with the same threads', async () => {
  const step = async () => {
    const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger });
    const graph = buildTrainStep(config, { batch: 4, weighted: false });
    const inputs = Object.fromEntries(graph.inputs.map((value) => [value.name as string, madeUp(value)]));
    const executable = await engine.compile(graph);
    const results = [await executable.run(inputs), await executable.run(inputs)];
    await engine.dispose();
    return results;
  };
  const [first, again] = await step();
  expect(Number.isFinite(first?.['loss']?.data[0])).toBe(true);
  expect(again).toEqual(first);
  expect((await step())[0]).toEqual(first);
});
