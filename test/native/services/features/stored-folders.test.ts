/**
 * Features of earlier versions are found again: their folder is a hash of what decides their numbers, and must not drift.
 * The names below are those that the code of commit 2fb3ab2 gave, or the one that brought a later method; a change that means to compute other features brings new ones.
 */
import { expect, test } from 'vitest';
import type { Method } from '../../../../core/contract/index.ts';
import { type LpmConfig, plainVit } from '../../../../core/models/index.ts';
import { featuresFolder } from '../../../../core/services/features/source-features.ts';
import type { LibraryLpm } from '../../../../core/services/lpm/encoder.ts';
import { testServices } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const config: LpmConfig = plainVit({ width: 192, layers: 12, heads: 3, patch: 16, imageSize: 224 });
const statistics = { mean: [0.25, 0.25, 0.25], std: [0.125, 0.125, 0.125] } as const;

test.each([
  ['fpt+', 'f32', '99a6447fcb9ccf6b'],
  ['fpt', 'f32', '3d8f6c9486fa1508'],
  ['attentive', 'f32', '9784a369c5803f79'],
  ['linear', 'f32', 'faa88927bef3422f'],
  ['fpt+', 'f16', 'fa83899337bdf78c'],
  ['fpt', 'f16', 'aa7f475911faa272'],
  ['linear', 'f16', 'fff348fa8bbb2aca'],
] as const)('features for %s in %s lie in the folder that they always had', async (method: Method, precision, hash) => {
  const context = { ...(await testServices(temporaryFolder())), precision };
  const lpm = { config, record: { hash: 'ab12'.repeat(16) } as LibraryLpm['record'] };
  const settings = { inputSize: 512, tokens: 'global', tokenRatio: 0.2, rule: {}, method } as const;
  const { mean, std } = statistics;
  const found = featuresFolder(context, lpm, settings, { mean: [...mean], std: [...std] });
  expect(found).toBe(`features/ab12ab12ab12ab12-${hash}`);
});

test.each(['fpt+', 'fpt', 'attentive', 'linear'] as const)(
  'features for %s in 8 bits lie apart from the others, whatever the session',
  async (method) => {
    const lpm = { config, record: { hash: 'ab12'.repeat(16) } as LibraryLpm['record'] };
    const settings = { inputSize: 512, tokens: 'global', tokenRatio: 0.2, rule: {}, method } as const;
    const { mean, std } = statistics;
    const context = await testServices(temporaryFolder());
    const folderIn = (precision: 'f32' | 'f16', asked: { readonly precision?: 'int8' }): string =>
      featuresFolder({ ...context, precision }, lpm, { ...settings, ...asked }, { mean: [...mean], std: [...std] });
    const int8 = folderIn('f32', { precision: 'int8' });
    expect(folderIn('f16', { precision: 'int8' })).toBe(int8);
    expect(new Set([int8, folderIn('f32', {}), folderIn('f16', {})]).size).toBe(3);
  },
);

test.each([
  ['fpt+', true],
  ['fpt', true],
  ['attentive', true],
  ['linear', false],
] as const)('features for %s that are kept in 8 bits lie apart where they can be: %s', async (method, isApart) => {
  const context = await testServices(temporaryFolder());
  const lpm = { config, record: { hash: 'ab12'.repeat(16) } as LibraryLpm['record'] };
  const settings = { inputSize: 512, tokens: 'global', tokenRatio: 0.2, rule: {}, method } as const;
  const { mean, std } = statistics;
  const folderIn = (asked: { readonly precision?: 'int8'; readonly keptAs?: 'int8' }): string =>
    featuresFolder(context, lpm, { ...settings, ...asked }, { mean: [...mean], std: [...std] });
  const folders = [folderIn({}), folderIn({ keptAs: 'int8' }), folderIn({ precision: 'int8' })];
  folders.push(folderIn({ precision: 'int8', keptAs: 'int8' }));
  // How the LPM computes is another thing: all four are told apart.
  expect(new Set(folders).size).toBe(isApart ? 4 : 2);
});
