/**
 * `npm run torture`: kills, failing disks, power cuts and damaged files, and what they cost.
 *
 *     npm run torture -- [--points 240] [--cuts 500] [--every 1] [--damage 200] [--seed 1] [--parallel 2]
 *                        [--stage label] [--fault powercut] [--keep DIR] [--minutes 5]
 *
 * Four parts: `points` processes disturbed at drawn places; `cuts` power cuts of recorded writes; every call failed once (or every
 * n-th call); `damage` damaged databases. 0 leaves a part out. Prints a table for each; exit status 1 when anything was lost. With --keep
 * the results stand in DIR, and the same command goes on where it was stopped; --minutes stops by itself (exit status 3: not finished).
 * `npm test` runs a sample of the same.
 */

import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine } from '../../scripts/command-line.ts';
import { backUpBase, damageLibrary, damageLines } from './damage.ts';
import { matrixLines } from './matrix.ts';
import { failNth, type NthResult, nthLines } from './nth.ts';
import { planPoints } from './plan.ts';
import { type Bench, type PointResult, runPoints } from './point.ts';
import { cutLines, cutRecordings, recordStages } from './power.ts';
import { keptBench } from './prepare.ts';
import { buildShim } from './shim.ts';
import { type Stage, small, stages } from './studies.ts';

const { values } = commandLine(import.meta.filename, {
  options: {
    points: { type: 'string', default: '240' },
    cuts: { type: 'string', default: '500' },
    every: { type: 'string', default: '1' },
    damage: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '2' },
    stage: { type: 'string' },
    fault: { type: 'string' },
    keep: { type: 'string' },
    minutes: { type: 'string', default: 'Infinity' },
  },
});
const started = performance.now();
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'sidelight-torture-'));
mkdirSync(folder, { recursive: true });
const seed = Number(values.seed);
const parallel = Number(values.parallel);
const only = { stage: values.stage, fault: values.fault };
const seconds = (): number => Math.round((performance.now() - started) / 1000);
const isTimeLeft = (): boolean => seconds() < Number(values.minutes) * 60;
let losses = 0;

/** What an earlier call wrote down, one JSON object a line. */
function kept<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  // A line that was cut is run again.
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as T);
}

function print(lines: readonly string[], results: readonly { readonly losses: readonly string[] }[]): void {
  for (const line of lines) console.log(line);
  console.log(`${seconds()} s.\n`);
  losses += results.reduce((sum, result) => sum + result.losses.length, 0);
}

/** Each part says whether it was finished. */
async function points(bench: Bench, calls: ReadonlyMap<Stage, number>): Promise<boolean> {
  type Numbered = PointResult & { readonly index: number };
  const plan = planPoints(Number(values.points), seed, calls, only);
  const file = join(folder, `points-${[seed, plan.length, only.stage, only.fault].join('-')}.jsonl`);
  const done = new Map(kept<Numbered>(file).map((result) => [result.index, result]));
  const left = plan.map((point, index) => ({ ...point, index })).filter(({ index }) => !done.has(index));
  await runPoints(bench, left, parallel, {
    mayStart: isTimeLeft,
    onResult: (result) => {
      appendFileSync(file, `${JSON.stringify(result)}\n`);
      done.set((result as Numbered).index, result as Numbered);
      console.error(`${done.size} of ${plan.length}, ${seconds()} s: ${result.stage} ${result.fault}: ${result.ended}`);
      for (const loss of result.losses) console.error(`  LOST: ${loss}`);
    },
  });
  print(matrixLines([...done.values()]), [...done.values()]);
  return done.size === plan.length;
}

async function cuts(bench: Bench): Promise<boolean> {
  if (!isTimeLeft()) return false;
  const recordings = await recordStages(bench);
  const results = await cutRecordings(bench, recordings, Number(values.cuts), seed);
  print(cutLines(recordings, results), results);
  return true;
}

/** One kind of work after another, so that a stop costs one kind at most. */
async function failingCalls(shim: string): Promise<boolean> {
  const every = Number(values.every);
  const file = join(folder, `calls-${seed}-${every}.jsonl`);
  const done = kept<{ stage: Stage; results: NthResult[] }>(file);
  const left = stages.filter((stage) => !done.some((row) => row.stage === stage));
  const bench = join(folder, 'small');
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let stage = left.shift(); stage !== undefined && isTimeLeft(); stage = left.shift()) {
        const results = await failNth(bench, shim, stage, { every, seed }, ({ losses, at, error }) => {
          for (const loss of losses) console.error(`${stage} ${error} at ${at}: LOST: ${loss}`);
        });
        appendFileSync(file, `${JSON.stringify({ stage, results })}\n`);
        done.push({ stage, results });
        console.error(`${seconds()} s: ${stage}: ${results.length} failing calls`);
      }
    }),
  );
  const results = done.flatMap((row) => row.results);
  print(nthLines(results), results);
  return done.length === stages.length;
}

async function damage(bench: Bench): Promise<boolean> {
  if (!isTimeLeft()) return false;
  const base = join(bench.material, 'base', 'backup');
  backUpBase(base);
  const results = await damageLibrary(base, bench.scratch, Number(values.damage), seed);
  print(damageLines(results), results);
  return true;
}

async function torture(): Promise<number> {
  const shim = buildShim(folder);
  if ('missing' in shim) {
    console.error(`Faults of the disk cannot be made here: ${shim.missing}`);
    return 2;
  }
  const { bench, calls } = await keptBench(folder, shim.path);
  await keptBench(join(folder, 'small'), shim.path, small);
  console.log(`Places: ${[...calls].map(([stage, n]) => `${stage} ${n}`).join(', ')}; seed ${seed}`);
  const asked = [values.points, values.cuts, values.damage, values.every].map((n) => Number(n) > 0);
  const parts = [() => points(bench, calls), () => cuts(bench), () => damage(bench), () => failingCalls(shim.path)];
  let finished = true;
  for (const part of parts.filter((_, i) => asked[i])) finished = (await part()) && finished;
  if (!finished) {
    console.log('Not finished: the same command goes on.');
    return 3;
  }
  return losses > 0 ? 1 : 0;
}

try {
  process.exitCode = await torture();
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}
