/** The trained encoder as a model folder of the hub's form: HF ViT names, fp16 safetensors, configuration. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { float32, type Shape, type Tensor } from '../core/base/tensor.ts';
import { hubName, type LpmConfig } from '../core/models/index.ts';
import { asFloat16, type StorableTensor, writeSafetensors } from '../core/weights/index.ts';
import type { PretrainNetwork } from './network.ts';

/**
 * Writes `model.safetensors`, `config.json` and `preprocessor_config.json` into `folder`. It undoes what
 * core/models/encoder-weights.ts folds: transposed Linear weights, one tensor for class token and bias.
 */
export function exportEncoder(
  folder: string,
  config: LpmConfig,
  network: PretrainNetwork,
  params: Float32Array,
  size: number,
): void {
  const tensors: Record<string, StorableTensor> = {};
  const put = (canonical: string, tensor: Tensor<'float32'>): void => {
    tensors[`vit.${hubName('hf-vit', canonical)}`] = asFloat16(tensor);
  };
  const { width: d, patch } = config;
  for (const { name, shape, offset, size: length } of network.entries) {
    if (name.startsWith('heads.')) continue;
    const data = params.slice(offset, offset + length);
    if (name === 'prefix') put('cls_token', float32([1, 1, d], data));
    else if (name === 'position') {
      const positions = new Float32Array(data.length + d);
      positions.set(data, d);
      put('position', float32([1, data.length / d + 1, d], positions));
      // The patches' positions already hold the projection's bias.
      put('patch.bias', float32([d], new Float32Array(d)));
    } else if (name === 'patch.weight') put(name, float32([d, 3, patch, patch], transposed(data, shape)));
    else if (shape.length === 2) put(name, float32([shape[1] as number, shape[0] as number], transposed(data, shape)));
    else put(name, float32(shape, data));
  }
  mkdirSync(folder, { recursive: true });
  writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
  const json = (name: string, value: unknown): void =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  json('config.json', {
    model_type: 'vit',
    architectures: ['ViTModel'],
    hidden_size: d,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.mlpWidth,
    image_size: size,
    patch_size: patch,
    num_channels: 3,
    layer_norm_eps: config.eps,
    hidden_act: 'gelu',
    qkv_bias: true,
  });
  json('preprocessor_config.json', {
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    size: { height: size, width: size },
  });
}

function transposed(data: Float32Array, shape: Shape): Float32Array {
  const [rows, columns] = shape as readonly [number, number];
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  return out;
}
