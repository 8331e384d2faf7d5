/**
 * What the compiler cannot see of the layers: which file may import which npm package, which
 * room of core/services may import which, that nothing imports in a circle, and how long files grow.
 * Imports between layers are enforced by the TypeScript projects (tsconfig.json of each row of core/).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared.ts';

/** Package → the folders or files of ours that may import it. A package in no row may be imported by nobody. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['core/store/'],
  'onnxruntime-node': ['core/engine/onnxruntime.ts'],
  webgpu: ['core/engine/webgpu/probe.ts'],
  '@tensorflow/tfjs-node-gpu': ['core/engine/tensorflow.ts'],
  'dicom-parser': ['core/dicom/dicom-parser.ts'],
  zod: ['core/contract/', 'core/jobs/', 'core/store/', 'core/services/'],
  commander: ['core/cli/'],
  'csv-parse': ['core/services/'],
  'csv-stringify': ['core/services/files/'],
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

/**
 * Rooms of core/services → the rooms that each may import from. Every row takes from rows above it only, so no circle fits in.
 * What each is for stands in docs/architecture.md.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  threads: [],
  devices: [],
  session: ['devices'],
  files: [],
  records: ['session'],
  privacy: [],
  patients: ['session', 'files', 'privacy'],
  datasets: ['session', 'files', 'records', 'patients'],
  import: ['session', 'files', 'records', 'privacy', 'patients', 'datasets'],
  lpm: ['session', 'files'],
  pixels: ['threads', 'session', 'files', 'records'],
  export: ['session', 'files', 'privacy', 'patients', 'import'],
  reading: ['session', 'datasets'],
  features: ['threads', 'session', 'records', 'datasets', 'lpm', 'pixels'],
  training: ['datasets', 'features', 'lpm', 'session'],
  recipe: ['datasets', 'features', 'lpm', 'session', 'training'],
  demo: ['session', 'import', 'datasets', 'lpm'],
  estimate: ['session', 'files', 'records', 'datasets', 'lpm', 'pixels', 'features', 'training', 'recipe'],
  labelling: ['session', 'files', 'datasets', 'reading', 'lpm', 'features', 'training', 'recipe', 'estimate'],
  evaluation: ['session', 'files', 'records', 'datasets', 'lpm', 'pixels', 'features', 'training', 'recipe'],
  comparison: ['session', 'files', 'datasets', 'lpm', 'estimate', 'evaluation'],
  promotion: ['session', 'evaluation', 'training'],
  classification: ['session', 'files', 'records', 'patients', 'datasets', 'lpm', 'pixels', 'features', 'training'],
  replay: ['session', 'datasets', 'lpm', 'training'],
  shortcuts: ['session', 'evaluation', 'classification', 'training'],
  suspects: ['session', 'files', 'patients', 'datasets', 'reading', 'training'],
  library: ['threads', 'devices', 'session', 'files', 'records', 'privacy', 'datasets', 'lpm', 'pixels', 'training'],
  jobs: [
    'session',
    'datasets',
    'import',
    'lpm',
    'export',
    'features',
    'training',
    'recipe',
    'demo',
    'estimate',
    'evaluation',
    'comparison',
    'classification',
    'replay',
    'shortcuts',
    'labelling',
    'library',
  ],
  walkthrough: ['session', 'import', 'lpm', 'pixels', 'features', 'demo', 'evaluation', 'classification', 'jobs'],
};

/**
 * Files of core/ that keep something in a module → why. What a service remembers stands in SessionCaches instead, so that it ends with
 * the library that it came from.
 */
const mayRemember: Readonly<Record<string, string>> = {
  'core/graph/ir.ts': 'numbers the nodes of all graphs, so that no two are taken for one',
  'core/models/methods/lpm-method.ts':
    'finds the frozen weights that another network of the same graph has, by the image that both read, and forgets them with it',
  'core/engine/tensorflow.ts': 'the native library can be loaded into a process once',
  'core/engine/webgpu/adapter.ts': 'a GPU does not change under a running program: it is asked for once a process',
  'core/engine/weight-files.ts': 'files that lie on the disk end with the process at the latest',
  'core/engine/host/server.ts': "is the engine's process: its state is the process's",
  'core/services/features/batches/batch-worker.ts':
    'is a thread: the batches that it fills, what it reads with and makes images with',
  'core/services/pixels/decode/decode-worker.ts':
    'is a thread: the file whose frames it is asked for one after the other',
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

const architecturePage = readFileSync(join(repositoryRoot, 'docs', 'architecture.md'), 'utf8');

/** Every file of ours → the files of ours that it imports, for a value or for a type. */
const imports: ReadonlyMap<string, readonly string[]> = new Map(
  files.map(({ path, text }) => [
    path,
    [...text.matchAll(/(?:from|import|import\()\s*'(\.[^'\n]+)'/g)].map((m) =>
      posix.join(posix.dirname(path), m[1] ?? ''),
    ),
  ]),
);

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

  test('a room of core/services imports only from the rooms that its row names, which all stand above it', () => {
    const roomOf = (path: string): string | undefined => /^core\/services\/([^/]+)\//.exec(path)?.[1];
    const wrong = [...imports].flatMap(([path, targets]) => {
      const room = roomOf(path);
      if (room === undefined) return [];
      const others = targets.filter((target) => target.startsWith('core/services/') && roomOf(target) !== room);
      return others
        .filter((target) => !rooms[room]?.includes(roomOf(target) ?? ''))
        .map((to) => `${path} imports ${to}`);
    });
    expect(wrong).toEqual([]);
    const names = Object.keys(rooms);
    const upward = names.flatMap((room, i) => rooms[room]?.filter((other) => !names.slice(0, i).includes(other)) ?? []);
    expect(upward).toEqual([]);
  });

  test('every folder of core/services is a room with a row and a line in docs/architecture.md, and three files at most are in none', () => {
    const paths = [...imports.keys()].filter((path) => path.startsWith('core/services/'));
    const inRooms = paths.filter((path) => path.split('/').length > 3);
    expect(paths.filter((path) => !inRooms.includes(path)).length).toBeLessThanOrEqual(3);
    const folders = [...new Set(inRooms.map((path) => path.split('/')[2] ?? ''))].sort();
    expect(folders).toEqual(Object.keys(rooms).sort());
    expect(folders.filter((room) => !architecturePage.includes(`| \`${room}/\` |`))).toEqual([]);
  });

  test('threads are started by one function, which keeps them from a fault of V8', () => {
    const starting = files.filter(({ path, text }) => path.startsWith('core/') && /\bnew Worker\(/.test(text));
    expect(starting.map(({ path }) => path)).toEqual(['core/services/threads/start.ts']);
  });

  test('JSON that is stored in a library is read by one function, which checks it', () => {
    // A migration reads what was then; the seal of a database is checked by hand, since a torn one is nothing wrong.
    const own = ['core/store/stored-json.ts', 'core/store/seal.ts'];
    const elsewhere = files.filter(
      ({ path, text }) =>
        path.startsWith('core/store/') &&
        !path.includes('/migrations/') &&
        !own.includes(path) &&
        /JSON\.parse/.test(text),
    );
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  test('nothing is kept in a module of core/, but for the files that are listed with their reason', () => {
    // A line that begins at the margin is outside every function and class. Maps and sets that are typed Readonly are tables.
    const mutable =
      /^(?:export )?(?:let |const \w+(?:: (?!Readonly|readonly )[^=]*)? = (?:new (?:Weak)?(?:Map|Set|Ref)\b|\[\];|\{\};))/m;
    const found = files
      .filter(({ path, text }) => path.startsWith('core/') && mutable.test(text))
      .map(({ path }) => path);
    expect(found.sort()).toEqual(Object.keys(mayRemember).sort());
  });

  test('the rows of docs/architecture.md are the TypeScript projects, with what each references', () => {
    const block = /```\n([\s\S]*?)```/.exec(architecturePage)?.[1] ?? '';
    const rows = [...block.matchAll(/^(\S+?)\/? +\S.*? {2,}(\S.*)$/gm)].map(([, row = '', from = '']) => ({
      row,
      from,
    }));
    const layers = readdirSync(join(repositoryRoot, 'core'));
    expect(layers.filter((name) => !rows.some(({ row }) => row === `core/${name}`))).toEqual([]);
    // core/base may be referenced by all. Of a row that takes everything, the compiler sees to it that there is no circle.
    const isNamed = (name: string): boolean => name !== 'base' && name !== 'imports nothing';
    for (const { row, from } of rows.filter((one) => !/\ball\b/.test(one.from))) {
      const { references } = JSON.parse(readFileSync(join(repositoryRoot, row, 'tsconfig.json'), 'utf8')) as {
        references: { path: string }[];
      };
      const referenced = references.map(({ path }) => posix.join(row, path).replace('core/', ''));
      expect([row, ...referenced.filter(isNamed).sort()]).toEqual([row, ...from.split(', ').filter(isNamed).sort()]);
    }
  });

  test('no files import each other in a circle, of types neither', () => {
    const left = new Map(imports);
    // What imports nothing that is left is on no circle; nor is, after that, what nothing that is left imports.
    const shrink = (isFree: (path: string, targets: readonly string[]) => boolean): void => {
      for (let size = -1; size !== left.size; ) {
        size = left.size;
        for (const [path, targets] of left) if (isFree(path, targets)) left.delete(path);
      }
    };
    shrink((_, targets) => !targets.some((target) => left.has(target)));
    shrink((path) => ![...left.values()].some((targets) => targets.includes(path)));
    expect([...left.keys()]).toEqual([]);
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
