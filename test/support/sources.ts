/** The program's own source files, for tests that look for what must not, or may only, stand in certain places. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import { repositoryRoot } from './shared.ts';

/** All but bench/, whose plan is an experiment on the methods that it names. */
export const sources = ['core', 'electron', 'renderer', 'scripts', 'pretraining']
  .flatMap((folder) => readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(repositoryRoot, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))
  // A migration says what was then, and may import nothing that changes.
  .filter(({ path }) => !path.startsWith('core/store/migrations/'));

/** Matches code that compares something with one of the names. */
export function comparisonWith(names: readonly string[]): RegExp {
  const quoted = `['"\`](?:${names.map((name) => name.replace('+', '\\+')).join('|')})['"\`]`;
  return new RegExp(
    `[!=]==? *${quoted}|${quoted} *[!=]==?|case ${quoted}|includes\\(${quoted}|\\[[^\\]\\n]*${quoted}[^\\]\\n]*\\]\\.includes`,
  );
}

/** Files of the program that name something, in order. */
export function placesOf(name: string): string[] {
  const program = sources.filter(({ path }) => /^(core|electron|renderer)\//.test(path));
  return program
    .filter(({ text }) => text.includes(`'${name}'`))
    .map(({ path }) => path)
    .sort();
}

/** Expects that the row of CONTRIBUTING about adding a `thing` names these places, and `more` besides, and counts them all. */
export function expectPromised(thing: string, places: readonly string[], more: readonly string[]): void {
  const text = readFileSync(join(repositoryRoot, 'CONTRIBUTING.md'), 'utf8');
  const row = text.split('\n').find((line) => line.startsWith(`| ${thing} |`)) ?? '';
  for (const place of [...places, ...more]) expect(row).toContain(place.replace(/\/(de|en)\//, '/<language>/'));
  expect(row).toContain(`| ${places.length + more.length}: `);
}
