/** A machine with nothing but Node, npm, git, sh and uname, as far as an environment can make one: for tests of the set-up. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { npmCommand } from '../../scripts/set-up/npm.mjs';
import { repositoryRoot } from './shared.ts';

const besides = ['git', 'sh', 'uname'];
/** How this machine reaches its registry. It is no part of what is tested, so it goes along; nothing else of the environment does. */
const waysOut = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
];
const settingsOut = ['registry', 'cafile', 'https-proxy', 'proxy', 'noproxy'];

/** Runs this machine's npm and gives what it printed. Throws with npm's words when it fails. */
export function npm(args: readonly string[], cwd: string): string {
  const { file, args: first } = npmCommand();
  const done = spawnSync(file, [...first, ...args, '--loglevel=error'], { cwd, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`npm ${args.join(' ')}: ${done.stderr}`);
  return done.stdout.trim();
}

/** What says how the registry is reached, as variables; of npm's settings those that are not its defaults. */
export function registryEnvironment(): Record<string, string> {
  const variables = waysOut.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const folder = tmpdir();
  const settings = settingsOut.flatMap((name) => {
    const value = npm(['config', 'get', name], folder);
    return ['', 'null', 'undefined'].includes(value)
      ? []
      : [[`npm_config_${name.replaceAll('-', '_')}`, value] as const];
  });
  return Object.fromEntries([...variables, ...settings]);
}

/** A folder for the PATH with links to one Node, one npm and the few programs beside them. */
export function barePath(folder: string, node: string, npmCli: string): string {
  mkdirSync(folder, { recursive: true });
  symlinkSync(node, join(folder, 'node'));
  symlinkSync(npmCli, join(folder, 'npm'));
  for (const name of besides) symlinkSync(onPath(name), join(folder, name));
  return folder;
}

function onPath(name: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      return realpathSync(join(folder, name));
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${name} is missing on this machine.`);
}

/** Fetches `name@version` with npm and unpacks it; gives the package's folder. */
export function fetchPackage(folder: string, spec: string): string {
  mkdirSync(folder, { recursive: true });
  const archive = npm(['pack', spec], folder).split('\n').at(-1) ?? '';
  const done = spawnSync('tar', ['xzf', archive], { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`tar ${archive}: ${done.stderr}`);
  rmSync(join(folder, archive));
  return join(folder, 'package');
}

/** The files that git knows or would add, copied below `folder`: what a fresh clone of this working tree has. */
export function copyCheckout(folder: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  const files = listed.stdout.split('\0').filter((name) => name !== '');
  for (const name of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // A file deleted but not committed is listed all the same.
    if (readdirSync(dirname(join(repositoryRoot, name))).length > 0)
      cpSync(join(repositoryRoot, name), join(folder, name), { force: true });
  }
}

/** A new empty folder whose name has a space, as the names of users' folders have. */
export function spacedFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sidelight fresh '));
}

export interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly seconds: number;
}

/** Runs a program with exactly this environment; both streams in one text, in the order they came. */
export function runBare(
  command: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const started = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output, seconds: (performance.now() - started) / 1000 }));
  });
}

/** Lines of npm's that complain. Its banner (`npm notice run ...` of npm 12) does not. */
export function npmComplaints(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => /^npm (warn|error|ERR!)/i.test(line) || /DeprecationWarning|\[DEP\d/.test(line));
}
