/**
 * `npm run check`: format, lint, types and unit tests, in the order that fails fastest. Exit 1 names the step.
 * `--no-tests` leaves the unit tests to `npm test`.
 */

import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { commandLine } from './command-line.ts';

const root = resolve(import.meta.dirname, '..');
/** A package's program, which our Node runs: no shell, so a space in the folder's name is no matter, and no `.bin` is needed. */
const inPackages = (...path: string[]): string => join(root, 'node_modules', ...path);

const steps: readonly (readonly [name: string, program: string, args: readonly string[]])[] = [
  ['format and lint', inPackages('@biomejs', 'biome', 'bin', 'biome'), ['check', '--error-on-warnings', '.']],
  ['types and layers', inPackages('typescript', 'bin', 'tsc'), ['-b']],
  [
    'components',
    inPackages('svelte-check', 'bin', 'svelte-check'),
    ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings'],
  ],
  ['unit tests', inPackages('vitest', 'vitest.mjs'), ['run', '--project', 'unit']],
];

const { values } = commandLine(import.meta.filename, { options: { 'no-tests': { type: 'boolean', default: false } } });

for (const [name, program, args] of steps) {
  if (name === 'unit tests' && values['no-tests']) continue;
  const started = Date.now();
  const done = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) {
    console.error(`check failed: ${name}`);
    process.exit(1);
  }
  console.log(`${name}: ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
