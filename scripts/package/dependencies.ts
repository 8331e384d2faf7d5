/**
 * The npm packages that the core process needs, for one platform: what `dependencies` names and what those need, and of
 * native packages only the target's binaries (onnxruntime-node carries 290 MB for all of them).
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { invariant } from '../../core/base/errors.ts';

export interface Target {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

interface Rule {
  /** Needed by its install script only. */
  readonly withoutDependencies?: readonly string[];
  /** Whether a file of the package goes along; `path` is relative to the package, with slashes. */
  keeps(path: string, target: Target): boolean;
}

const rules: Readonly<Record<string, Rule>> = {
  'onnxruntime-node': {
    withoutDependencies: ['adm-zip', 'global-agent'],
    keeps: (path, { platform, arch }) =>
      /^(package\.json|README\.md|dist\/.*\.js)$/.test(path) ||
      new RegExp(`^bin/napi-v\\d+/${platform}/${arch}/`).test(path),
  },
  webgpu: {
    keeps: (path, { platform, arch }) =>
      /^(package\.json|index\.js|LICENSE\.md)$/.test(path) ||
      path.startsWith(`dist/${platform}-${platform === 'darwin' ? 'universal' : arch}/`),
  },
  'better-sqlite3': {
    keeps: (path, { platform, arch }) =>
      /^(package\.json|LICENSE|lib\/.*)$/.test(path) || path === `prebuilds/${platform}-${arch}.node`,
  },
};

/**
 * The compiled programs that a package must carry, beside whose absence nothing fails until a user's computer misses one. On Windows Dawn
 * hands its shaders to dxcompiler, which wants dxil beside it; DirectML serves the device `dml`. Linux and macOS compile in the driver. No
 * ONNX Runtime of this version is made for Macs with Intel processors.
 */
export function requiredParts({ platform, arch }: Target): string[] {
  const ort: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
    linux: ['libonnxruntime.so.1'],
    darwin: ['libonnxruntime.1.dylib'],
    win32: ['onnxruntime.dll', 'dxcompiler.dll', 'dxil.dll', 'DirectML.dll'],
  };
  const dawn = platform === 'win32' ? ['dawn.node', 'dxcompiler.dll', 'd3dcompiler_47.dll'] : ['dawn.node'];
  return [
    ...['onnxruntime_binding.node', ...(ort[platform] ?? [])].map(
      (file) => `onnxruntime-node/bin/napi-v6/${platform}/${arch}/${file}`,
    ),
    ...dawn.map((file) => `webgpu/dist/${platform}-${platform === 'darwin' ? 'universal' : arch}/${file}`),
    `better-sqlite3/prebuilds/${platform}-${arch}.node`,
  ];
}

/** Whether a file of a package goes along. */
export function keepsFile(name: string, path: string, target: Target): boolean {
  return rules[name]?.keeps(path, target) ?? keepsByDefault(path);
}

/** Tests, sources and maps of packages are of no use to a program that runs. */
function keepsByDefault(path: string): boolean {
  return !/(^|\/)(test|tests|__tests__|docs|example|examples|\.github)\/|\.(map|ts|mts|cts|md)$/i.test(path);
}

/** Copies the packages into `out/node_modules`. Gives their names and versions. */
export function copyDependencies(root: string, out: string, target: Target): string[] {
  const { dependencies } = readPackage(root) as { dependencies: Record<string, string> };
  const copied = new Map<string, string>();
  const visit = (name: string, from: string): void => {
    const folder = resolvePackage(name, from, root);
    const place = relative(root, folder);
    if (copied.has(place)) return;
    const manifest = readPackage(folder);
    copied.set(place, `${name}@${manifest.version}`);
    copyPackage(name, folder, join(out, place), target);
    const left = rules[name]?.withoutDependencies ?? [];
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (!left.includes(dependency)) visit(dependency, folder);
    }
  };
  for (const name of Object.keys(dependencies)) visit(name, root);
  const missing = requiredParts(target).filter((part) => !existsSync(join(out, 'node_modules', part)));
  invariant(missing.length === 0, `the package lacks ${missing.join(', ')}; install anew with npm ci on this system`);
  return [...copied.values()].sort();
}

function readPackage(folder: string): { version: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The folder of a package as Node would find it from `from`. */
function resolvePackage(name: string, from: string, root: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    invariant(folder !== root && dirname(folder) !== folder, `the package ${name} is not installed`);
  }
}

function copyPackage(name: string, folder: string, out: string, target: Target): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (path.startsWith('node_modules/') || !keepsFile(name, path, target)) continue;
    mkdirSync(dirname(join(out, path)), { recursive: true });
    cpSync(join(folder, path), join(out, path));
  }
}
