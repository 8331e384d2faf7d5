import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { binaryName, bundledParts } from '../../scripts/licences/bundled.ts';
import { productPackages } from '../../scripts/licences/packages.ts';
import { licencesPage } from '../../scripts/licences/page.ts';
import { makeSbom, type Sbom, sbomProblems } from '../../scripts/licences/sbom.ts';
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
  test('keeps the rules of CycloneDX 1.6 and names every package and compiled part, each package with its hash', () => {
    expect(sbomProblems(bill)).toEqual([]);
    const refs = bill.components.map((component) => component['bom-ref']);
    expect(packages.filter((found) => !refs.includes(found.path))).toEqual([]);
    const registry = bill.components.filter((component) => component.purl !== undefined);
    expect(registry.filter((component) => component.hashes === undefined).map((c) => c.name)).toEqual([]);
    expect(bill.components.length).toBeGreaterThanOrEqual(packages.length + bundledParts.length);
  });

  test('of equal content is equal but for the time', () => {
    const later = makeSbom(repositoryRoot, new Date('2027-01-02T03:04:05Z'));
    expect({ ...later, metadata: bill.metadata }).toEqual(bill);
  });

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
