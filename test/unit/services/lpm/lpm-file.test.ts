import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lpmIdentity, openLpm } from '../../../../core/services/lpm/lpm-file.ts';
import { writeRandomLpm } from '../../../../core/services/lpm/random-lpm.ts';
import { hasShared, sharedPath } from '../../../support/shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidelight-lpm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const tiny = { width: 48, layers: 2, heads: 3, patch: 16, imageSize: 64 };

test('a random LPM is the same bytes for the same seed, others for another, and opens as what it was written', () => {
  const bytes = (name: string, seed: number): Buffer => {
    writeRandomLpm(join(folder, name), seed, tiny);
    return readFileSync(join(folder, name, 'model.safetensors'));
  };
  expect(bytes('a', 1).equals(bytes('b', 1))).toBe(true);
  expect(bytes('a', 1).equals(bytes('c', 2))).toBe(false);
  const lpm = openLpm(join(folder, 'a'));
  expect(lpm.config).toMatchObject({ naming: 'hf-vit', width: 48, layers: 2, heads: 3, patch: 16, grid: [4, 4] });
  expect(lpm.files.map((path) => path.split(/[\\/]/).at(-1))).toEqual([
    'model.safetensors',
    'config.json',
    'preprocessor_config.json',
  ]);
  lpm.close();
});

test('the number of heads is part of the identity, because it changes every feature', () => {
  writeRandomLpm(join(folder, 'heads'), 1, tiny);
  const three = openLpm(join(folder, 'heads'));
  const six = openLpm(join(folder, 'heads'), { heads: 6 });
  expect(lpmIdentity(three)).not.toBe(lpmIdentity(six));
  three.close();
  six.close();
});

test('a NaN in the weights is found when the identity is formed, and named', () => {
  writeRandomLpm(join(folder, 'nan'), 1, tiny);
  const path = join(folder, 'nan', 'model.safetensors');
  const bytes = readFileSync(path);
  bytes.writeFloatLE(Number.NaN, bytes.length - 4);
  writeFileSync(path, bytes);
  const lpm = openLpm(join(folder, 'nan'));
  expect(() => lpmIdentity(lpm)).toThrow(/"[\w.]+" holds NaN at position \d+ of \d+; weights must be finite/);
  lpm.close();
});

test.skipIf(!hasShared)(
  'one set of weights has one identity with a prefix and without (needs the shared fixtures)',
  () => {
    const identity = (name: string): string => {
      const lpm = openLpm(sharedPath('fixtures', 'lpm', name));
      const hash = lpmIdentity(lpm);
      lpm.close();
      return hash;
    };
    expect(identity('vit-hf-bare')).toBe(identity('vit-hf-classifier'));
    expect(identity('vit-hf-half')).not.toBe(identity('vit-hf-classifier'));
  },
);
