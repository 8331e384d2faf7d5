/**
 * The npm package without its install script.
 *
 * That script downloads a C library from a host that hospital networks do not reach, and fails; npm then leaves the
 * package out, because it is optional. Here the package and what it depends on are cut out of our own lock file, so that
 * every byte is the one the lock's checksums name, and are installed in a folder of their own without scripts.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../core/base/errors.ts';
import { packageName } from '../../core/engine/tensorflow/locate.ts';
import { run } from './run.ts';

interface LockEntry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
type Lock = { readonly packages: Readonly<Record<string, LockEntry>> } & Readonly<Record<string, unknown>>;

/** Installs the package below `folder` and returns its version. */
export async function installPackage(repository: string, folder: string): Promise<string> {
  const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as Lock;
  const path = `node_modules/${packageName}`;
  const version = lock.packages[path]?.version;
  if (!version) {
    throw new AppError('ENGINE_UNAVAILABLE', `package-lock.json does not name ${packageName}.`, {
      action: `Restore package-lock.json from the repository; ${packageName} stands under optionalDependencies.`,
    });
  }
  const root = {
    name: 'sidelight-tensorflow',
    version: '0.0.0',
    private: true,
    dependencies: { [packageName]: version },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(root, null, 2));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ ...lock, name: root.name, packages: { '': root, ...closureOf(lock.packages, path) } }, null, 2),
  );
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    action: 'Check that npm reaches its registry (npm ping), then run the same command again.',
  });
  // Source maps are two thirds of the 300 MB and are read by nothing here.
  for await (const map of glob('node_modules/**/*.map', { cwd: folder })) rmSync(join(folder, map), { force: true });
  return version;
}

/** The lock's entries that the package at `start` needs, found as Node finds them: upwards from the one who asks. */
export function closureOf(packages: Readonly<Record<string, LockEntry>>, start: string): Record<string, LockEntry> {
  const found: Record<string, LockEntry> = {};
  const walk = (path: string): void => {
    const entry = packages[path];
    if (!entry || path in found) return;
    const { optional: _, ...required } = entry;
    found[path] = required;
    for (const name of Object.keys(entry.dependencies ?? {})) {
      for (let from = path; ; from = parentOf(from)) {
        const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
        if (candidate in packages) walk(candidate);
        if (candidate in packages || from === '') break;
      }
    }
  };
  walk(start);
  return found;
}

/** The package in whose node_modules folder the package at `path` lies; '' is the root. */
function parentOf(path: string): string {
  const at = path.lastIndexOf('/node_modules/');
  return at < 0 ? '' : path.slice(0, at);
}
