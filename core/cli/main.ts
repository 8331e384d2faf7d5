/** The `sidelight` program: reads the command line, runs one command, prints its result, ends with its exit status. */
import { readFileSync } from 'node:fs';
import { loadCommands } from './folder.ts';
import { runCommandLine } from './run.ts';

const packageFile = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

const status = await runCommandLine({
  argv: process.argv.slice(2),
  commands: await loadCommands(),
  version,
  stdout: process.stdout,
  stderr: process.stderr,
});
// Standard output may be a pipe, which Node empties asynchronously: end only when it is empty.
process.stdout.write('', () => process.exit(status));
