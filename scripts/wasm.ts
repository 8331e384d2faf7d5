/** `npm run wasm`: assembles passes.wat (core/services/features/side-images) into passes.ts. A unit test fails when that is out of date. */
import { writeFileSync } from 'node:fs';
import { commandLine } from './command-line.ts';
import { assembled, assembledPath } from './wasm/assemble.ts';

commandLine(import.meta.filename, {});
writeFileSync(assembledPath, await assembled());
console.log(`Wrote ${assembledPath}`);
