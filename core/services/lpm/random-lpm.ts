/**
 * A ViT-Tiny with seeded random weights: it stands in where no pre-trained LPM is at hand, and it has learned nothing.
 * Its features tell coarse differences apart (random projections do), never fine ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../base/random.ts';
import { float32, sizeOf, type Tensor } from '../../base/tensor.ts';
import { canonicalShapes, hubName, plainVit } from '../../models/index.ts';
import { writeSafetensors } from '../../weights/index.ts';

/** The sizes of a made-up LPM; ViT-Tiny/16 where left out. */
export interface RandomLpmSizes {
  readonly width?: number;
  readonly layers?: number;
  readonly heads?: number;
  readonly patch?: number;
  readonly imageSize?: number;
}

/**
 * Writes `config.json`, `preprocessor_config.json` and `model.safetensors` (HF ViT names) into `folder`. The same seed
 * and sizes give the same bytes.
 */
export function writeRandomLpm(folder: string, seed: number, sizes: RandomLpmSizes = {}): void {
  const { width = 192, layers = 12, heads = 3, patch = 16, imageSize = 224 } = sizes;
  const config = plainVit({ width, layers, heads, patch, imageSize });
  const random = Random.seeded(seed);
  const tensors: Record<string, Tensor<'float32'>> = {};
  for (const [name, shape] of canonicalShapes(config)) {
    // The hub stores single tokens and positions with leading axes of size one.
    const stored = name === 'cls_token' || name === 'position' ? [...[1, 1, 1].slice(shape.length), ...shape] : shape;
    tensors[hubName('hf-vit', name)] = float32(
      stored,
      startOf(name, sizeOf(shape), shape.at(-1) ?? 1, random.fork(name)),
    );
  }
  mkdirSync(folder, { recursive: true });
  writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
  writeJson(join(folder, 'config.json'), {
    model_type: 'vit',
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: 4 * width,
    image_size: imageSize,
    patch_size: patch,
    num_channels: 3,
    layer_norm_eps: config.eps,
    hidden_act: 'gelu',
    qkv_bias: true,
  });
  writeJson(join(folder, 'preprocessor_config.json'), { image_mean: config.mean, image_std: config.std });
}

/**
 * Norms are ones and zeros. Matrices keep the size of what passes through (standard deviation 1 / √inputs): with the
 * usual 0.02 of training starts, attention would be uniform and all tokens equally important.
 */
function startOf(name: string, size: number, inputs: number, random: Random): Float32Array {
  if (name.includes('norm')) return new Float32Array(size).fill(name.endsWith('weight') ? 1 : 0);
  if (name.endsWith('bias')) return new Float32Array(size);
  const isMatrix = name.endsWith('.weight');
  // The patch projection's last axis is one row of a patch: its inputs are 3 * patch * patch.
  const std = name === 'patch.weight' ? 1 / (inputs * Math.sqrt(3)) : isMatrix ? 1 / Math.sqrt(inputs) : 0.5;
  return Float32Array.from({ length: size }, () => random.normal(0, std));
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 1)}\n`);
}
