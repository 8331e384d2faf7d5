/** One point of the matrix: work is interrupted by one fault at one place, and the library is looked at. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { silentLogger } from '../../core/base/logger.ts';
import { restoreFromBackup } from '../../core/services/library/backup.ts';
import { checkLibrary } from '../../core/services/library/check.ts';
import { openServiceLibrary } from '../../core/services/session/library.ts';
import { databaseProblems, type ReadDb } from '../../core/store/index.ts';
import { digestDifference, libraryDigest } from './digest.ts';
import type { Stage } from './studies.ts';

/** What happens to the process or to its disk. See faults.c; `engine` kills the engine's process. */
export const faults = ['kill', 'torn', 'short', 'eio', 'enospc', 'erofs', 'powercut', 'engine'] as const;
export type Fault = (typeof faults)[number];

export interface Point {
  readonly stage: Stage;
  readonly fault: Fault;
  /** The call (of those that change the library's folder), or the progress report, at which it happens; 1-based. */
  readonly at: number;
  readonly seed: number;
}

export interface Bench {
  /** Studies, LPM and base libraries. */
  readonly material: string;
  /** Where copies of the base libraries are worked on. */
  readonly scratch: string;
  readonly shim: string | null;
  /** What each stage leaves when nothing disturbs it. */
  readonly wanted: ReadonlyMap<Stage, readonly string[]>;
}

export interface PointResult extends Point {
  /** How the disturbed process ended: a signal, `done`, or an error code. */
  readonly ended: string;
  readonly openMs: number;
  /** Everything that is wrong; empty when nothing was lost. */
  readonly losses: readonly string[];
}

interface Ended {
  readonly lines: readonly Record<string, unknown>[];
  readonly how: string;
  readonly error: { readonly code: string; readonly message: string; readonly action: string } | null;
}

const openLimitMs = 5000;
const victimLimitMs = 120_000;

/** Runs one stage in a process of its own; `environment` makes the disk fail. */
export async function runVictim(
  stage: Stage,
  library: string,
  material: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const script = join(import.meta.dirname, 'victim.ts');
  const child = spawn(process.execPath, [script, stage, library, material], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Half of a start is compiling the same files again.
    env: { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: join(material, 'compiled'), ...environment },
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), victimLimitMs);
  const closed = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  const [output, errors, how] = await Promise.all([readText(child.stdout), readText(child.stderr), closed]);
  clearTimeout(timer);
  const lines = output
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const error = (lines.find((line) => 'error' in line)?.['error'] ?? null) as Ended['error'];
  const ended = how.startsWith('exit') ? (error?.code ?? (lines.some((l) => 'done' in l) ? 'done' : how)) : how;
  return { lines, how: ended === how && errors !== '' ? `${how}: ${errors.trim().split('\n')[0]}` : ended, error };
}

/** A copy of the base library of a stage, in a folder of its own. */
export function freshCopy(bench: Pick<Bench, 'material' | 'scratch'>, stage: Stage, name: string): string {
  const folder = join(bench.scratch, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const base = join(bench.material, 'base', stage);
  if (existsSync(base)) cpSync(base, join(folder, 'library'), { recursive: true });
  return join(folder, 'library');
}

function environmentOf(point: Point, library: string, shim: string | null): Record<string, string> {
  if (point.fault === 'engine') return { TORTURE_ENGINE_AT: String(point.at) };
  return {
    LD_PRELOAD: shim ?? '',
    TORTURE_FOLDER: library,
    TORTURE_FAULT: point.fault,
    TORTURE_AT: String(point.at),
    TORTURE_LENGTH: String(1 + (point.seed % 3) * 4),
    TORTURE_SEED: String(point.seed),
  };
}

/** Disturbs, looks, repeats, compares. */
export async function runPoint(bench: Bench, point: Point): Promise<PointResult> {
  const name = `${point.stage}-${point.fault}-${point.at}-${point.seed}`;
  const library = freshCopy(bench, point.stage, name);
  const losses: string[] = [];
  const ended = await runVictim(point.stage, library, bench.material, environmentOf(point, library, bench.shim));
  if (ended.error !== null && (ended.error.code === 'BUG' || ended.error.action === '')) {
    losses.push(`an error without a remedy: ${ended.error.message}`);
  }
  // A crash of the runtime itself (seen once: V8, SIGTRAP) is an interruption like any other.
  if (ended.error === null && !/^(done$|SIG)/.test(ended.how)) losses.push(`ended by ${ended.how}`);
  const openMs = look(library, ended.lines, point.stage, bench.material, losses);
  let again = await runVictim(point.stage, library, bench.material);
  if (/^SIG/.test(again.how)) again = await runVictim(point.stage, library, bench.material);
  if (again.how !== 'done')
    losses.push(`the same command again ended with ${again.how}: ${again.error?.message ?? ''}`);
  else await compare(bench, point.stage, library, losses);
  if (losses.length === 0) rmSync(join(bench.scratch, name), { recursive: true, force: true });
  return { ...point, ended: ended.how, openMs, losses };
}

/** Opens the library as the next start would and looks for what was acknowledged. Gives the milliseconds that opening took. */
export function look(library: string, lines: Ended['lines'], stage: Stage, material: string, losses: string[]): number {
  const started = performance.now();
  try {
    const opened = openServiceLibrary(library, 'write', silentLogger, new Date());
    try {
      const openMs = performance.now() - started;
      if (openMs > openLimitMs) losses.push(`opening took ${Math.round(openMs)} ms`);
      losses.push(...databaseProblems(join(library, 'sidelight.sqlite')));
      for (const line of lines) {
        if ('label' in line && !hasLabel(opened.db, line['label'] as [string, string])) {
          losses.push(`acknowledged label ${JSON.stringify(line['label'])} is gone`);
        }
      }
      const running = opened.db.get<{ n: number }>(`SELECT count(*) AS n FROM jobs WHERE state = 'running'`);
      if (running?.n !== 0) losses.push('a job is still called running');
      return openMs;
    } finally {
      opened.close();
    }
  } catch (error) {
    // A restore that was cut between moving away and putting in place says so, and is simply given again.
    const restarted = stage === 'restore' && error instanceof Error && error.message.includes('missing');
    if (restarted) restoreFromBackup(library, join(material, 'base.sqlite'), new Date());
    else losses.push(`the library does not open: ${error instanceof Error ? error.message : String(error)}`);
    return performance.now() - started;
  }
}

function hasLabel(db: ReadDb, [sopInstanceUID, label]: readonly [string, string]): boolean {
  const row = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM labels l JOIN label_classes c ON c.id = l.class_id JOIN instances i ON i.id = l.target_id
     WHERE l.level = 'instance' AND i.sop_instance_uid = :sopInstanceUID AND c.name = :label AND l.reader = 'reader'`,
    { sopInstanceUID, label },
  );
  return (row?.n ?? 0) >= 1;
}

/** Compares the library with what an undisturbed run leaves, and checks it deeply. */
export async function compare(bench: Bench, stage: Stage, library: string, losses: string[]): Promise<void> {
  const difference = digestDifference(libraryDigest(library), bench.wanted.get(stage) ?? []);
  if (difference !== null) losses.push(`another result: ${difference}`);
  const report = await checkLibrary(
    { folder: library, signal: { aborted: false }, progress: () => {} },
    { deep: true },
  );
  losses.push(...report.findings.filter((f) => f.severity === 'error').map((f) => f.message));
  if (stage === 'backup') {
    const copy = join(library, '..', 'backup', 'sidelight-2026-01-02T03-04-05-000Z.sqlite');
    losses.push(...(existsSync(copy) ? databaseProblems(copy) : ['the backup is not there']));
  }
}

/** Makes a process count, into the file `count`, its calls that change the library: the places where it can be disturbed. */
export function countingEnvironment(shim: string, library: string, count: string): Record<string, string> {
  return { LD_PRELOAD: shim, TORTURE_FOLDER: library, TORTURE_FAULT: 'count', TORTURE_COUNT: count };
}

export interface RunOptions {
  /** Told of each point as it ends. */
  readonly onResult?: (result: PointResult) => void;
  /** Asked before each point; the rest is left out once it says no. */
  readonly mayStart?: () => boolean;
}

/** Runs points, `parallel` at a time; results in the order of `points`. */
export async function runPoints(
  bench: Bench,
  points: readonly Point[],
  parallel: number,
  { onResult, mayStart }: RunOptions = {},
): Promise<PointResult[]> {
  const results: PointResult[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < points.length && (mayStart?.() ?? true)) {
      const i = next++;
      const result = await runPoint(bench, points[i] as Point);
      results[i] = result;
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}
