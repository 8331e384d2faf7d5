/**
 * Every single call fails once: for each kind of work its first write, flush, open or rename, then its second, until none is left.
 * All in one process for each kind of work, as in the window, whose core lives on after an error and is given the same command again.
 */
import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serialiseError } from '../../core/base/errors.ts';
import { type Bench, compare, freshCopy, look } from './point.ts';
import { keptBench } from './prepare.ts';
import { type Stage, small, stages } from './studies.ts';
import { doWork } from './work.ts';

/** What a call may answer, by the kind of call that faults.c counts: writes and truncations, flushes, everything that needs a name. */
const answers: Readonly<Record<string, readonly string[]>> = {
  w: ['eio', 'enospc'],
  f: ['eio'],
  o: ['eacces', 'enospc'],
};

export interface NthResult {
  readonly stage: Stage;
  readonly at: number;
  readonly error: string;
  /** How the work ended: `done` or an error code. */
  readonly ended: string;
  readonly losses: readonly string[];
}

export interface NthOptions {
  /** Every n-th call only, from one that `seed` draws. */
  readonly every: number;
  readonly seed: number;
}

const inProcess = { ownProcess: false, progress: () => {} };

/** Tells faults.c; opening this name always fails. */
function setFault(fault: string, at: number): void {
  try {
    openSync(`/torture-control?${fault}?${at}`, 'r');
  } catch {}
}

/** Does all of one kind of work, in a process that faults.c is loaded into. */
async function failEach(bench: Bench, stage: Stage, { every, seed }: NthOptions, kinds: string): Promise<void> {
  const attempt = async (
    library: string,
    said: Record<string, unknown>[],
  ): Promise<ReturnType<typeof serialiseError> | null> => {
    try {
      await doWork(stage, { library, folder: bench.material, say: (line) => void said.push({ ...line }) }, inProcess);
      return null;
    } catch (error) {
      return serialiseError(error);
    }
  };
  const name = `nth-${stage}`;
  const first = freshCopy(bench, stage, name);
  setFault('none', 0);
  await attempt(first, []);
  const calls = readFileSync(kinds, 'utf8');
  for (let at = 1 + (seed % Math.min(every, calls.length)); at <= calls.length; at += every) {
    for (const error of answers[calls[at - 1] ?? ''] ?? []) {
      const library = freshCopy(bench, stage, name);
      const losses: string[] = [];
      const said: Record<string, unknown>[] = [];
      setFault(error, at);
      const ended = await attempt(library, said);
      setFault('none', 0);
      if (ended !== null && (ended.code === 'BUG' || ended.action === ''))
        losses.push(`an error without a remedy: ${ended.message}`);
      look(library, said, stage, bench.material, losses);
      const again = await attempt(library, []);
      if (again !== null) losses.push(`the same command again ended with ${again.code}: ${again.message}`);
      else await compare(bench, stage, library, losses);
      const result: NthResult = { stage, at, error, ended: ended?.code ?? 'done', losses };
      writeSync(1, `${JSON.stringify(result)}\n`);
    }
  }
  rmSync(join(bench.scratch, name), { recursive: true, force: true });
}

/** Fails the calls of one kind of work in turn. The small bench is in `folder`, or is put there. */
export async function failNth(
  folder: string,
  shim: string,
  stage: Stage,
  options: NthOptions,
  onResult: (result: NthResult) => void = () => {},
): Promise<NthResult[]> {
  const { bench } = await keptBench(folder, shim, small);
  const child = spawn(process.execPath, [import.meta.filename, folder, stage, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NODE_COMPILE_CACHE: join(bench.material, 'compiled'),
      LD_PRELOAD: shim,
      TORTURE_FOLDER: bench.scratch,
      TORTURE_KINDS: kindsFile(folder, stage),
    },
  });
  const closed = new Promise<string>((resolve) => child.once('close', (code, signal) => resolve(signal ?? `${code}`)));
  const results: NthResult[] = [];
  for await (const line of createInterface(child.stdout)) {
    const result = JSON.parse(line) as NthResult;
    results.push(result);
    onResult(result);
  }
  const how = await closed;
  if (how !== '0') {
    const at = results.at(-1)?.at ?? 0;
    results.push({ stage, at, error: '', ended: how, losses: [`the process ended with ${how} after this`] });
  }
  return results;
}

function kindsFile(folder: string, stage: Stage): string {
  return join(folder, `kinds-${stage}`);
}

/** One row a kind of work: calls that failed, how many of them made the work fail, losses. */
export function nthLines(results: readonly NthResult[]): string[] {
  const row = (name: string, cells: readonly (string | number)[]): string =>
    name.padEnd(14) + cells.map((cell) => String(cell).padStart(10)).join('');
  const errors = ['eio', 'enospc', 'eacces'];
  const cells = (rows: readonly NthResult[]): number[] => [
    ...errors.map((error) => rows.filter((result) => result.error === error).length),
    rows.filter(({ ended }) => ended === 'done').length,
    rows.filter(({ losses }) => losses.length > 0).length,
  ];
  return [
    row('failing call', [...errors, 'withstood', 'lost']),
    ...stages.map((stage) => row(stage, cells(results.filter((result) => result.stage === stage)))),
    row('all', cells(results)),
    ...results.flatMap(({ stage, error, at, losses }) => losses.map((loss) => `${stage} ${error} at ${at}: ${loss}`)),
  ];
}

if (process.argv[1] === import.meta.filename) {
  const [folder = '', stage, options = ''] = process.argv.slice(2);
  const { bench } = await keptBench(folder, null, small);
  await failEach(bench, stage as Stage, JSON.parse(options) as NthOptions, kindsFile(folder, stage as Stage));
}
