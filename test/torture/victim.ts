/**
 * The process that is killed: node victim.ts STAGE LIBRARY FOLDER
 *
 * It does one kind of work over a library and says on standard output, one JSON object a line, what was acknowledged: after a commit
 * returned, never before. The last line is the outcome: { done } or { error: { code, message, action } }.
 */
import { readFileSync, writeSync } from 'node:fs';
import { serialiseError } from '../../core/base/errors.ts';
import type { Stage } from './studies.ts';
import { doWork } from './work.ts';

const [stage, library = '', folder = ''] = process.argv.slice(2);

// A write past `ulimit -f` would otherwise end the process before it could say why.
process.on('SIGXFSZ', () => {});

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Where asked for, kills the engine's process at the n-th progress report. */
const killEngineAt = Number(process.env['TORTURE_ENGINE_AT'] ?? 0);
let reports = 0;

function progress(): void {
  reports++;
  if (reports !== killEngineAt) return;
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
  for (const child of children.split(' ').filter((id) => id !== '')) process.kill(Number(child), 'SIGKILL');
}

try {
  await doWork(stage as Stage, { library, folder, say }, { ownProcess: killEngineAt > 0, progress });
  say({ done: true });
} catch (error) {
  const { code, message, action } = serialiseError(error);
  say({ error: { code, message, action } });
  process.exitCode = 1;
}
