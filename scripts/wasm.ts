/** `npm run wasm`: assembles resample-lines.wat (core/services/features/lines) into resample-lines.ts. A unit test fails when that is out of date. */
import { writeFileSync } from 'node:fs';
import { commandLine } from './command-line.ts';
import { assembled, assembledPath } from './wasm/assemble.ts';

commandLine(import.meta.filename, {});
writeFileSync(assembledPath, await assembled());
console.log(`Wrote ${assembledPath}`);
