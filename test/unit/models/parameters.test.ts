import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Method, MethodSizes } from '../../../core/contract/index.ts';
import {
  checkedSizes,
  initialiseParameters,
  type NetworkConfig,
  networkConfig,
  parameterLayout,
  parameterOf,
  plainVit,
} from '../../../core/models/index.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { appErrorOf } from '../../support/thrown.ts';

const config: NetworkConfig = {
  lpm: { width: 768, heads: 12, patch: 16, eps: 1e-12, channels: 3 },
  method: 'fpt+',
  layers: 6,
  classes: 5,
  sideSize: 128,
  sideWidth: 96,
  prompts: 16,
  tokens: 205,
};

describe('parameters', () => {
  test('number exactly what the papers report', () => {
    expect(parameterLayout(config).total).toBe(900_965);
    expect(parameterLayout({ ...config, method: 'fpt', layers: 12, sideSize: 224 }).total).toBe(1_602_341);
    expect(parameterLayout({ ...config, method: 'linear' }).total).toBe(768 * 5 + 5);
    // The side ViT alone: FPT+ without prompts, their norm and the projection.
    expect(parameterLayout({ ...config, method: 'side-only' }).total).toBe(900_965 - 73_728 - 1_536 - 73_824);
  });

  test('of methods that change ViT-B/16 at 512 px from within are the arithmetic of their papers', () => {
    const lpm = plainVit({ width: 768, layers: 12, heads: 12, patch: 16, imageSize: 224 });
    const head = 768 * 5 + 5;
    const total = (method: Method, sizes: MethodSizes = {}) =>
      parameterLayout(networkConfig(lpm, { method, classes: 5, inputSize: 512, sizes })).total;
    expect(total('lora')).toBe(589_824 + head);
    expect(total('lora', { rank: 4 })).toBe(589_824 / 4 + head);
    expect(total('adapter', { bottleneck: 48 })).toBe(12 * (2 * 768 * 48 + 48 + 768) + head);
    expect(total('prompt-tuning', { prompts: 10 })).toBe(12 * 10 * 768 + head);
    // Of each block two norms, q, k, v, o and the MLP's two layers; and the last norm's and the patch projection's.
    expect(total('bitfit')).toBe(12 * (7 * 768 + 3072) + 2 * 768 + head);
    // A block: 4 attention layers, an MLP of 4 widths, two norms.
    const block = 4 * (768 * 768 + 768) + 768 * 3072 + 3072 + 3072 * 768 + 768 + 4 * 768;
    expect([total('partial'), total('partial', { blocks: 3 })]).toEqual([block + head, 3 * block + head]);
    expect([total('fpt+'), total('fpt')]).toEqual([900_965, 1_602_341]);
  });

  test('of a size that does not fit are refused with what does', () => {
    const lpm = { width: 64, layers: 4 };
    const refusal = (method: Method, sizes: MethodSizes): string =>
      appErrorOf(() => checkedSizes(lpm, method, sizes)).message;
    expect(refusal('linear', { rank: 8 })).toBe('The method linear has no rank; found 8, which is for lora.');
    expect(refusal('fpt+', { prompts: 8 })).toBe(
      'The method fpt+ has no prompts; found 8, which is for prompt-tuning.',
    );
    expect(refusal('lora', { rank: 65 })).toBe(
      '--rank 65 does not fit: the LPM is 64 numbers wide; allowed are 1 to 64.',
    );
    expect(refusal('partial', { blocks: 5 })).toBe(
      '--blocks 5 does not fit: the LPM has 4 blocks; allowed are 1 to 4.',
    );
    expect(checkedSizes(lpm, 'lora', { rank: 8 })).toEqual({ rank: 8, alpha: 16 });
    expect(checkedSizes(lpm, 'linear', {})).toEqual({});
  });

  test('of an attentive probe on the LPM in the box number 7,134 for three classes', () => {
    const embedded = JSON.parse(readFileSync(join(repositoryRoot, 'resources/lpm/config.json'), 'utf8')) as Record<
      string,
      number
    >;
    const lpm = plainVit({
      width: embedded['hidden_size'] as number,
      layers: embedded['num_hidden_layers'] as number,
      heads: embedded['num_attention_heads'] as number,
      patch: embedded['patch_size'] as number,
      imageSize: embedded['image_size'] as number,
    });
    const probe = networkConfig(lpm, { method: 'attentive', classes: 3, inputSize: 512 });
    expect([probe.layers, probe.tokens]).toEqual([3, 1025]);
    expect(parameterLayout(probe).total).toBe(7_134);
  });

  test('lie one after the other without gaps', () => {
    let end = 0;
    for (const { offset, size } of parameterLayout(config).entries) {
      expect(offset).toBe(end);
      end += size;
    }
    expect(end).toBe(parameterLayout(config).total);
  });

  test('start as PyTorch starts them', () => {
    const layout = parameterLayout(config);
    const flat = initialiseParameters(config, Random.seeded(0));
    const deviation = (name: string): number => {
      const part = parameterOf(layout, flat, name);
      return Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / part.length);
    };
    expect(deviation('vit.blocks.2.f1.weight')).toBeCloseTo(0.02, 3);
    expect(deviation('fusion.prompts') * 1e6).toBeCloseTo(1, 1);
    // Uniform within 1 / sqrt(768): standard deviation 1 / sqrt(768 * 3).
    expect(deviation('fusion.out.weight')).toBeCloseTo(1 / Math.sqrt(768 * 3), 3);
    expect(deviation('fusion.out.bias')).toBeGreaterThan(0.01);
    expect(new Set(parameterOf(layout, flat, 'vit.blocks.0.n1.weight'))).toEqual(new Set([1]));
    expect(new Set(parameterOf(layout, flat, 'vit.blocks.0.q.bias'))).toEqual(new Set([0]));
  });

  test('of one seed are the same, and another number of classes moves only the head', () => {
    const flat = initialiseParameters(config, Random.seeded(7));
    expect(initialiseParameters(config, Random.seeded(7))).toEqual(flat);
    expect(initialiseParameters(config, Random.seeded(8))).not.toEqual(flat);
    const two = initialiseParameters({ ...config, classes: 2 }, Random.seeded(7));
    const head = parameterLayout(config).entries.find((e) => e.name === 'head.weight')!.offset;
    expect(two.subarray(0, head)).toEqual(flat.subarray(0, head));
  });
});
