import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { frameAddress, thumbnailAddress } from '../../../core/contract/frame-address.ts';
import { repositoryRoot } from '../../support/shared.ts';

test('an address names kind, instance and frame, a thumbnail its size in whole pixels', () => {
  expect(frameAddress('pixels', { instanceId: 7, frame: 2 })).toBe('frame://sidelight/pixels/7/2');
  expect(thumbnailAddress({ instanceId: 7, frame: 0 }, 88 * 1.5)).toBe('frame://sidelight/thumbnail/7/0?size=132');
});

test('nobody else writes such an address: outside comments none begins with its scheme', () => {
  const found = ['core', 'electron', 'renderer'].flatMap((row) =>
    readdirSync(join(repositoryRoot, row), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|svelte)$/.test(name))
      .map((name) => join(row, name))
      .filter((path) => /^(?!\s*(\/\*|\*|\/\/)).*frame:\/\//m.test(readFileSync(join(repositoryRoot, path), 'utf8'))),
  );
  expect(found).toEqual([]);
});
