/**
 * What the compiler cannot see of the layers: which file may import which npm package, and how long files grow.
 * Imports between layers are enforced by the TypeScript projects (tsconfig.json of each row of core/).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared.ts';

/** Package → the folders or files of ours that may import it. A package in no row may be imported by nobody. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['core/store/'],
  'onnxruntime-node': ['core/engine/onnxruntime.ts'],
  '@tensorflow/tfjs-node-gpu': ['core/engine/tensorflow.ts'],
  'dicom-parser': ['core/dicom/dicom-parser.ts'],
  zod: ['core/contract/', 'core/jobs/', 'core/store/', 'core/services/'],
  commander: ['core/cli/'],
  'csv-parse': ['core/services/'],
  'csv-stringify': ['core/services/'],
  yauzl: ['core/services/'],
  'fast-png': ['core/images/'],
  tiff: ['core/images/'],
  '@cornerstonejs/codec-openjpeg': ['core/services/pixels/decode/'],
  '@cornerstonejs/codec-openjph': ['core/services/pixels/decode/'],
  fflate: ['core/codecs/'],
  electron: ['electron/main/', 'electron/preload/'],
  svelte: ['renderer/'],
  'bits-ui': ['renderer/'],
  '@observablehq/plot': ['renderer/components/'],
  '@tanstack/virtual-core': ['renderer/components/'],
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      const text = readFileSync(full, 'utf8');
      return { path: relative(repositoryRoot, full).replaceAll('\\', '/'), text, lines: text.split('\n').length };
    });
}

const files = ['core', 'electron', 'renderer', 'scripts', 'pretraining', 'bench', 'test'].flatMap(sourceFiles);

/** `@scope/name/sub` → `@scope/name`; relative and `node:` imports give undefined. */
function packageOf(specifier: string): string | undefined {
  // `filter.from !== '' ? a : 'b'` looks like an import to the expression below; no package has such a name.
  if (/^(\.|node:)/.test(specifier) || !/^[@a-z]/.test(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importedPackages(text: string): string[] {
  const specifiers = [...text.matchAll(/(?<!')(?:from|import|import\(|require\(|resolve\()\s*'([^'\n]+)'/g)].map(
    (m) => m[1] ?? '',
  );
  return specifiers.flatMap((s) => packageOf(s) ?? []);
}

describe('architecture', () => {
  test('a package is imported only by the files that own it', () => {
    const wrong = files
      .filter((file) => /^(core|electron|renderer)\//.test(file.path))
      .flatMap((file) =>
        importedPackages(file.text)
          .filter((name) => !(mayImport[name] ?? []).some((allowed) => file.path.startsWith(allowed)))
          .map((name) => `${file.path} imports ${name}`),
      );
    expect(wrong).toEqual([]);
  });

  test('no file is longer than 600 lines, generated tables excepted', () => {
    const long = files.filter((file) => file.lines > 600 && !file.text.slice(0, 200).includes('enerated by'));
    expect(long.map((file) => `${file.path}: ${file.lines} lines`)).toEqual([]);
  });

  test('no file past 400 lines lacks its reason in the first comment', () => {
    const long = files.filter(
      (file) =>
        file.lines > 400 &&
        !file.text.slice(0, 200).includes('enerated by') &&
        !file.text.slice(0, 1500).includes('Length:'),
    );
    expect(long.map((file) => `${file.path}: ${file.lines} lines`)).toEqual([]);
  });
});
