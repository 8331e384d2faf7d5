import { expect, test } from 'vitest';
import { identityFacts, type LpmConfig, plainVit, titleOf } from '../../../core/models/index.ts';

test('epsilon and pixels are part of the identity of those alone that were added beside others of their weights', () => {
  const read = { eps: 1e-3, mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] } as const;
  const vit = { ...plainVit({ width: 48, layers: 2, heads: 3, patch: 16, imageSize: 64 }), ...read };
  expect(identityFacts(vit)).toEqual({ heads: 3 });
  expect(identityFacts({ ...vit, ownReading: true })).toEqual({
    ...{ heads: 3, eps: 1e-3 },
    ...{ mean0: 0.1, mean1: 0.2, mean2: 0.3 },
    ...{ std0: 0.4, std1: 0.5, std2: 0.6 },
  });
});

test.each<readonly [string, Partial<LpmConfig>]>([
  ['SigLIP', { summary: 'attention-pool', poolMlpWidth: 96 }],
  ['SigLIP', { summary: 'mean', activation: 'tanh-gelu' }],
  // I-JEPA
  ["ViT by timm's names", { summary: 'mean' }],
])('without a class token timm has %s, where it has %j', (title, own) => {
  const vit = plainVit({ width: 48, layers: 2, heads: 3, patch: 16, imageSize: 64 });
  expect(titleOf({ ...vit, naming: 'timm', classToken: false, ...own })).toBe(title);
});
