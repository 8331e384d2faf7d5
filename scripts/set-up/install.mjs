/** Installs the locked packages, and says meanwhile that it goes on. Plain JavaScript for Node 20: it runs before anything is installed. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { adviceFor, fetchLimits, installArguments, npmCommand } from './npm.mjs';

/** Measured on Linux x64 with an empty npm cache; README.md repeats it. */
const fetchedMb = 350;
const reportEveryMs = 15_000;
/** How long the one question to the registry may take, and how long nothing new may arrive: a proxy may look through 100 MB first. */
const probeMs = 45_000;
const patienceMs = 240_000;
const stopSignal = 'SIGKILL';

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
  const isFirst = !existsSync(modules);
  say(`Setting up: npm fetches about ${fetchedMb} MB from its registry, once; a minute on a quick line ...`);
  const install = startNpm(root, [...installArguments, ...fetchLimits()]);
  // npm waits for every one of 500 packages before it tells of the first that failed: with a registry that is silent or has no name that
  // takes an hour. One question beside it finds out at once.
  const probe = startNpm(root, probeArguments(root));
  /** @type {string | null} */
  let stopped = null;
  probe.ended.then(async ({ output, ended }) => {
    if (ended === null || ended === stopSignal || !isFirst || (await megabytesOf(modules)) > 0) return;
    stopped = output;
    install.stop();
  });
  const grown = { megabytes: 0, at: started };
  const report = setInterval(async () => {
    const megabytes = await megabytesOf(modules);
    if (megabytes !== grown.megabytes) Object.assign(grown, { megabytes, at: Date.now() });
    const silent = Date.now() - grown.at;
    const news = silent < 2 * reportEveryMs ? '' : `, nothing new for ${Math.round(silent / 1000)} s`;
    say(`Setting up: ${seconds()} s, ${megabytes} MB unpacked${news} ...`);
    if (silent < patienceMs) return;
    stopped = `network timeout: nothing new for ${Math.round(silent / 1000)} s`;
    install.stop();
  }, reportEveryMs);
  const { output, ended } = await install.ended;
  clearInterval(report);
  probe.stop();
  if (ended === null) {
    removeOtherSystems(modules);
    say(`Set up in ${seconds()} s: ${await megabytesOf(modules)} MB in node_modules.`);
    return null;
  }
  if (ended === 'ENOENT') {
    return 'Setting up failed: npm was not found.\nInstall npm (Debian: sudo apt-get install npm), then run the same command again.';
  }
  const said = (stopped ?? output).trim();
  const { cause, action } = adviceFor(stopped ?? `${output}\n${ended}`);
  return [
    `Setting up failed after ${seconds()} s: ${cause}.`,
    action,
    'Then run the same command again.',
    'npm said:',
    ...said
      .split('\n')
      .slice(-20)
      .map((line) => `  ${line}`),
  ].join('\n');
}

/**
 * Asks the registry for one package that is needed, without patience.
 * @param {string} root
 */
function probeArguments(root) {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [name, version] = Object.entries(dependencies)[0] ?? [];
  const own = fetchLimits().filter((limit) => !/^--fetch-(retries|timeout)=/.test(limit));
  const timeout = process.env['npm_config_fetch_timeout'] === undefined ? [`--fetch-timeout=${probeMs}`] : [];
  return ['view', `${name}@${version}`, 'version', '--loglevel=error', '--fetch-retries=0', ...timeout, ...own];
}

/**
 * Starts npm. `ended` resolves when it is over: with what it wrote, and null for success or its status, signal, or why it did not start.
 * @param {string} root
 * @param {readonly string[]} asked
 */
function startNpm(root, asked) {
  const { file, args } = npmCommand();
  const child = spawn(file, [...args, ...asked], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  // On SIGTERM npm ends what is under way before it goes, which is what is not to be waited for here. A tree that is left half full is made
  // anew by the next set-up.
  const stop = () => {
    child.kill(stopSignal);
  };
  const pass = () => {
    child.kill('SIGTERM');
  };
  process.once('SIGTERM', pass);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
    });
  }
  /** @type {Promise<{ readonly output: string, readonly ended: string | null }>} */
  const ended = new Promise((done) => {
    const finish = (/** @type {string | null} */ how) => {
      process.off('SIGTERM', pass);
      done({ output, ended: how });
    };
    child.on('error', (/** @type {NodeJS.ErrnoException} */ error) => finish(error.code ?? error.message));
    child.on('close', (code, signal) => finish(code === 0 ? null : (signal ?? `status ${code}`)));
  });
  return { ended, stop };
}

/**
 * Removes what onnxruntime-node and webgpu carry for other systems: 240 of 290 MB and 110 of 131. They pick their library by platform
 * and processor, so nothing looks for the others; packages are built on the platform they are for.
 * @param {string} modules
 */
export function removeOtherSystems(modules, platform = process.platform, arch = process.arch) {
  const dawn = join(modules, 'webgpu', 'dist');
  const ours = `${platform}-${platform === 'darwin' ? 'universal' : arch}`;
  for (const other of existsSync(dawn) ? readdirSync(dawn).filter((name) => name !== ours) : []) {
    rmSync(join(dawn, other), { recursive: true, force: true });
  }
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
