import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { binaryName, bundledParts } from '../../scripts/licences/bundled.ts';
import { productPackages } from '../../scripts/licences/packages.ts';
import { licencesPage } from '../../scripts/licences/page.ts';
import { makeSbom, refOf, type Sbom, sbomProblems } from '../../scripts/licences/sbom.ts';
import { repositoryRoot } from '../support/shared.ts';

const packages = productPackages(repositoryRoot);
const bill = makeSbom(repositoryRoot, new Date('2026-01-02T03:04:05Z'));

describe('licences', () => {
  test('docs/licences.md is what source and lock file say (npm run docs)', () => {
    expect(readFileSync(join(repositoryRoot, 'docs', 'licences.md'), 'utf8')).toBe(licencesPage(repositoryRoot));
  });

  test('every package of package.json is in the product, build and test tools are not', () => {
    const { dependencies } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const names = packages.map((found) => found.name);
    expect(Object.keys(dependencies).filter((name) => !names.includes(name))).toEqual([]);
    expect(
      names.filter((name) => ['vitest', 'typescript', 'vite', '@biomejs/biome', 'playwright'].includes(name)),
    ).toEqual([]);
    expect(names).toContain('svelte');
  });

  test('nothing in the product asks for more than notices: no GPL or AGPL, and a licence or its text for each package', () => {
    expect(packages.filter(({ licence }) => /\bA?GPL\b/.test(licence) && !licence.includes(' OR '))).toEqual([]);
    const silent = packages.filter(({ licence, path }) => {
      const folder = join(repositoryRoot, path);
      const hasText = existsSync(folder) && readdirSync(folder).some((name) => /^licen[cs]e/i.test(name));
      return licence === 'not stated' && !hasText;
    });
    expect(silent.map((found) => found.name)).toEqual([]);
  });

  test('every compiled program inside a package has a row that says what it is', () => {
    const carriers = new Set(bundledParts.map((part) => part.carrier));
    const silent = packages.filter(({ name, path, parts }) => {
      const folder = join(repositoryRoot, path);
      if (carriers.has(name) || !existsSync(folder) || parts.every((part) => part === 'engine')) return false;
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      return files.some((file) => !file.includes('node_modules') && binaryName.test(file));
    });
    expect(silent.map((found) => found.name)).toEqual([]);
    const names = packages.map((found) => found.name);
    expect(bundledParts.filter((part) => !names.includes(part.carrier))).toEqual([]);
  });
});

describe('the bill of materials', () => {
  test('keeps the rules of CycloneDX 1.5 and names every package and compiled part, each package with its hash', () => {
    expect(sbomProblems(bill)).toEqual([]);
    const refs = bill.components.map((component) => component['bom-ref']);
    expect(packages.filter((found) => !refs.includes(refOf(found)))).toEqual([]);
    const registry = bill.components.filter((component) => component.purl !== undefined);
    expect(registry.filter((component) => component.hashes === undefined).map((c) => c.name)).toEqual([]);
    // No build tool and no test tool is left of what npm lists, and of a runtime only itself.
    const packageRefs = new Set(packages.map(refOf));
    expect(registry.filter((component) => !packageRefs.has(component['bom-ref']))).toEqual([]);
    expect(bill.components.length).toBeGreaterThanOrEqual(packageRefs.size + bundledParts.length);
    expect(refs).toEqual(
      expect.arrayContaining(['electron#FFmpeg', expect.stringMatching(/^resources\/lpm\/.*safetensors$/)]),
    );
  });

  test('says what needs what: the product its own packages and weights, a package what is compiled into it', () => {
    const needs = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const own = needs.get(bill.metadata.component['bom-ref']) ?? [];
    const version = (name: string): string =>
      refOf(packages.find((found) => found.name === name) ?? { name, version: '' });
    expect(own).toEqual(expect.arrayContaining([version('zod'), version('svelte'), version('electron')]));
    expect(own.some((ref) => ref.startsWith('resources/lpm/'))).toBe(true);
    expect(own).not.toContain(version('iobuffer'));
    expect(needs.get(version('tiff'))).toContain(version('iobuffer'));
    expect(needs.get(version('better-sqlite3'))).toContain('better-sqlite3#SQLite');
    expect(needs.get(version('electron'))).toEqual(expect.arrayContaining(['electron#FFmpeg']));
    expect(bill.metadata.component).toMatchObject({ name: 'sidelight', type: 'application' });
  });

  test('calls what the window bundles required, the engine pack optional, and states the licence that npm found', () => {
    const found = (name: string) => bill.components.find((component) => component.name === name);
    expect(found('svelte')).toMatchObject({ scope: 'required', licenses: [{ license: { id: 'MIT' } }] });
    expect(found('@tensorflow/tfjs-node-gpu')).toMatchObject({ scope: 'optional' });
    expect(found('electron')).toMatchObject({ type: 'framework', properties: [{ value: 'runtime' }] });
  });

  test('of equal content is equal but for the time', () => {
    const later = makeSbom(repositoryRoot, new Date('2027-01-02T03:04:05Z'));
    expect({ ...later, metadata: bill.metadata }).toEqual(bill);
  }, 120_000);

  test.each<[string, (bom: Sbom) => Sbom, RegExp]>([
    [
      'a reference that leads nowhere',
      (bom) => ({ ...bom, dependencies: [...bom.dependencies, { ref: 'x', dependsOn: [] }] }),
      /x, which is no/,
    ],
    [
      'two components of one reference',
      (bom) => ({ ...bom, components: [...bom.components, ...bom.components.slice(0, 1)] }),
      /share a bom-ref/,
    ],
    ['a wrong serial number', (bom) => ({ ...bom, serialNumber: 'urn:uuid:1' }), /serial number/],
    [
      'a component without its dependencies',
      (bom) => ({ ...bom, dependencies: bom.dependencies.slice(1) }),
      /not among the dependencies/,
    ],
  ])('with %s is refused', (_, harm, message) => {
    expect(sbomProblems(harm(bill)).join()).toMatch(message);
  });
});
