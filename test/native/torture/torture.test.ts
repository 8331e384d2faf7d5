/**
 * A sample of `npm run torture`: work killed and disks failing at seeded places, power cuts, damaged files; nothing may be lost.
 * The matrix is printed, because its numbers are what a reader of the log wants to see.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backUpBase, damageLibrary, damageLines } from '../../torture/damage.ts';
import { matrixLines } from '../../torture/matrix.ts';
import { failNth, type NthResult, nthLines } from '../../torture/nth.ts';
import { planPoints } from '../../torture/plan.ts';
import { type Bench, faults, runPoints } from '../../torture/point.ts';
import { cutLines, cutRecordings, recordStages } from '../../torture/power.ts';
import { prepareBench } from '../../torture/prepare.ts';
import { buildShim } from '../../torture/shim.ts';
import { type Stage, stages } from '../../torture/studies.ts';

const points = 44;
const cuts = 45;
const everyNthCall = 40;
const damagedVariants = 60;
const minutes = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'sidelight-torture-'));
const shim = buildShim(folder);
const missing = 'missing' in shim ? shim.missing : null;
let bench: Bench;
let calls: ReadonlyMap<Stage, number>;

beforeAll(async () => {
  ({ bench, calls } = await prepareBench(folder, 'path' in shim ? shim.path : null));
}, 10 * minutes);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (built: typeof shim): string => ('path' in built ? built.path : '');

const writeAndLosePower = `
  const { openSync, writeSync, fsyncSync } = require('node:fs');
  const [path, flush] = process.argv.slice(1);
  const handle = openSync(path, 'w');
  writeSync(handle, 'a'.repeat(4096));
  if (flush === 'true') fsyncSync(handle);
  writeSync(handle, 'b'.repeat(4096));
`;

describe('nothing acknowledged is lost and the same command ends with the same results', () => {
  test.skipIf(missing !== null)(
    `after ${points} faults over all kinds of work (needs Linux and a C compiler)`,
    async () => {
      const results = await runPoints(bench, planPoints(points, 20, calls), 2);
      console.log(matrixLines(results).join('\n'));
      expect(results.flatMap((result) => result.losses)).toEqual([]);
      expect(results.filter((result) => result.ended !== 'done').length).toBeGreaterThan(points / 2);
    },
    20 * minutes,
  );

  test.skipIf(missing !== null)(
    'the faults are real: a power cut takes what was not flushed, and leaves what was (needs a C compiler)',
    () => {
      const kept = (flush: boolean): number =>
        [1, 2, 3, 4, 5, 6, 7, 8].filter((seed) => {
          const path = join(folder, `control-${flush}-${seed}`);
          spawnSync(process.execPath, ['-e', writeAndLosePower, path, String(flush)], {
            env: {
              ...process.env,
              LD_PRELOAD: pathOf(shim),
              TORTURE_FOLDER: path,
              TORTURE_FAULT: 'powercut',
              // Opening, the acknowledged write, its flush where there is one, and the write at which the power goes.
              TORTURE_AT: flush ? '4' : '3',
              TORTURE_SEED: String(seed),
            },
          });
          return readFileSync(path, 'utf8').startsWith('a'.repeat(4096));
        }).length;
      expect(kept(true)).toBe(8);
      expect(kept(false)).toBeLessThan(8);
    },
  );

  test.skipIf(missing !== null)(
    `after ${cuts} power cuts of recorded writes, and the control loses where flushes are not done (needs a C compiler)`,
    async () => {
      const recordings = await recordStages(bench);
      const results = await cutRecordings(bench, recordings, cuts, 20);
      console.log(cutLines(recordings, results).join('\n'));
      expect(results.flatMap((result) => result.losses)).toEqual([]);
      const control = await cutRecordings(
        bench,
        recordings.filter(({ stage }) => stage === 'label'),
        6,
        20,
        false,
      );
      expect(control.filter((result) => result.losses.length > 0).length).toBeGreaterThan(0);
    },
    10 * minutes,
  );

  test.skipIf(missing !== null)(
    `after every ${everyNthCall}th call failed, one after another in one process (needs a C compiler)`,
    async () => {
      const results: NthResult[] = [];
      for (const stage of stages) {
        results.push(...(await failNth(join(folder, 'small'), pathOf(shim), stage, { every: everyNthCall, seed: 20 })));
      }
      console.log(nthLines(results).join('\n'));
      expect(results.flatMap((result) => result.losses)).toEqual([]);
      expect(results.filter((result) => result.ended !== 'done').length).toBeGreaterThan(results.length / 2);
    },
    10 * minutes,
  );

  test('a plan covers every stage and every fault, and one seed gives one plan', () => {
    const places = new Map(stages.map((stage) => [stage, 100] as const));
    const plan = planPoints(240, 1, places);
    expect(new Set(plan.map(({ stage }) => stage)).size).toBe(stages.length);
    expect(new Set(plan.map(({ fault }) => fault)).size).toBe(faults.length);
    expect(planPoints(240, 1, places)).toEqual(plan);
    expect(planPoints(240, 2, places)).not.toEqual(plan);
  });
});

test(
  `${damagedVariants} damaged databases are all noticed, never taken for an empty library, and restored from a backup`,
  async () => {
    const base = join(bench.material, 'base', 'backup');
    backUpBase(base);
    const results = await damageLibrary(base, bench.scratch, damagedVariants, 20);
    console.log(damageLines(results).join('\n'));
    expect(results.flatMap((result) => result.losses)).toEqual([]);
    expect(results.filter((result) => result.detected === 'no')).toEqual([]);
  },
  5 * minutes,
);
