/** Pictures of the documentation: every one that a page shows is there, in both sizes, and none lies about unseen. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared.ts';

const images = join(repositoryRoot, 'docs', 'images');
const pages = [
  'README.md',
  ...readdirSync(join(repositoryRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const shown = new Set(
  pages.flatMap((page) =>
    [...readFileSync(join(repositoryRoot, page), 'utf8').matchAll(/\]\(([^)\s]+\.png)\)/g)].map((match) =>
      join(repositoryRoot, dirname(page), match[1] ?? ''),
    ),
  ),
);

test('every picture that a page shows is there', () => {
  expect(shown.size).toBeGreaterThan(20);
  expect([...shown].filter((path) => !existsSync(path)).map((path) => relative(repositoryRoot, path))).toEqual([]);
});

test('every picture is shown by a page', () => {
  expect(readdirSync(images).filter((name) => !shown.has(join(images, name)))).toEqual([]);
});

test('every screen has its picture in both sizes', () => {
  const screens = readdirSync(images).filter((name) => name.endsWith('-1440.png'));
  expect(screens.filter((name) => !existsSync(join(images, name.replace('1440', '1024'))))).toEqual([]);
});
