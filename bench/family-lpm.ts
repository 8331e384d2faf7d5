/** LPMs of every family with random weights, as their publishers' files would hold them: for measurements and tests, where real weights cannot be had. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../core/base/random.ts';
import { float32, type Shape, sizeOf } from '../core/base/tensor.ts';
import { canonicalShapes, type LpmConfig, placesOf, plainVit } from '../core/models/index.ts';
import { asFloat16, type StorableTensor, writeSafetensors } from '../core/weights/index.ts';

/** Sizes of a made-up LPM. */
export interface FamilySizes {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly patch: number;
  readonly imageSize: number;
  readonly mlpWidth?: number;
  readonly channels?: 1 | 3;
}

/** What a family's configuration has besides its sizes, how its `config.json` says it, and the tensors that its files keep with leading axes of 1. */
const families = {
  vit: { fields: {}, batched: ['cls_token', 'position'], json: { model_type: 'vit', hidden_act: 'gelu' } },
  dinov3: {
    fields: {
      naming: 'hf-dinov3',
      rotaryBase: 100,
      registers: 4,
      classPosition: false,
      layerScale: true,
      withoutBias: ['k'],
      eps: 1e-5,
    },
    batched: ['cls_token', 'register_tokens'],
    json: { model_type: 'dinov3_vit', hidden_act: 'gelu', rope_theta: 100 },
  },
  siglip: {
    fields: {
      naming: 'hf-siglip',
      classToken: false,
      classPosition: false,
      activation: 'tanh-gelu',
      summary: 'attention-pool',
      eps: 1e-6,
    },
    batched: ['pool.probe'],
    json: { model_type: 'siglip_vision_model', hidden_act: 'gelu_pytorch_tanh' },
  },
  clip: {
    fields: {
      naming: 'hf-clip',
      preNorm: true,
      activation: 'quick-gelu',
      withoutBias: ['patch'],
      lastNorm: 'summary',
      eps: 1e-5,
    },
    batched: [],
    json: { model_type: 'clip_vision_model', hidden_act: 'quick_gelu' },
  },
} as const satisfies Record<string, { fields: Partial<LpmConfig>; batched: readonly string[]; json: object }>;

export type MadeFamily = keyof typeof families;

/** Drawn once and repeated: weights by the hundred million would take longer to draw than to use. */
const drawn = 1 << 20;

/**
 * Writes `config.json`, `preprocessor_config.json` and `model.safetensors` into `folder`, with weights that keep the size of what passes
 * through. The same seed and sizes give the same bytes.
 * @param element `F16` takes half the disk
 */
export function writeFamilyLpm(
  folder: string,
  family: MadeFamily,
  sizes: FamilySizes,
  { seed = 1, element = 'F32' }: { readonly seed?: number; readonly element?: 'F32' | 'F16' } = {},
): void {
  const { fields, batched, json } = families[family];
  const plain = plainVit(sizes);
  const mlpWidth = sizes.mlpWidth ?? plain.mlpWidth;
  const channels = sizes.channels ?? 3;
  const config: LpmConfig = { ...plain, ...fields, mlpWidth, channels, poolMlpWidth: mlpWidth };
  const random = Random.seeded(seed);
  const noise = Float32Array.from({ length: drawn }, () => random.normal(0, 1));
  const parts = new Map<string, { shape: Shape; data: Float32Array }[]>();
  let start = 0;
  for (const [name, shape] of canonicalShapes(config)) {
    const place = placesOf(config.naming, name)[0]!;
    const list = parts.get(place.source) ?? [];
    const isBatched = (batched as readonly string[]).includes(name);
    const stored = isBatched ? [...Array(3 - shape.length).fill(1), ...shape] : shape;
    list[place.part ?? 0] = { shape: stored, data: weightsOf(name, shape, noise, start) };
    parts.set(place.source, list);
    start += 7919;
  }
  const tensors: Record<string, StorableTensor> = {};
  for (const [source, list] of parts) {
    const { shape } = list[0]!;
    const data = new Float32Array(list.reduce((length, part) => length + part.data.length, 0));
    for (const [i, part] of list.entries()) data.set(part.data, i * part.data.length);
    const whole = float32([shape[0]! * list.length, ...shape.slice(1)], data);
    tensors[source] = element === 'F16' ? asFloat16(whole) : whole;
  }
  mkdirSync(folder, { recursive: true });
  writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
  const write = (name: string, value: object): void =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 1)}\n`);
  write('config.json', {
    ...json,
    hidden_size: config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: mlpWidth,
    image_size: sizes.imageSize,
    patch_size: config.patch,
    num_channels: channels,
    layer_norm_eps: config.eps,
  });
  write('preprocessor_config.json', {
    image_mean: config.mean,
    image_std: config.std,
    size: { height: sizes.imageSize, width: sizes.imageSize },
  });
}

/** Norms near ones and zeros, matrices with standard deviation 1 / √inputs, and what is added to tokens half a unit large. */
function weightsOf(name: string, shape: Shape, noise: Float32Array, start: number): Float32Array {
  const size = sizeOf(shape);
  const isNorm = /norm\d?\./.test(name);
  const inputs = name === 'patch.weight' ? size / shape[0]! : (shape.at(-1) ?? 1);
  const isMatrix = name.endsWith('.weight') && shape.length > 1;
  const std = isNorm || name.endsWith('.bias') ? 0.02 : isMatrix ? 1 / Math.sqrt(inputs) : 0.5;
  const mean = isNorm && name.endsWith('.weight') ? 1 : 0;
  const out = new Float32Array(size);
  for (let i = 0; i < size; i++) out[i] = mean + std * noise[(start + i) % drawn]!;
  return out;
}
