/** Some steps of FPT+, twenty unless told, on a small network and made-up features: enough for every op of a training to run, in seconds. */
import { toFloat16Bits } from '../../core/base/half.ts';
import { Random } from '../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../core/base/tensor.ts';
import type { Engine, Tensors } from '../../core/engine/index.ts';
import { initialiseParameters, type NetworkConfig, networkConfig, plainVit } from '../../core/models/index.ts';
import { buildTrainStep, carriedVectors } from '../../core/training/train-step.ts';

const batch = 4;

/**
 * The parameters before and after, and the loss of each step. The same on every engine up to rounding. Vectors come and go with every step, or
 * stay with the engine where the step `carries` them, as in a training.
 */
export async function trainedParameters(
  engine: Engine,
  {
    carries = false,
    steps = 20,
    keptAs,
  }: {
    readonly carries?: boolean;
    readonly steps?: number;
    readonly keptAs?: NetworkConfig['keptAs'] | undefined;
  } = {},
): Promise<{
  readonly start: Float32Array;
  readonly parameters: Float32Array;
  readonly losses: readonly number[];
}> {
  const lpm = plainVit({ width: 64, layers: 4, heads: 2, patch: 16, imageSize: 64 });
  const config = networkConfig(lpm, { method: 'fpt+', classes: 2, inputSize: 64, keptAs });
  const graph = buildTrainStep(config, { batch, weighted: false });
  const random = Random.seeded(3);
  const start = initialiseParameters(config, random.fork('parameters'));
  const inputs: Record<string, Tensor> = {};
  for (const { name = '', shape, dtype } of graph.inputs) {
    const values = Float32Array.from({ length: sizeOf(shape) }, () => random.normal(0, 0.5));
    if (name === 'labels') inputs[name] = { dtype: 'int32', shape, data: Int32Array.from(values.keys(), (i) => i % 2) };
    else if (name === 'dropout_mask') inputs[name] = float32(shape, values.fill(1));
    else if (name.endsWith('_largest')) inputs[name] = { dtype: 'float16', shape, data: toFloat16Bits(values.fill(2)) };
    else if (dtype === 'float16') inputs[name] = { dtype, shape, data: toFloat16Bits(values) };
    else if (dtype === 'int8') inputs[name] = { dtype, shape, data: Int8Array.from(values, (x) => 60 * x) };
    else inputs[name] = float32(shape, values);
  }
  for (const name of ['params', 'm', 'v']) delete inputs[name];
  const executable = await engine.compile(graph, undefined, carries ? { carried: carriedVectors() } : {});
  const zeros = (): Tensor => float32([start.length], new Float32Array(start.length));
  let state: Record<string, Tensor> = { params: float32([start.length], start), m: zeros(), v: zeros() };
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const outputs = await executable.run({
      ...inputs,
      ...(carries && step > 1 ? {} : state),
      step: float32([], [step]),
      lr: float32([], [1e-3]),
    });
    if (!carries) state = afterStep(outputs);
    losses.push(outputs['loss']?.data[0] as number);
  }
  if (executable.read !== undefined) state = afterStep(await executable.read());
  await executable.dispose();
  return { start, parameters: state['params']?.data as Float32Array, losses };
}

function afterStep(outputs: Tensors): Record<string, Tensor> {
  return { params: outputs['next_params']!, m: outputs['next_m']!, v: outputs['next_v']! };
}
