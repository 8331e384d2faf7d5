/** Networks on features of 8 bits compute what they would on the same numbers in float32, of small layers and of large, which are read one at a time. */
import { expect, test } from 'vitest';
import { fromFloat16Bits, toFloat16Bits } from '../../../core/base/half.ts';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { type EngineName, openEngine } from '../../../core/engine/index.ts';
import { largestOf, type NetworkConfig, parameterLayout, storedInputs } from '../../../core/models/index.ts';
import { buildPredict } from '../../../core/training/train-step.ts';
import { lacksTensorflow, needsTensorflow } from '../../support/tensorflow.ts';

const batch = 16;
const small: NetworkConfig = {
  lpm: { width: 64, heads: 2, patch: 16, eps: 1e-12, channels: 3 },
  ...{ method: 'fpt+', layers: 3, classes: 3, sideSize: 64, sideWidth: 8, prompts: 4, tokens: 20 },
  keptAs: 'int8',
};
const large: NetworkConfig = { ...small, lpm: { ...small.lpm, width: 128 }, sideWidth: 16, tokens: 600 };
const attentive: NetworkConfig = { ...small, method: 'attentive' };

/** What a network reads as it is kept, and the same numbers in float32, multiplied out by hand. */
function madeUp(config: NetworkConfig): {
  readonly kept: Record<string, Tensor>;
  readonly wide: Record<string, Tensor>;
} {
  const random = Random.seeded(5);
  const kept: Record<string, Tensor> = {};
  for (const [name, { shape, dtype }] of Object.entries(storedInputs(config, batch))) {
    const numbers = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1));
    if (dtype === 'int8') kept[name] = { dtype, shape, data: Int8Array.from(numbers, (x) => 127 * x) };
    else if (dtype === 'float16')
      kept[name] = { dtype, shape, data: toFloat16Bits(numbers.map((x) => 3 * Math.abs(x))) };
    else kept[name] = float32(shape, numbers);
  }
  const wide = Object.entries(kept).flatMap(([name, tensor]): [string, Tensor][] => {
    if (tensor.dtype === 'float32') return [[name, tensor]];
    const largest = kept[largestOf(name)];
    if (tensor.dtype !== 'int8' || largest?.dtype !== 'float16') return [];
    const [tokens = 0, channels = 0] = tensor.shape.slice(-2);
    const most = fromFloat16Bits(largest.data);
    const data = Float32Array.from(tensor.data, (q, i) => {
      const channel = Math.floor(i / (tokens * channels)) * channels + (i % channels);
      return (q * (most[channel] as number)) / 127;
    });
    return [[name, float32(tensor.shape, data)]];
  });
  return { kept, wide: Object.fromEntries(wide) };
}

const cases = Object.entries({ small, large, attentive });

test.each(cases)('%s, on ONNX Runtime', async (_, config) => await expectSame('onnxruntime', config));

test.skipIf(lacksTensorflow).each(cases)(`%s, on TensorFlow ${needsTensorflow}`, async (_, config) => {
  await expectSame('tensorflow', config);
});

async function expectSame(name: EngineName, config: NetworkConfig): Promise<void> {
  const engine = await openEngine({ engine: name, device: 'cpu', threads: 2, log: silentLogger });
  try {
    // Far from how networks start, where prompts are next to nothing and what they find does not count.
    const random = Random.seeded(1);
    const values = Float32Array.from({ length: parameterLayout(config).total }, () => random.uniform(-0.3, 0.3));
    const params = float32([values.length], values);
    const logits = async (inputs: Record<string, Tensor>, keptDType: 'asKept' | 'float32'): Promise<number[]> => {
      const executable = await engine.compile(buildPredict(config, { batch, keptDType }));
      const { logits: found } = await executable.run({ params, ...inputs });
      return [...((found?.data ?? []) as Float32Array)];
    };
    const { kept, wide } = madeUp(config);
    const [found, wanted] = [await logits(kept, 'asKept'), await logits(wide, 'float32')];
    expect(found).toHaveLength(batch * config.classes);
    const furthest = Math.max(...found.map((x, i) => Math.abs(x - (wanted[i] as number))));
    expect(Math.max(...wanted) - Math.min(...wanted)).toBeGreaterThan(1e-2);
    expect(furthest / Math.max(...wanted.map(Math.abs))).toBeLessThan(1e-5);
  } finally {
    await engine.dispose();
  }
}
