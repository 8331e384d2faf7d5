/**
 * `npm run torture`: kills, failing disks, power cuts and damaged files, and what they cost.
 *
 *     npm run torture -- [--points 240] [--damage 200] [--seed 1] [--parallel 2]
 *                        [--stage label] [--fault powercut] [--keep DIR] [--minutes 5]
 *
 * Prints the matrix; exit status 1 when anything was lost. With --keep the results stand in DIR, and the same command goes on where it
 * was stopped; --minutes stops by itself (exit status 3: not finished). `npm test` runs a sample of the same.
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backUpBase, damageLibrary, damageLines } from './torture/damage.ts';
import { matrixLines } from './torture/matrix.ts';
import { planPoints } from './torture/plan.ts';
import { type PointResult, runPoints } from './torture/point.ts';
import { keptBench } from './torture/prepare.ts';
import { buildShim } from './torture/shim.ts';

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '240' },
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
const seconds = (): number => Math.round((performance.now() - started) / 1000);
const isTimeLeft = (): boolean => seconds() < Number(values.minutes) * 60;

/** Points that an earlier call of the same plan has done, by their place in it. */
function doneBefore(path: string): Map<number, PointResult> {
  if (!existsSync(path)) return new Map();
  // A line that was cut is run again.
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'));
  return new Map(
    lines.map((line) => {
      const { index, ...result } = JSON.parse(line) as PointResult & { index: number };
      return [index, result];
    }),
  );
}

async function torture(): Promise<number> {
  const shim = buildShim(folder);
  if ('missing' in shim) {
    console.error(`Faults of the disk cannot be made here: ${shim.missing}`);
    return 2;
  }
  const seed = Number(values.seed);
  const { bench, calls } = await keptBench(folder, shim.path);
  console.log(`Places: ${[...calls].map(([stage, n]) => `${stage} ${n}`).join(', ')}; seed ${seed}`);
  const only = { stage: values.stage, fault: values.fault };
  const plan = planPoints(Number(values.points), seed, calls, only);
  const file = join(folder, `points-${[seed, plan.length, only.stage, only.fault].join('-')}.jsonl`);
  const done = doneBefore(file);
  const left = plan.map((point, index) => ({ ...point, index })).filter(({ index }) => !done.has(index));
  await runPoints(bench, left, Number(values.parallel), {
    mayStart: isTimeLeft,
    onResult: (result) => {
      const { index, ...rest } = result as PointResult & { index: number };
      appendFileSync(file, `${JSON.stringify(result)}\n`);
      done.set(index, rest);
      const place = `${result.stage} ${result.fault} at ${result.at}`;
      console.error(`${done.size} of ${plan.length}, ${seconds()} s: ${place}: ${result.ended}`);
      for (const loss of result.losses) console.error(`  LOST: ${loss}`);
    },
  });
  const results = [...done.values()];
  for (const line of matrixLines(results)) console.log(line);
  if (results.length < plan.length) {
    console.log(`${seconds()} s. Not finished: the same command goes on.`);
    return 3;
  }
  const base = join(bench.material, 'base', 'backup');
  backUpBase(base);
  const damaged = await damageLibrary(base, bench.scratch, Number(values.damage), seed);
  console.log('');
  for (const line of damageLines(damaged)) console.log(line);
  console.log(`${seconds()} s.`);
  return [...results, ...damaged].some(({ losses }) => losses.length > 0) ? 1 : 0;
}

try {
  process.exitCode = await torture();
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}
