/** CONTRIBUTING.md says in how many places a thing is added; counted here by one that is there already. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared.ts';

const page = readFileSync(join(repositoryRoot, 'CONTRIBUTING.md'), 'utf8');

/** The table's rows: what is added, and where. */
const rows = new Map(
  [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)].map(([, thing = '', places = '']) => [thing, places]),
);

/** A thing → one that is there, by what it is called in the source, and the folders in which it may be named. */
const samples: Readonly<Record<string, { readonly name: RegExp; readonly folders: readonly string[] }>> = {
  op: { name: /\bsigmoid(Op)?\b/, folders: ['core/graph', 'core/engine', 'test/reference'] },
  'call of the window': { name: /'watches\.setActive'/, folders: ['core', 'electron'] },
  'job kind': {
    name: /'measure'|\bmeasure: ['{]|\bmeasureJob\b/,
    folders: ['core/contract', 'core/services', 'core/host', 'electron', 'renderer/i18n'],
  },
  'error code': { name: /\bPATIENT_NOT_FOUND: /, folders: ['core'] },
};

/** Counted by methods.test.ts. */
const countedElsewhere = ['method'];

function filesNaming(name: RegExp, folder: string): string[] {
  return readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => name.test(readFileSync(path, 'utf8')))
    .map((path) => relative(repositoryRoot, path).replaceAll('\\', '/'));
}

test('every number of places in the table is counted by a test', () => {
  const numbered = [...rows].filter(([, places]) => /^\d+\b/.test(places)).map(([thing]) => thing);
  expect(numbered.sort()).toEqual([...Object.keys(samples), ...countedElsewhere].sort());
});

test.each(Object.entries(samples))(
  'a new %s is added in as many places as the table says, and they are those it names',
  (thing, { name, folders }) => {
    const places = rows.get(thing) ?? '';
    const named = [...places.matchAll(/`([\w/<>.-]+\.ts)`/g)].map(
      ([, path = '']) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/<\w+>/g, '[^/]+')}$`),
    );
    const found = folders.flatMap((folder) => filesNaming(name, folder));
    expect(found.filter((path) => !named.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(Number.parseInt(places, 10)).toBe(found.length);
  },
);

test('every file and folder that the table names is there', () => {
  const named = [...rows.values()].flatMap((places) =>
    [...places.matchAll(/`([\w-]+\/[\w/.-]+)`/g)].map(([, path = '']) => path),
  );
  expect(named.length).toBeGreaterThan(15);
  const known = new Set(readdirSync(repositoryRoot));
  for (const path of named.filter((one) => known.has(one.split('/')[0] ?? ''))) {
    expect(() => readdirSync(join(repositoryRoot, path, path.endsWith('/') ? '.' : '..')), path).not.toThrow();
    if (!path.endsWith('/')) expect(readFileSync(join(repositoryRoot, path), 'utf8').length, path).toBeGreaterThan(0);
  }
});
