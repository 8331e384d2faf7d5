/**
 * A bill of materials in CycloneDX 1.6 (JSON): every package, compiled part and runtime of the product, with licence, hash and what needs
 * what. Source: the CycloneDX 1.6 JSON schema; `sbomProblems` checks the rules of it that a document like ours can break.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundledParts } from './bundled.ts';
import { type ProductPackage, productPackages } from './packages.ts';

interface Component {
  readonly type: 'application' | 'library' | 'framework' | 'machine-learning-model';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  readonly scope?: 'required' | 'optional';
  readonly purl?: string;
  readonly licenses?: readonly (
    | { readonly license: { readonly id?: string; readonly name?: string } }
    | { readonly expression: string }
  )[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

export interface Sbom {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** SPDX identifiers that occur; anything else is written as an expression or as a name. */
const spdxIds: ReadonlySet<string> = new Set([
  ...[
    '0BSD',
    'Apache-2.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'BlueOak-1.0.0',
    'CC0-1.0',
    'ISC',
    'LGPL-2.1-or-later',
    'MIT',
  ],
  ...['MPL-2.0', 'Python-2.0', 'Unlicense', 'Zlib', 'blessing', 'Unicode-3.0', 'WTFPL'],
]);

function licencesOf(licence: string): Component['licenses'] {
  if (spdxIds.has(licence)) return [{ license: { id: licence } }];
  if (/ (OR|AND|WITH) /.test(licence)) return [{ expression: licence.replace(/^\((.*)\)$/, '$1') }];
  return [{ license: { name: licence } }];
}

function purlOf({ name, version }: ProductPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function packageComponent(found: ProductPackage): Component {
  const digest = found.integrity?.startsWith('sha512-') ? Buffer.from(found.integrity.slice(7), 'base64') : null;
  return {
    type: found.parts.includes('runtime') ? 'framework' : 'library',
    'bom-ref': found.path,
    name: found.name,
    version: found.version,
    scope: found.parts.every((part) => part === 'engine') ? 'optional' : 'required',
    purl: purlOf(found),
    licenses: licencesOf(found.licence) ?? [],
    ...(digest === null ? {} : { hashes: [{ alg: 'SHA-512', content: digest.toString('hex') }] }),
    properties: found.parts.map((part) => ({ name: 'sidelight:part', value: part })),
  };
}

/** The embedded LPM, when the checkout has one. */
function modelComponents(root: string): Component[] {
  const folder = join(root, 'resources', 'lpm');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.safetensors') && statSync(join(folder, name)).isFile())
    .map((name) => ({
      type: 'machine-learning-model',
      'bom-ref': `resources/lpm/${name}`,
      name: `embedded LPM (${name})`,
      hashes: [
        {
          alg: 'SHA-256',
          content: createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex'),
        },
      ],
    }));
}

/** The bill of the checkout at `root`. The serial number follows from the content, so equal content gives equal bytes but for the time. */
export function makeSbom(root: string, now: Date): Sbom {
  const { version, name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>;
  const packages = productPackages(root);
  const places = new Set(packages.map((p) => p.path));
  const parts = bundledParts.map(
    (part): Component => ({
      type: 'library',
      'bom-ref': `${part.carrier}#${part.name}`,
      name: part.name,
      licenses: licencesOf(part.licence) ?? [],
      externalReferences: [{ type: 'website', url: part.source }],
      properties: [{ name: 'sidelight:kind', value: part.kind }],
    }),
  );
  const models = modelComponents(root);
  const components = [...packages.map(packageComponent), ...parts, ...models];
  const product = `${name}@${version}`;
  const dependencies = [
    {
      ref: product,
      dependsOn: [...places, ...models.map((model) => model['bom-ref'])].filter(
        (ref) => !/node_modules\/.*node_modules\//.test(ref),
      ),
    },
    ...packages.map(({ path, name: carrier, needs }) => ({
      ref: path,
      dependsOn: [
        ...new Set(needs.filter((need) => places.has(need))),
        ...bundledParts.filter((part) => part.carrier === carrier).map((part) => `${part.carrier}#${part.name}`),
      ],
    })),
    ...parts.map((part) => ({ ref: part['bom-ref'], dependsOn: [] })),
    ...models.map((model) => ({ ref: model['bom-ref'], dependsOn: [] })),
  ];
  const digest = createHash('sha256').update(JSON.stringify({ components, dependencies })).digest('hex');
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    version: 1,
    metadata: {
      timestamp: now.toISOString(),
      component: { type: 'application', 'bom-ref': product, name: name ?? '', version: version ?? '' },
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
  rule(bom.bomFormat === 'CycloneDX' && bom.specVersion === '1.6' && bom.version === 1, 'format or version');
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
