import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import {
  initialiseParameters,
  type NetworkConfig,
  networkConfig,
  parameterLayout,
  parameterOf,
  plainVit,
} from '../../../core/models/index.ts';
import { repositoryRoot } from '../../support/shared.ts';

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
