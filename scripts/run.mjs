/**
 * Runs one of our TypeScript programs with the project's own Node, from whichever Node started this file.
 *
 *     node scripts/run.mjs scripts/demo.ts [arguments]
 *
 * A fresh clone has no node_modules yet and a hospital's system Node may be 20, in which better-sqlite3 crashes the
 * process outright. So this file is plain JavaScript for Node 20: it installs what is missing, then hands over.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const nodePath = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs the locked packages when they are missing or older than the lock file. */
function setUp() {
  const stamp = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(stamp) && existsSync(nodePath) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  if (existsSync(stamp) && existsSync(nodePath) && sameVersions(stamp, lock)) return;
  console.error('Setting up: installing the locked packages (about a minute) ...');
  // stdout belongs to the program that follows (it may print JSON); npm's report goes to stderr.
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error(
      `Setting up failed: "npm ci" ended with ${done.status ?? done.error}.\nCheck that npm reaches its registry (npm ping), then run the same command again.`,
    );
    process.exit(1);
  }
}

/** Whether what is installed is what the lock file names (optional packages may be absent). */
function sameVersions(stamp, lock) {
  const installed = JSON.parse(readFileSync(stamp, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      installed[path]?.version === entry.version ||
      (!installed[path] && (entry.optional || entry.devOptional)),
  );
}

setUp();
const [program, ...args] = process.argv.slice(2);
if (program) {
  const child = spawn(nodePath, [resolve(root, program), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
