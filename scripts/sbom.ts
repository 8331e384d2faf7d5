/** `npm run sbom [-- FILE]`: writes the CycloneDX bill of materials (release/sbom.cdx.json) after checking it. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { commandLine } from './command-line.ts';
import { makeSbom, sbomProblems } from './licences/sbom.ts';

const [file] = commandLine(import.meta.filename, { allowPositionals: true }).positionals;
const root = resolve(import.meta.dirname, '..');
const target = resolve(file ?? join(root, 'release', 'sbom.cdx.json'));
const bom = makeSbom(root, new Date());
const problems = sbomProblems(bom);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `${JSON.stringify(bom, null, 1)}\n`);
console.log(`${target}: ${bom.components.length} components`);
