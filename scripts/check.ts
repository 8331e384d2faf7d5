/**
 * `npm run check`: format, lint, types and unit tests, in the order that fails fastest. Exit 1 names the step.
 * `--no-tests` leaves the unit tests to `npm test`.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');

const steps: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['format and lint', join(bin, 'biome'), ['check', '--error-on-warnings', '.']],
  ['types and layers', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']],
  [
    'components',
    process.execPath,
    [
      join(root, 'node_modules', 'svelte-check', 'bin', 'svelte-check'),
      '--tsconfig',
      'renderer/tsconfig.json',
      '--fail-on-warnings',
    ],
  ],
  ['unit tests', process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'unit']],
];

for (const [name, command, args] of steps) {
  if (name === 'unit tests' && process.argv.includes('--no-tests')) continue;
  const started = Date.now();
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status !== 0) {
    console.error(`check failed: ${name}`);
    process.exit(1);
  }
  console.log(`${name}: ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
