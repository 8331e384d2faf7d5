/** What a set-up on a bare machine rests on: npm's settings of the project and its two lock files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifestFolder } from '../../../scripts/engine-tensorflow/package.ts';
import { repositoryRoot } from '../../support/shared.ts';

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: unknown;
}

function read<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as T;
}

function lockOf(folder: string): [path: string, entry: LockEntry][] {
  const { packages } = read<{ packages: Record<string, LockEntry> }>(folder, 'package-lock.json');
  return Object.entries(packages).filter(([path]) => path !== '');
}

const folders: [name: string, folder: string][] = [
  ['the product', repositoryRoot],
  ['the TensorFlow engine', manifestFolder],
];

describe.each(folders)('the lock of %s', (_, folder) => {
  const entries = lockOf(folder);

  test('names a version and a checksum of every package, those of other platforms too', () => {
    // npm uninstall was seen to write entries without a version for optional packages that this platform lacks; npm ci then refuses the
    // lock file on a fresh clone while nothing shows in a tree that is already installed. Other entries came without a checksum.
    const bare = entries.filter(([, entry]) => !entry.version || !/^sha512-[\w+/]{86}==$/.test(entry.integrity ?? ''));
    expect(bare.map(([path]) => path)).toEqual([]);
    expect(entries.length).toBeGreaterThan(50);
  });

  test('names no address of a registry', () => {
    expect(entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(readFileSync(join(folder, 'package-lock.json'), 'utf8')).not.toMatch(/"https?:[^"]*\.tgz"/);
  });

  test('has an entry for every optional package that a locked one names', () => {
    // npm leaves out those of other platforms that its registry does not carry, and npm ci then refuses its own work.
    const paths = new Set(entries.map(([path]) => path));
    const missing = entries
      .flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !paths.has(`node_modules/${name}`));
    expect(missing).toEqual([]);
  });

  test('is that of the package.json beside it, with exact versions', () => {
    const manifest = read<Manifest>(folder, 'package.json');
    const named = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    const locked = new Map(entries.map(([path, entry]) => [path, entry.version]));
    expect(named.filter(([name, version]) => locked.get(`node_modules/${name}`) !== version)).toEqual([]);
  });
});

describe('installing without install scripts', () => {
  test('is what the settings ask for, and nothing in package.json lists scripts to allow', () => {
    expect(settings().get('ignore-scripts')).toBe('true');
    expect(read<Manifest>(repositoryRoot, 'package.json').allowScripts).toBeUndefined();
  });

  test('leaves nothing undone: every locked package that has such a script is known to work without it', () => {
    const withScript = lockOf(repositoryRoot)
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path]) => path.slice('node_modules/'.length));
    // onnxruntime-node: looks for CUDA files; its CPU binaries are in the package. electron-winstaller: chooses a 7-Zip for installers of
    // a kind that we do not build (Squirrel). better-sqlite3 has no script in the lock; npm would compile it all the same.
    expect(withScript).toEqual(['electron-winstaller', 'onnxruntime-node', 'webgpu']);
  });
});

describe('.npmrc', () => {
  test('holds settings that npm 10, 11 and 12 know: others are a warning now and an error later', () => {
    expect([...settings().keys()].sort()).toEqual([
      'audit',
      'fund',
      'ignore-scripts',
      'omit-lockfile-registry-resolved',
      'save-exact',
      'update-notifier',
    ]);
  });

  test('keeps addresses out of the lock, and npm from telling of its own news', () => {
    expect(settings().get('omit-lockfile-registry-resolved')).toBe('true');
    expect(settings().get('update-notifier')).toBe('false');
  });
});

/** The project's settings of npm. */
function settings(): Map<string, string> {
  const lines = readFileSync(join(repositoryRoot, '.npmrc'), 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line) => {
        const [name = '', ...value] = line.split('=');
        return [name, value.join('=')];
      }),
  );
}
