/**
 * The whole way, gone twice: as on any machine, and in a network namespace that has no interface. Both lead to the same weights,
 * figures and results, and no process of the application makes a socket that could leave the machine. The loopback of that namespace
 * is up only because Playwright speaks to Electron through it.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hasLoopbackTool, hasStrace, isolated, socketsOf } from '../support/isolation.ts';
import { temporaryFolder } from './support/launch.ts';
import { type WholeWay, wholeWay } from './support/whole-way.ts';

const folder = temporaryFolder('ways');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('from an empty library to a classified folder, the engine and the application killed on the way', () => {
  const ways: WholeWay[] = [];

  test('by clicks and keys alone, with no complaint, no request and no serious violation of accessibility', async () => {
    ways.push(await wholeWay());
  }, 900_000);

  test.skipIf(isolated === undefined || !hasLoopbackTool)(
    'the same without a network interface, with equal weights, figures and results (needs unshare and ip)',
    async () => {
      const out = join(folder, 'isolated.json');
      await runIsolated([process.execPath, join(import.meta.dirname, 'support', 'whole-way-child.ts'), out]);
      const { interfaces, way } = JSON.parse(readFileSync(out, 'utf8')) as { interfaces: string[]; way: WholeWay };
      ways.push(way);
      expect(interfaces).toEqual(['lo']);
      const { traces: _, ...open } = ways[0] as WholeWay;
      expect(way).toMatchObject(open);
    },
    900_000,
  );

  test.skipIf(!hasStrace)('no process of it makes a socket other than local ones (needs strace)', () => {
    const traces = ways.flatMap((way) => way.traces);
    expect(traces.length).toBe(2 * ways.length);
    for (const trace of traces) {
      const { local, listening, stray } = socketsOf(trace);
      expect(stray).toEqual([]);
      // Without local ones nothing was watched. Two listen to Playwright: Node's inspector, and Chromium's; users have neither.
      expect(local).toBeGreaterThan(20);
      expect(listening).toBe(2);
    }
  });
});

/** Runs a program in a network namespace of its own, in which only the loopback is up. @throws with what it said when it failed */
async function runIsolated(program: readonly string[]): Promise<void> {
  const [command = '', ...args] = isolated ?? [];
  const script = 'ip link set lo up && exec "$@"';
  const child = spawn(command, [...args, 'sh', '-c', script, 'sh', ...program], {
    // Pictures are taken on the first way.
    env: { ...process.env, SIDELIGHT_SCREENSHOTS: '' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const status = await new Promise((resolve) => child.once('exit', resolve));
  if (status !== 0) throw new Error(`The way in the namespace ended with ${status}: ${said.slice(-4000)}`);
}
