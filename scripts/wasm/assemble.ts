/** core/services/features/side-images/passes.ts from its WebAssembly text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

const folder = join(import.meta.dirname, '..', '..', 'core', 'services', 'features', 'side-images');
export const assembledPath = join(folder, 'passes.ts');

/** The file that holds the assembled bytes. */
export async function assembled(): Promise<string> {
  const name = 'passes.wat';
  const module = (await wabt()).parseWat(name, readFileSync(join(folder, name), 'utf8'), { simd: true });
  module.validate();
  const bytes = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = bytes.match(/.{1,140}/g) ?? [];
  return `/** Written by \`npm run wasm\` from passes.wat; do not edit. */
export const passesWasm = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`;
}
