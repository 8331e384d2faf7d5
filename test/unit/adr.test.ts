/** Decisions are recorded where the next person looks for them, and the list of dependencies is the one that is installed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifestFolder } from '../../scripts/engine-tensorflow/package.ts';
import { repositoryRoot } from '../support/shared.ts';

const folder = join(repositoryRoot, 'docs', 'adr');
const files = readdirSync(folder).sort();

describe('decision records', () => {
  test.each(files)('%s has a number, a title, a status, context, decision and consequences', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1];
    expect(number).toBeDefined();
    expect(text).toMatch(new RegExp(`^# ${Number(number)}\\. |^# ${number}[.: ]`));
    for (const part of ['Status', 'Context', 'Decision', 'Consequences']) expect(text).toContain(part);
  });

  test('no number is used twice', () => {
    const numbers = files.map((file) => file.slice(0, 4));
    expect(numbers).toEqual([...new Set(numbers)]);
  });

  test('every package has its line in the list of dependencies, and no line outlives its package', () => {
    const installed = [repositoryRoot, manifestFolder].flatMap((place) => {
      const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Record<string, object>;
      return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.keys(manifest[kind] ?? {}),
      );
    });
    const text = readFileSync(join(folder, '0003-dependencies.md'), 'utf8');
    const listed = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((m) => m[1]);
    expect(listed.sort()).toEqual(installed.sort());
  });
});
