/**
 * A bill of materials in CycloneDX (JSON). `npm sbom` writes one of everything in a lock file; of that, what reaches a user is kept, and
 * what no lock file knows is added: libraries compiled into packages, the runtimes as such, and the weights in the box.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand } from '../set-up/npm.mjs';
import { bundledParts } from './bundled.ts';
import { engineFolder, type ProductPackage, productPackages } from './packages.ts';

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  readonly scope?: 'required' | 'optional';
  readonly purl?: string;
  readonly licenses?: readonly object[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

export interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** The bill that npm writes of the lock file in `folder`. It asks no registry, and nothing need be installed. */
function npmBill(folder: string): Sbom {
  const { file, args } = npmCommand();
  const asked = [
    'sbom',
    '--package-lock-only',
    '--sbom-format',
    'cyclonedx',
    '--sbom-type',
    'application',
    '--offline',
  ];
  const { status, stdout, stderr, error } = spawnSync(file, [...args, ...asked], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm sbom failed in ${folder}: ${error?.message ?? stderr.trim()}`);
  return JSON.parse(stdout) as Sbom;
}

/** How npm's bill names a package. */
export function refOf({ name, version }: Pick<ProductPackage, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

/** What npm says of a package, with what it is to us. npm takes what Vite bundles for a development tool. */
function described(component: Component, members: readonly ProductPackage[]): Component {
  const parts = [...new Set(members.flatMap((member) => member.parts))].sort();
  return {
    ...component,
    type: parts.includes('runtime') ? 'framework' : 'library',
    scope: parts.every((part) => part === 'engine') ? 'optional' : 'required',
    properties: parts.map((part) => ({ name: 'sidelight:part', value: part })),
  };
}

const compiledParts = bundledParts.map((part) => ({
  carrier: part.carrier,
  component: {
    type: 'library',
    'bom-ref': `${part.carrier}#${part.name}`,
    name: part.name,
    licenses: [{ expression: part.licence }],
    externalReferences: [{ type: 'website', url: part.source }],
    properties: [{ name: 'sidelight:kind', value: part.kind }],
  } satisfies Component,
}));

/** The embedded LPM, when the checkout has one. */
function modelComponents(root: string): Component[] {
  const folder = join(root, 'resources', 'lpm');
  if (!existsSync(folder)) return [];
  const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.safetensors') && statSync(join(folder, name)).isFile())
    .map((name) => ({
      type: 'machine-learning-model',
      'bom-ref': `resources/lpm/${name}`,
      name: `embedded LPM (${name})`,
      hashes: [{ alg: 'SHA-256', content: sha256(join(folder, name)) }],
    }));
}

/** The bill of the checkout at `root`. The serial number follows from the content, so equal content gives equal bytes but for the time. */
export function makeSbom(root: string, now: Date): Sbom {
  const product = Map.groupBy(productPackages(root), refOf);
  const bills = [npmBill(root), npmBill(join(root, engineFolder))];
  const [bill] = bills as [Sbom, Sbom];
  const models = modelComponents(root);
  // A package of both lock files is one component.
  const packages = new Map<string, Component>();
  const needs = new Map<string, Set<string>>();
  const roots = bills.map(({ metadata }) => metadata.component['bom-ref']);
  for (const { components, dependencies } of bills) {
    for (const component of components) {
      const members = product.get(component['bom-ref']);
      if (members !== undefined) packages.set(component['bom-ref'], described(component, members));
    }
    for (const { ref, dependsOn } of dependencies) {
      const from = roots.includes(ref) ? (roots[0] as string) : ref;
      if (from !== roots[0] && !product.has(from)) continue;
      // What a runtime's package needs only fetches the runtime.
      const isRuntime = product.get(from)?.some(({ parts }) => parts.includes('runtime')) === true;
      const kept = isRuntime ? [] : dependsOn.filter((need) => product.has(need));
      needs.set(from, new Set([...(needs.get(from) ?? []), ...kept]));
    }
  }
  for (const { 'bom-ref': ref } of models) needs.get(roots[0] as string)?.add(ref);
  for (const { carrier, component } of compiledParts) {
    for (const member of [...product.values()].flat().filter(({ name }) => name === carrier)) {
      needs.get(refOf(member))?.add(component['bom-ref']);
    }
  }
  const added = [...compiledParts.map(({ component }) => component), ...models];
  for (const { 'bom-ref': ref } of added) needs.set(ref, new Set());
  const components = [...packages.values(), ...added];
  const dependencies = [...needs].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn] }));
  const digest = createHash('sha256').update(JSON.stringify({ components, dependencies })).digest('hex');
  return {
    ...bill,
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    metadata: {
      ...bill.metadata,
      timestamp: now.toISOString(),
      // npm names it after the folder of the checkout.
      component: { ...bill.metadata.component, name: 'sidelight' },
    },
    components,
    dependencies,
  };
}

/** 128 bits of a digest as a UUID of version 8 (RFC 9562: for one's own rule). */
function uuidOf(hex: string): string {
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const digestLengths: Readonly<Record<string, number>> = { 'SHA-256': 64, 'SHA-512': 128 };

/** Rules of the schema that `bom` breaks; empty when none. */
export function sbomProblems(bom: Sbom): string[] {
  const problems: string[] = [];
  const refs = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
  const rule = (holds: boolean, message: string): void => {
    if (!holds) problems.push(message);
  };
  rule(bom.bomFormat === 'CycloneDX' && bom.specVersion === '1.5' && bom.version === 1, 'format or version');
  rule(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(bom.serialNumber),
    `serial number ${bom.serialNumber}`,
  );
  rule(!Number.isNaN(Date.parse(bom.metadata.timestamp)), 'timestamp');
  rule(new Set(refs).size === refs.length, 'two components share a bom-ref');
  for (const component of bom.components) {
    rule(component.name !== '', `${component['bom-ref']}: no name`);
    rule(
      component.purl === undefined || /^pkg:npm\/(%40[^/@]+\/)?[^/@]+@[^@]+$/.test(component.purl),
      `purl ${component.purl}`,
    );
    for (const { alg, content } of component.hashes ?? []) {
      rule(content.length === digestLengths[alg] && /^[0-9a-f]+$/.test(content), `${component['bom-ref']}: hash`);
    }
    const licences = component.licenses ?? [];
    const expressions = licences.filter((licence) => 'expression' in licence).length;
    rule(expressions === 0 || licences.length === 1, `${component['bom-ref']}: an expression stands alone`);
  }
  const listed = new Set<string>();
  for (const { ref, dependsOn } of bom.dependencies) {
    rule(refs.includes(ref), `dependencies name ${ref}, which is no component`);
    rule(!listed.has(ref), `dependencies list ${ref} twice`);
    listed.add(ref);
    rule(new Set(dependsOn).size === dependsOn.length, `${ref} needs something twice`);
    for (const need of dependsOn) rule(refs.includes(need), `${ref} needs ${need}, which is no component`);
  }
  for (const ref of refs) rule(listed.has(ref), `${ref} is not among the dependencies`);
  return problems;
}
