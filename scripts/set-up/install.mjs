/** Installs the locked packages, and says meanwhile that it goes on. Plain JavaScript for Node 20: it runs before anything is installed. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { adviceFor, fetchLimits, installArguments, npmCommand } from './npm.mjs';

/** Measured on Linux x64 with an empty npm cache; README.md repeats it. */
const fetchedMb = 350;
const reportEveryMs = 15_000;

/**
 * Whether what is installed is what the lock file names (optional packages may be absent).
 * @param {string} root
 * @returns {boolean}
 */
export function isInstalled(root) {
  const stamp = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (!existsSync(stamp)) return false;
  if (statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return true;
  const installed = JSON.parse(readFileSync(stamp, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      installed[path]?.version === entry.version ||
      (!installed[path] && (entry.optional || entry.devOptional)),
  );
}

/**
 * Runs `npm ci` in `root`. Gives null when the packages are there, else what went wrong and what to do, ready to print.
 * @param {string} root
 * @param {(line: string) => void} say Takes the lines of the report.
 * @returns {Promise<string | null>}
 */
export async function installPackages(root, say) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const modules = join(root, 'node_modules');
  say(`Setting up: npm fetches about ${fetchedMb} MB from its registry, once; a minute on a quick line ...`);
  const report = setInterval(async () => {
    say(`Setting up: ${seconds()} s, ${await megabytesOf(modules)} MB unpacked ...`);
  }, reportEveryMs);
  const { output, ended } = await runNpm(root);
  clearInterval(report);
  if (ended === null) {
    removeOtherSystems(modules);
    say(`Set up in ${seconds()} s: ${await megabytesOf(modules)} MB in node_modules.`);
    return null;
  }
  if (ended === 'ENOENT')
    return 'Setting up failed: npm was not found.\nInstall npm (Debian: sudo apt-get install npm), then run the same command again.';
  const { cause, action } = adviceFor(`${output}\n${ended}`);
  const said = output
    .trim()
    .split('\n')
    .slice(-20)
    .map((line) => `  ${line}`);
  return [
    `Setting up failed after ${seconds()} s: ${cause}.`,
    action,
    'Then run the same command again.',
    `npm (${ended}) said:`,
    ...said,
  ].join('\n');
}

/**
 * Runs npm and gives what it wrote; `ended` is null for success, else its status, signal, or why it did not start.
 * @param {string} root
 * @returns {Promise<{ readonly output: string, readonly ended: string | null }>}
 */
function runNpm(root) {
  const { file, args } = npmCommand();
  return new Promise((done) => {
    const child = spawn(file, [...args, ...installArguments, ...fetchLimits()], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = () => child.kill('SIGTERM');
    process.once('SIGTERM', stop);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const finish = (/** @type {string | null} */ ended) => {
      process.off('SIGTERM', stop);
      done({ output, ended });
    };
    child.on('error', (/** @type {NodeJS.ErrnoException} */ error) => finish(error.code ?? error.message));
    child.on('close', (code, signal) => finish(code === 0 ? null : (signal ?? `status ${code}`)));
  });
}

/**
 * Removes what onnxruntime-node carries for other systems: 240 of its 290 MB. It picks its library by platform and processor, so nothing
 * looks for the others; packages are built on the platform they are for.
 * @param {string} modules
 */
export function removeOtherSystems(modules, platform = process.platform, arch = process.arch) {
  const bin = join(modules, 'onnxruntime-node', 'bin');
  if (!existsSync(bin)) return;
  for (const version of readdirSync(bin)) {
    for (const system of readdirSync(join(bin, version))) {
      for (const processor of readdirSync(join(bin, version, system))) {
        if (system === platform && processor === arch) continue;
        rmSync(join(bin, version, system, processor), { recursive: true, force: true });
      }
    }
  }
}

/**
 * Megabytes of the files below `folder`, as far as they can be read while npm works there.
 * @param {string} folder
 * @returns {Promise<number>}
 */
async function megabytesOf(folder) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) {
    const found = await lstat(join(folder, name)).catch(() => null);
    if (found?.isFile()) bytes += found.size;
  }
  return Math.round(bytes / 1e6);
}
