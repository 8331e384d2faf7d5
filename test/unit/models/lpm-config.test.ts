import { describe, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { float32, type Shape, sizeOf } from '../../../core/base/tensor.ts';
import {
  canonicalReader,
  canonicalShapes,
  canonicalTensors,
  checkInputSize,
  defaultInputSize,
  extractedLayers,
  hubName,
  keptTokens,
  networkConfig,
  parseLpmConfig,
  plainVit,
  sideImageSize,
  type TensorReader,
} from '../../../core/models/index.ts';

/** A file of the given tensors; each holds its own position numbers. */
function fileOf(shapes: Readonly<Record<string, Shape>>): TensorReader {
  return {
    names: Object.keys(shapes),
    info: (name) => ({ shape: shapes[name] ?? [] }),
    read: (name) =>
      float32(
        shapes[name]!,
        Float32Array.from({ length: sizeOf(shapes[name]!) }, (_, i) => i),
      ),
  };
}

/** A timm ViT of one layer, width 192, patch 16, trained at 224. */
const timm: Readonly<Record<string, Shape>> = {
  cls_token: [1, 1, 192],
  pos_embed: [1, 197, 192],
  'patch_embed.proj.weight': [192, 3, 16, 16],
  'patch_embed.proj.bias': [192],
  ...Object.fromEntries(
    ['norm', 'blocks.0.norm1', 'blocks.0.norm2'].flatMap((n) => [
      [`${n}.weight`, [192]],
      [`${n}.bias`, [192]],
    ]),
  ),
  'blocks.0.attn.qkv.weight': [576, 192],
  'blocks.0.attn.qkv.bias': [576],
  'blocks.0.attn.proj.weight': [192, 192],
  'blocks.0.attn.proj.bias': [192],
  'blocks.0.mlp.fc1.weight': [768, 192],
  'blocks.0.mlp.fc1.bias': [768],
  'blocks.0.mlp.fc2.weight': [192, 768],
  'blocks.0.mlp.fc2.bias': [192],
  'head.weight': [10, 192],
};

function errorOf(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the configuration of an LPM', () => {
  test('of a bare timm file comes from its shapes alone', () => {
    expect(parseLpmConfig(fileOf(timm), null)).toMatchObject({
      naming: 'timm',
      width: 192,
      layers: 1,
      heads: 3,
      patch: 16,
      mlpWidth: 768,
      grid: [14, 14],
      classPosition: true,
      registers: 0,
      layerScale: false,
      qkvBias: true,
      eps: 1e-6,
    });
  });

  test('does not guess the heads of a width that no published model has', () => {
    const narrow = Object.fromEntries(
      Object.entries(timm).map(([n, shape]) => [n, shape.map((size) => (size % 192 === 0 ? size / 3 : size))]),
    );
    const error = errorOf(() => parseLpmConfig(fileOf(narrow), { architecture: 'vit_custom' }));
    expect(error.code).toBe('BAD_INPUT');
    expect(error.action).toContain('--heads');
    expect(parseLpmConfig(fileOf(narrow), null, null, { heads: 4 }).heads).toBe(4);
    expect(errorOf(() => parseLpmConfig(fileOf(narrow), null, null, { heads: 5 })).message).toContain('into 5 heads');
  });

  test.each([
    ['another type of model', { model_type: 'swin' }, timm, /type "swin"/],
    ['another activation', { hidden_act: 'relu' }, timm, /"relu"/],
    ['SwiGLU by configuration', { use_swiglu_ffn: true }, timm, /SwiGLU/],
    ['normalised queries', {}, { ...timm, 'blocks.0.attn.q_norm.weight': [64] }, /normalised queries/],
    ['no vision transformer', {}, { 'layer1.conv.weight': [8, 3, 3, 3] }, /no vision transformer/],
  ])('refuses %s by name', (_, json, shapes, message) => {
    const error = errorOf(() => parseLpmConfig(fileOf(shapes as Record<string, Shape>), json));
    expect(error.code).toBe('LPM_UNSUPPORTED');
    expect(error.message).toMatch(message);
  });

  test('keeps the whole part of a fifth of all tokens', () => {
    // 1 + 32 * 32 tokens at 512 pixels: 205.
    expect(keptTokens(parseLpmConfig(fileOf(timm), null), 512, 512, 0.2)).toBe(205);
  });
});

describe('canonical tensors', () => {
  test('cut the fused qkv of timm in thirds', () => {
    const read = canonicalReader(parseLpmConfig(fileOf(timm), null), fileOf(timm));
    expect([read('blocks.0.q.bias'), read('blocks.0.k.bias'), read('blocks.0.v.bias')].map((t) => t.data[0])).toEqual([
      0, 192, 384,
    ]);
    expect(read('blocks.0.v.weight').data[0]).toBe(2 * 192 * 192);
    expect(read('position').shape).toEqual([197, 192]);
  });

  test('that are missing, misshapen or unknown are listed in one error', () => {
    const { 'norm.bias': _, ...rest } = timm;
    const file = fileOf({ ...rest, 'blocks.0.mlp.fc2.weight': [192, 700], 'blocks.0.adapter.weight': [3] });
    const { message } = errorOf(() => canonicalTensors(parseLpmConfig(file, null), file));
    expect(message).toContain('"norm.bias" is missing');
    expect(message).toContain('"blocks.0.mlp.fc2.weight" is [192, 700] instead of [192, 768]');
    expect(message).toContain('"blocks.0.adapter.weight" is unknown');
  });

  test.each(['', 'vit.', 'deit.', 'dinov2_with_registers.'])('are found behind the prefix "%s"', (prefix) => {
    const dinov2 = prefix.startsWith('dinov2');
    const config = {
      ...parseLpmConfig(fileOf(timm), null),
      naming: dinov2 ? ('hf-dinov2' as const) : ('hf-vit' as const),
    };
    const shapes = Object.fromEntries(
      [...canonicalShapes(config)].map(([name, shape]) => [
        prefix + hubName(config.naming, name),
        name === 'position' || name === 'cls_token' ? [...[1, 1, 1].slice(shape.length), ...shape] : shape,
      ]),
    );
    const file = fileOf({ ...shapes, 'classifier.weight': [2, 192], [`${prefix}pooler.dense.bias`]: [192] });
    const parsed = parseLpmConfig(file, null);
    expect(parsed.naming).toBe(config.naming);
    expect(canonicalTensors(parsed, file)).toHaveLength(canonicalShapes(config).size);
  });
});

describe('image sizes', () => {
  test('are multiples of the patch: 518 and 126 for a patch of 14', () => {
    expect([defaultInputSize(16), defaultInputSize(14), defaultInputSize(8)]).toEqual([512, 518, 512]);
    expect([sideImageSize(16, 128), sideImageSize(14, 128), sideImageSize(14, 224)]).toEqual([128, 126, 224]);
  });

  test('that do not fit are refused with the nearest that do', () => {
    expect(checkInputSize(16, 2048)).toBe(2048);
    expect(errorOf(() => checkInputSize(14, 512)).action).toBe('Use 504 or 518 instead.');
    expect(errorOf(() => checkInputSize(16, 100)).action).toBe('Use 224 instead.');
    expect(errorOf(() => checkInputSize(14, 4096)).action).toBe('Use 2044 instead.');
    expect(errorOf(() => checkInputSize(16, Number.NaN)).code).toBe('BAD_INPUT');
  });

  test('of the presets follow the LPM', () => {
    const lpm = { ...parseLpmConfig(fileOf(timm), null), layers: 12 };
    const preset = (method: 'fpt' | 'fpt+'): object => networkConfig(lpm, { method, classes: 3, inputSize: 512 });
    expect(preset('fpt+')).toMatchObject({ layers: 6, sideSize: 128, sideWidth: 24, prompts: 16, tokens: 205 });
    expect(preset('fpt')).toMatchObject({ layers: 12, sideSize: 224, prompts: 16 });
  });
});

test('three layers are those after a half, three quarters and all of the blocks; fewer of an LPM with fewer blocks', () => {
  const of = (layers: number) =>
    extractedLayers(plainVit({ width: 32, layers, heads: 2, patch: 8, imageSize: 64 }), 'three');
  expect([24, 12, 4, 3, 2, 1].map(of)).toEqual([[11, 17, 23], [5, 8, 11], [1, 2, 3], [1, 2], [0, 1], [0]]);
});
