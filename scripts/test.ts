/**
 * `npm test`: every test this machine can run; what it could not run, and why, in the last lines.
 *
 *     npm test                              all
 *     npm test -- test/unit/graph           some
 *     npm test -- -t 'a bare machine'       those of that name
 *     npm test -- -- --retry=2              what follows a second -- is vitest's
 *     npm run test:e2e                      the window only
 *
 * Without a virtual display (Xvfb) the window's tests are not run; they are named and counted as skipped.
 *
 * The last line is `N passed, N failed, N skipped`; exit status 1 when a test failed or none ran.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { commandLine } from './command-line.ts';

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'sidelight-test-'));
const reportPath = join(folder, 'report.json');
const { values, positionals } = commandLine(import.meta.filename, {
  allowPositionals: true,
  options: {
    project: { type: 'string', multiple: true },
    testNamePattern: { type: 'string', short: 't' },
    update: { type: 'boolean', short: 'u', default: false },
  },
});
const filters = [
  ...(values.project ?? []).flatMap((name) => ['--project', name]),
  ...(values.testNamePattern === undefined ? [] : ['--testNamePattern', values.testNamePattern]),
  ...positionals,
  // Last: a path after it would be taken for its value, and every test there is would run.
  ...(values.update ? ['--update'] : []),
];
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

const environment = { ...process.env, PATH: childPath() };
const missing = missingForWindow();
const isWindowOnly = values.project?.includes('electron') ?? false;
if (missing !== null && isWindowOnly) {
  console.error(missing);
  process.exit(1);
}

spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    ...(missing === null || values.project !== undefined
      ? []
      : ['--project', 'unit', '--project', 'native', '--project', 'fresh']),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportPath}`,
    ...filters,
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: environment },
);

/** Child processes that tests start by the name `node` must get our Node, not the system's. */
function childPath(): string {
  return [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
}

/** Why the window's tests cannot run here; null where they can. In CI a missing part is a failure, not a reason to skip. */
function missingForWindow(): string | null {
  if (process.platform !== 'linux' || process.env['CI']) return null;
  if (spawnSync('Xvfb', ['-help'], { stdio: 'ignore' }).error === undefined) return null;
  return 'The window’s tests (project electron) need Xvfb. Install it (Debian: apt-get install xvfb), then run the tests again.';
}

/** Names of the window's tests, without running them. */
function windowTests(): string[] {
  const listed = spawnSync(process.execPath, [vitest, 'list', '--project', 'electron', '--json'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...environment, SIDELIGHT_ONLY_LIST: '1' },
  });
  const from = listed.stdout.indexOf('[');
  return (JSON.parse(listed.stdout.slice(from)) as { name: string }[]).map((test) => test.name);
}

let report: JsonReport;
try {
  report = JSON.parse(readFileSync(reportPath, 'utf8')) as JsonReport;
} catch (error) {
  console.error(`The test runner left no report: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const tests = report.testResults.flatMap((file) => file.assertionResults);
const passed = tests.filter((t) => t.status === 'passed').length;
// A file that fails outside its tests (an import, a hook) has no failed test of its own but is a failure all the same.
const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
);
for (const file of brokenFiles) console.error(`failed before its tests: ${file.name}\n${file.message}`);
const failed = tests.filter((t) => t.status === 'failed').length + brokenFiles.length;
const skipped = tests.filter((t) => t.status !== 'passed' && t.status !== 'failed');
if (skipped.length > 0) {
  console.log('\nNot run on this machine (the name says what is needed):');
  for (const t of skipped) console.log(`  - ${t.fullName}`);
}
const unseen = missing === null || filters.length > 0 ? [] : windowTests();
if (unseen.length > 0) {
  console.log(`\n${missing}\nNot run:`);
  for (const name of unseen) console.log(`  - ${name}`);
}
console.log(`${passed} passed, ${failed} failed, ${skipped.length + unseen.length} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
