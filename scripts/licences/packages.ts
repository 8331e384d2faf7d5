/**
 * The npm packages that reach a user, and by which way: found from the imports of the source and the lock file, so that a new import is
 * in the licences and in the bill of materials without anybody writing it down.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `core`: what the command line and the core process load. `window`: bundled into the page, main and preload. `engine`: the TensorFlow engine pack. */
export type Part = 'core' | 'window' | 'runtime' | 'engine';

export interface ProductPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as the package states it. */
  readonly licence: string;
  readonly parts: readonly Part[];
  /** Place in its lock file, `node_modules/...`, below the folder of the lock; unique. */
  readonly path: string;
}

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The engine pack's own package.json and lock. */
export const engineFolder = 'scripts/engine-tensorflow/npm';

interface PackageFile {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as T;
}

/** Every package of the product, sorted by name and place. */
export function productPackages(root: string): ProductPackage[] {
  const { packages } = readJson<{ packages: Packages }>(root, 'package-lock.json');
  const { dependencies, optionalDependencies } = readJson<PackageFile>(root, 'package.json');
  // Programs that are shipped whole beside our own code: Node is one package a platform. Their npm packages only fetch or carry the
  // binary, so what those need stays out.
  const runtimes = ['electron', ...Object.keys(optionalDependencies ?? {})];
  const product = partsOf(packages, runtimes, [
    ['core', Object.keys(dependencies)],
    ['window', windowImports(root).filter((name) => `node_modules/${name}` in packages)],
  ]);
  for (const name of runtimes) product.set(`node_modules/${name}`, new Set<Part>(['runtime']));

  const engineRoot = join(root, engineFolder);
  const engine = readJson<{ packages: Packages }>(engineRoot, 'package-lock.json').packages;
  const enginePacks = Object.keys(readJson<PackageFile>(engineRoot, 'package.json').dependencies);
  return [
    ...[...product].map(([path, found]) => describe(root, packages, path, [...found].sort())),
    ...[...partsOf(engine, [], [['engine', enginePacks]])].map(([path, found]) => ({
      ...describe(engineRoot, engine, path, [...found]),
      path: `${engineFolder}/${path}`,
    })),
  ].sort((a, b) => compare(a.name, b.name) || compare(a.path, b.path));
}

/** The places that the named packages reach, each with the parts that reach it. */
function partsOf(
  packages: Packages,
  runtimes: readonly string[],
  roots: readonly (readonly [Part, readonly string[]])[],
): Map<string, Set<Part>> {
  const parts = new Map<string, Set<Part>>();
  for (const [part, names] of roots) {
    const waiting = names.map((name) => placeOf(packages, '', name)).filter((place) => place !== undefined);
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      const known = parts.get(place) ?? new Set<Part>();
      if (known.has(part)) continue;
      parts.set(place, known.add(part));
      if (!runtimes.includes(place.slice('node_modules/'.length))) waiting.push(...needsOf(packages, place));
    }
  }
  return parts;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Packages that the window's source imports by name. The contract and core/base are bundled into it as well. */
function windowImports(root: string): string[] {
  const found = new Set<string>();
  for (const folder of ['renderer', 'electron', 'core/contract', 'core/base']) {
    if (!existsSync(join(root, folder))) continue;
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|svelte|css)$/.test(file)) continue;
      const text = readFileSync(join(root, folder, file), 'utf8');
      for (const [, specifier = ''] of text.matchAll(/(?:from|import|import\()\s*['"]([^'".][^'"]*)['"]/g)) {
        if (specifier.startsWith('node:')) continue;
        const [scope = '', name = ''] = specifier.split('/');
        found.add(scope.startsWith('@') ? `${scope}/${name}` : scope);
      }
    }
  }
  return [...found].sort();
}

type Packages = Readonly<Record<string, LockEntry>>;

/** Where Node finds `name` from the package at `from`: the nearest `node_modules` upwards. */
function placeOf(packages: Packages, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (place in packages) return place;
    if (at === '') return undefined;
  }
}

function needsOf(packages: Packages, place: string): string[] {
  const entry = packages[place];
  const names = Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies, ...entry?.peerDependencies });
  return names.map((name) => placeOf(packages, place, name)).filter((found) => found !== undefined);
}

function describe(root: string, packages: Packages, path: string, parts: readonly Part[]): ProductPackage {
  const entry = packages[path];
  return {
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry?.version ?? '',
    licence: entry?.license ?? statedLicence(join(root, path)) ?? 'not stated',
    parts,
    path,
  };
}

function statedLicence(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const stated = (JSON.parse(readFileSync(file, 'utf8')) as { readonly license?: unknown }).license;
  return typeof stated === 'string' ? stated : undefined;
}
