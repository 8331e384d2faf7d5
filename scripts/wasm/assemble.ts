/** core/services/features/lines/resample-lines.ts from its WebAssembly text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

const folder = join(import.meta.dirname, '..', '..', 'core', 'services', 'features', 'lines');
export const assembledPath = join(folder, 'resample-lines.ts');

/** The file that holds the assembled bytes. */
export async function assembled(): Promise<string> {
  const name = 'resample-lines.wat';
  const module = (await wabt()).parseWat(name, readFileSync(join(folder, name), 'utf8'), { simd: true });
  module.validate();
  const bytes = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = bytes.match(/.{1,140}/g) ?? [];
  return `/** Written by \`npm run wasm\` from resample-lines.wat; do not edit. */
export const resampleLinesWasm = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`;
}
