/**
 * `npm run package`: packages of the application for this platform, in `release/`.
 *
 *     npm run package -- --dir          the unpacked application only; needs no tools besides what npm installed
 *     npm run package                   the platform's installers (electron-builder downloads its tools)
 */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type AfterPackContext, build, Platform } from 'electron-builder';
import { AppError, toError } from '../core/base/errors.ts';
import { root } from './app/build.ts';
import { setUpElectron } from './app/runtime.ts';
import { commandLine } from './command-line.ts';
import { setFuses } from './package/fuses.ts';
import { readableByAll } from './package/modes.ts';
import { here, releaseFolder, stage, stageFolder } from './package/stage.ts';

const { values } = commandLine(import.meta.filename, { options: { dir: { type: 'boolean', default: false } } });

/** Electron without an application: in the test runtime ours stands where none may be. */
async function stageElectron(): Promise<{ folder: string; version: string }> {
  const from = await setUpElectron((line) => console.error(line));
  const folder = join(stageFolder, 'electron');
  cpSync(from, folder, { recursive: true, verbatimSymlinks: true });
  for (const name of ['app', 'default_app.asar']) rmSync(join(folder, 'resources', name), { force: true });
  const version = readFileSync(join(from, 'version'), 'utf8').trim().replace(/^v/, '');
  return { folder, version };
}

/** The packed binary's path. */
function binaryOf(context: AfterPackContext): string {
  const { appOutDir, packager, electronPlatformName } = context;
  const name = packager.appInfo.productFilename;
  if (electronPlatformName === 'darwin') return join(appOutDir, `${name}.app`);
  return join(appOutDir, electronPlatformName === 'win32' ? `${name}.exe` : 'sidelight');
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

try {
  await stage();
  const electron = await stageElectron();
  readableByAll(stageFolder);
  // What electron-builder adds, too.
  process.umask(0o022);
  const platform = Platform.current();
  const artifacts = await build({
    projectDir: root,
    targets: values.dir ? platform.createTarget('dir') : platform.createTarget(),
    publish: 'never',
    config: {
      electronDist: electron.folder,
      electronVersion: electron.version,
      // Packages are staged with the core; nothing is rebuilt, and the archive holds none.
      beforeBuild: async () => false,
      afterPack: async (context) => {
        await setFuses(binaryOf(context));
      },
    },
  });
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  for (const file of artifacts.filter((path) => existsSync(path) && statSync(path).isFile())) {
    console.log(`${file.slice(root.length + 1)}: ${megabytes(statSync(file).size)}`);
  }
  const unpacked = readdirSync(releaseFolder).find((name) => name.endsWith('unpacked') || name.startsWith('mac'));
  if (unpacked !== undefined) {
    const folder = join(releaseFolder, unpacked);
    const resources = join(folder, 'resources');
    console.log(`release/${unpacked}: ${megabytes(sizeOf(folder))} on Electron ${electron.version}`);
    if (existsSync(resources)) {
      for (const name of ['app.asar', 'core', 'node']) {
        const path = join(resources, name);
        console.log(`  ${name}: ${megabytes(statSync(path).isFile() ? statSync(path).size : sizeOf(path))}`);
      }
    }
  }
  console.log(`Built for ${here.platform} ${here.arch}.`);
} catch (thrown) {
  const error = toError(thrown);
  console.error(thrown instanceof AppError ? `${error.message}\n${thrown.action}` : error.stack);
  process.exit(1);
}
