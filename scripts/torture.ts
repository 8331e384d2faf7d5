/**
 * `npm run torture`: kills, failing disks, power cuts and damaged files, and what they cost.
 *
 *     npm run torture -- [--points 240] [--damage 200] [--seed 1] [--parallel 2]
 *                        [--stage label] [--fault powercut] [--keep DIR]
 *
 * Prints the matrix; exit status 1 when anything was lost. `npm test` runs a sample of the same.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backUpBase, damageLibrary, damageLines } from './torture/damage.ts';
import { matrixLines } from './torture/matrix.ts';
import { planPoints } from './torture/plan.ts';
import { runPoints } from './torture/point.ts';
import { prepareBench } from './torture/prepare.ts';
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
  },
});
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'sidelight-torture-'));
mkdirSync(folder, { recursive: true });
let lost = 0;
try {
  const shim = buildShim(folder);
  if ('missing' in shim) {
    console.error(`Faults of the disk cannot be made here: ${shim.missing}`);
    process.exit(2);
  }
  const seed = Number(values.seed);
  const { bench, calls } = await prepareBench(folder, shim.path);
  console.log(`Places: ${[...calls].map(([stage, n]) => `${stage} ${n}`).join(', ')}; seed ${seed}`);
  const points = planPoints(Number(values.points), seed, calls, { stage: values.stage, fault: values.fault });
  const results = await runPoints(bench, points, Number(values.parallel), (result, done) => {
    if (result.losses.length > 0 || done % 20 === 0) {
      console.error(`${done} of ${points.length}: ${result.stage} ${result.fault} ended with ${result.ended}`);
    }
  });
  for (const line of matrixLines(results)) console.log(line);
  const base = join(bench.material, 'base', 'backup');
  backUpBase(base);
  const damaged = await damageLibrary(base, bench.scratch, Number(values.damage), seed);
  console.log('');
  for (const line of damageLines(damaged)) console.log(line);
  lost = [...results, ...damaged].reduce((sum, { losses }) => sum + losses.length, 0);
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}
process.exitCode = lost === 0 ? 0 : 1;
