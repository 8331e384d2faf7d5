/**
 * The npm package without its install script.
 *
 * That script downloads a C library from a host that hospital networks do not reach, and fails. So the package and what it depends on have a
 * package.json and a lock of their own (scripts/engine-tensorflow/npm), apart from the product's: nobody who does not ask for this engine
 * fetches its 58 MB, and every byte is the one that the lock's checksums name.
 */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolderOf } from '../../core/engine/tensorflow/locate.ts';
import { adviceFor, fetchLimits, installArguments, npmCommand } from '../set-up/npm.mjs';
import { run } from './run.ts';

/** The folder with the package.json and the lock. */
export const manifestFolder = join(import.meta.dirname, 'npm');

/** Installs the package below `folder` and returns its version. Throws ENGINE_UNAVAILABLE with advice by cause. */
export async function installPackage(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(manifestFolder, name), join(folder, name));
  const npm = npmCommand();
  await run(npm.file, [...npm.args, ...installArguments, ...fetchLimits()], {
    cwd: folder,
    action: (output) => `${adviceFor(output).action} Then run the same command again.`,
  });
  // Source maps are two thirds of the 300 MB and are read by nothing here.
  for await (const map of glob('node_modules/**/*.map', { cwd: folder })) rmSync(join(folder, map), { force: true });
  const installed = JSON.parse(readFileSync(join(packageFolderOf(folder), 'package.json'), 'utf8')) as {
    version: string;
  };
  return installed.version;
}
