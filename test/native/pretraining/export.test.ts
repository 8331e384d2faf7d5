import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { openEngine } from '../../../core/engine/index.ts';
import { buildLpmEncoder, canonicalReader, encoderWeights, plainVit } from '../../../core/models/index.ts';
import { readSafetensors } from '../../../core/weights/index.ts';
import { exportEncoder } from '../../../pretraining/export.ts';
import { buildPretrainNetwork, startingParameters } from '../../../pretraining/network.ts';

const config = plainVit({ width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64, eps: 1e-6 });
const folder = mkdtempSync(join(tmpdir(), 'sidelight-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([64, 128])('the exported folder gives the hidden states of the network trained at %i px', async (size) => {
  const network = buildPretrainNetwork(config, size, 1);
  const noise = Random.seeded(2);
  const picture = Float32Array.from({ length: 3 * size * size }, () => noise.uniform(-1, 1));
  const params = startingParameters(network, config, size, Random.seeded(1), [picture]);
  // Biases and norms start at 0 and 1; moved, so that a forgotten one shows.
  for (let i = 0; i < params.length; i++) params[i] = params[i]! + noise.normal(0, 0.05);
  exportEncoder(folder, config, network, params, 64);

  const options = {
    batch: 1,
    height: size,
    width: size,
    layers: [],
    tokenRatio: 0.2,
    tokens: 'global',
    keysValues: false,
    classToken: false,
    hiddenState: true,
  } as const;
  const encoder = buildLpmEncoder(config, options);
  const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', log: silentLogger });
  try {
    const pixel_values = float32(
      [1, 3, size, size],
      Float32Array.from({ length: 3 * size * size }, () => noise.uniform(-1, 1)),
    );
    const expected = await (await engine.compile(network.predict)).run({
      pixel_values,
      params: float32([network.total], params),
    });
    const file = readSafetensors(join(folder, 'model.safetensors'));
    const read = canonicalReader(config, file);
    const loaded = await engine.compile(encoder, encoderWeights(config, read, { height: size, width: size }));
    const found = await loaded.run({ pixel_values });
    file.close();
    const [a, b] = [expected, found].map((out) => (out['last_hidden_state'] as Tensor<'float32'>).data);
    const worst = a!.reduce((most, x, i) => Math.max(most, Math.abs(x - b![i]!)), 0);
    // Weights are rounded to float16 (eleven bits); outputs are of size 1 after the final norm.
    expect(worst).toBeLessThan(5e-3);
    expect(a!.some((x) => Math.abs(x) > 0.5)).toBe(true);
  } finally {
    await engine.dispose();
  }
});
