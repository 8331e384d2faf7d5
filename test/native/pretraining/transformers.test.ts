/**
 * An exported model folder, and the LPM in the box when there is one, loaded by Hugging Face transformers: the same
 * hidden states as ours.
 *
 * At another size than the trained one, ViT's published weights were used with positions resized by the scale
 * (g + 0.1) / g0, and so do we. Releases of transformers since 4.46 resize to g / g0 instead. The script therefore
 * resizes the positions itself, with torch, in the published way, and hands them to ViTModel, which keeps positions of
 * the grid that it is asked for.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { buildLpmEncoder, encoderWeights, plainVit } from '../../../core/models/index.ts';
import { embeddedLpmFile } from '../../../core/services/lpm/bundled-file.ts';
import { openLpm } from '../../../core/services/lpm/lpm-file.ts';
import { exportEncoder } from '../../../pretraining/export.ts';
import { buildPretrainNetwork, startingParameters } from '../../../pretraining/network.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { pythonWith } from '../../support/tools.ts';

const python = pythonWith(['torch', 'transformers'], 'python3-torch', { optional: true });

/** Pixels on standard input; hidden states on standard output, both float32. Arguments: folder, size. */
const script = `
import sys, torch
from transformers import ViTModel
folder, size = sys.argv[1], int(sys.argv[2])
model = ViTModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32).eval()
patch, g0 = model.config.patch_size, model.config.image_size // model.config.patch_size
g = size // patch
if g != g0:
    old = model.embeddings.position_embeddings.data
    grid = old[:, 1:].reshape(1, g0, g0, -1).permute(0, 3, 1, 2)
    grid = torch.nn.functional.interpolate(grid, scale_factor=(g + 0.1) / g0, mode='bicubic', align_corners=False)
    assert grid.shape[-1] == g
    new = torch.cat([old[:, :1], grid.permute(0, 2, 3, 1).reshape(1, g * g, -1)], 1)
    model.embeddings.position_embeddings = torch.nn.Parameter(new)
pixels = torch.frombuffer(bytearray(sys.stdin.buffer.read()), dtype=torch.float32).reshape(1, 3, size, size)
with torch.no_grad():
    sys.stdout.buffer.write(model(pixels, interpolate_pos_encoding=True).last_hidden_state.numpy().tobytes())
`;

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

/** The largest difference of the two hidden states, and the largest value of ours. */
async function compare(folder: string, size: number): Promise<{ worst: number; largest: number }> {
  const random = Random.seeded(size);
  const pixels = Float32Array.from({ length: 3 * size * size }, () => random.uniform(-1, 1));
  const ran = spawnSync(python as string, ['-c', script, folder, String(size)], {
    input: Buffer.from(pixels.buffer),
    maxBuffer: 1 << 28,
  });
  expect(ran.status, ran.stderr.toString()).toBe(0);
  const theirs = new Float32Array(new Uint8Array(ran.stdout).buffer);

  const lpm = openLpm(folder);
  const graph = buildLpmEncoder(lpm.config, {
    batch: 1,
    height: size,
    width: size,
    layers: [],
    tokenRatio: 0.2,
    tokens: 'global',
    keysValues: false,
    classToken: false,
    hiddenState: true,
  });
  const executable = await engine.compile(graph, encoderWeights(lpm.config, lpm.read, { height: size, width: size }));
  lpm.close();
  const out = await executable.run({ pixel_values: float32([1, 3, size, size], pixels) });
  await executable.dispose();
  const ours = (out['last_hidden_state'] as Tensor<'float32'>).data;
  expect(ours.length).toBe(theirs.length);
  return {
    worst: ours.reduce((most, x, i) => Math.max(most, Math.abs(x - theirs[i]!)), 0),
    largest: ours.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
  };
}

test.skipIf(python === undefined)(
  'an exported folder gives the hidden states of transformers, at the trained size and at 512 px (needs torch, transformers)',
  async () => {
    const config = plainVit({ width: 192, layers: 3, heads: 3, patch: 16, imageSize: 128, eps: 1e-6 });
    const network = buildPretrainNetwork(config, 128, 1);
    const noise = Random.seeded(2);
    const picture = Float32Array.from({ length: 3 * 128 * 128 }, () => noise.uniform(-1, 1));
    const params = startingParameters(network, config, 128, Random.seeded(1), [picture]);
    // Biases and norms start at 0 and 1; moved, so that a forgotten one shows.
    for (let i = 0; i < params.length; i++) params[i] = params[i]! + noise.normal(0, 0.05);
    const folder = join(temporaryFolder(), 'lpm');
    exportEncoder(folder, config, network, params, 128);
    for (const size of [128, 512]) {
      const { worst, largest } = await compare(folder, size);
      expect(worst, `${size} px`).toBeLessThan(1e-3);
      expect(largest).toBeGreaterThan(0.5);
    }
  },
  300_000,
);

const embedded = embeddedLpmFile();
test.skipIf(python === undefined || !existsSync(embedded)).each([128, 512])(
  'the LPM in the box gives the hidden states of transformers at %i px (needs torch, transformers, resources/lpm)',
  async (size) => {
    expect((await compare(join(embedded, '..'), size)).worst).toBeLessThan(1e-3);
  },
  300_000,
);
