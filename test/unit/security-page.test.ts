/** docs/security.md promises tests; a promise whose test is gone is worse than none. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared.ts';

const page = readFileSync(join(repositoryRoot, 'docs', 'security.md'), 'utf8');
const named = [...new Set([...page.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map((match) => match[1] ?? ''))];
const scripts = [...new Set([...page.matchAll(/`npm run ([\w:]+)`/g)].map((match) => match[1] ?? ''))];

test('every test that docs/security.md names is there', () => {
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
});

test('every command that docs/security.md names is there', () => {
  const { scripts: known } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(scripts.filter((name) => !(name in known))).toEqual([]);
});

test('each threat has a test beside it, and each item of the checklist its mechanism', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\|( #| what| ---)/.test(line));
  const threats = rows.filter((row) => !/^\| \d+ \|/.test(row) && row.split('|').length === 5);
  expect(threats.length).toBeGreaterThan(20);
  expect(threats.filter((row) => !/`(test\/|npm )/.test(row.split('|')[3] ?? ''))).toEqual([]);
  const items = rows.filter((row) => /^\| \d+ \|/.test(row));
  expect(items.filter((row) => !row.includes('`test/'))).toEqual([]);
  expect(items.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 17 }, (_, i) => i + 1));
});
