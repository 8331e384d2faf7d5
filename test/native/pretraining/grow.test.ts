import { expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { openEngine } from '../../../core/engine/index.ts';
import { plainVit } from '../../../core/models/index.ts';
import { growParameters } from '../../../pretraining/grow.ts';
import { buildPretrainNetwork, startingParameters } from '../../../pretraining/network.ts';

test('a network grown from two blocks to five computes what the two did', async () => {
  const [shallowConfig, deepConfig] = [2, 5].map((layers) =>
    plainVit({ width: 32, layers, heads: 2, patch: 16, imageSize: 64, eps: 1e-6 }),
  ) as [ReturnType<typeof plainVit>, ReturnType<typeof plainVit>];
  const [shallow, deep] = [buildPretrainNetwork(shallowConfig, 64, 1), buildPretrainNetwork(deepConfig, 64, 1)];
  const random = Random.seeded(3);
  const picture = Float32Array.from({ length: 3 * 64 * 64 }, () => random.uniform(-1, 1));
  const params = startingParameters(shallow, shallowConfig, 64, Random.seeded(1), [picture]);
  for (let i = 0; i < params.length; i++) params[i] = params[i]! + random.normal(0, 0.05);
  const starting = startingParameters(deep, deepConfig, 64, Random.seeded(2), [picture]);
  const grown = growParameters(shallow, params, deep, starting, { shallow: 2, deep: 5 });

  const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', log: silentLogger });
  try {
    const hidden = async (network: typeof shallow, values: Float32Array): Promise<Float32Array> => {
      const predict = await engine.compile(network.predict);
      const out = await predict.run({
        params: float32([values.length], values as Float32Array<ArrayBuffer>),
        pixel_values: float32([1, 3, 64, 64], picture),
      });
      return (out['last_hidden_state'] as Tensor<'float32'>).data;
    };
    const [before, after] = [await hidden(shallow, params), await hidden(deep, grown)];
    const worst = before.reduce((most, x, i) => Math.max(most, Math.abs(x - after[i]!)), 0);
    expect(worst).toBeLessThan(1e-5);
    // The silent blocks keep their trained queries, from which training wakes them.
    const silent = deep.entries.find(({ name }) => name.endsWith('1.q.weight'))!;
    expect(grown.subarray(silent.offset, silent.offset + silent.size).some((x) => x !== 0)).toBe(true);
  } finally {
    await engine.dispose();
  }
});

test('what a checkpoint of a time with fewer heads lacks takes its starting values, and nothing else does', () => {
  const config = plainVit({ width: 32, layers: 1, heads: 2, patch: 16, imageSize: 64, eps: 1e-6 });
  const network = buildPretrainNetwork(config, 64, 1);
  const last = network.entries.slice(-2);
  const known = Math.min(...last.map(({ offset }) => offset));
  const checkpoint = new Float32Array(known).fill(7);
  const starting = new Float32Array(network.total).fill(3);
  const grown = growParameters(network, checkpoint, network, starting, { shallow: 1, deep: 1 });
  expect(grown.subarray(0, known).every((x) => x === 7)).toBe(true);
  expect(grown.subarray(known).every((x) => x === 3)).toBe(true);
});
