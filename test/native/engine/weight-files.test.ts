/** Large weights reach ONNX Runtime by files, and nothing of that shows in the numbers or on the disk. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process, { kill } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Logger } from '../../../core/base/logger.ts';
import { silentLogger } from '../../../core/base/logger.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { type HostedEngine, openHosted } from '../../../core/engine/host/client.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { WeightFiles } from '../../../core/engine/weight-files.ts';
import * as g from '../../../core/graph/index.ts';
import { runOnce } from '../../../core/services/devices/compare.ts';

const width = 1024;
const layers = 20;

/** 80 MiB of large weights, a small one, and a large one that is added instead of multiplied. */
function network(depth = layers): g.Value {
  let y: g.Value = g.add(g.input('x', [32, width]), g.weight('first', [32, width]));
  for (let i = 0; i < depth; i++) {
    y = g.tanh(g.add(g.matmul(y, g.weight(`w.${i}`, [width, width])), g.weight(`b.${i}`, [width])));
  }
  return y;
}
const graphOf = (y: g.Value): g.Graph => g.defineGraph({ outputs: { y } });
const shapeOf = (name: string): number[] =>
  name === 'first' ? [32, width] : name.startsWith('b') ? [width] : [width, width];
const table = Float32Array.from({ length: width * width + 4096 }, (_, i) => 0.05 * Math.sin(i));
/** The table from a place that the name gives. */
const numbers = (name: string): Tensor => {
  const shape = shapeOf(name);
  const start = [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 4096, 7);
  return float32(shape, table.slice(start, start + shape.reduce((a, b) => a * b, 1)));
};
const inputs = {
  x: float32(
    [32, width],
    Float32Array.from({ length: 32 * width }, (_, i) => Math.cos(i)),
  ),
};

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'sidelight-test-'));
  vi.stubEnv('TMPDIR', scratch);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

function watched(): { readonly log: Logger; readonly warnings: string[] } {
  const warnings: string[] = [];
  return { warnings, log: { log: (level, message) => void (level === 'warn' && warnings.push(message)) } };
}

async function opened<T>(work: (engine: Engine) => Promise<T>, ownProcess = false, log = silentLogger): Promise<T> {
  const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2, ownProcess, log });
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}

/** As they were before, from memory: where no folder can be made. */
async function fromMemory(): Promise<{ readonly y: Tensor; readonly warnings: string[] }> {
  vi.stubEnv('TMPDIR', join(scratch, 'gone'));
  const { log, warnings } = watched();
  const { y } = await opened((engine) => runOnce(engine, graphOf(network()), inputs, numbers), false, log);
  vi.stubEnv('TMPDIR', scratch);
  return { y: y as Tensor, warnings };
}

test.each([
  ['in our process', false],
  ['in its own process', true],
])('%s the same bits come of files as of memory, and nothing is left on the disk', async (_where, ownProcess) => {
  const { y, warnings } = await fromMemory();
  expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
  const found = await opened((engine) => runOnce(engine, graphOf(network()), inputs, numbers), ownProcess);
  expect(found['y']?.data).toEqual(y.data);
  expect(readdirSync(scratch)).toEqual([]);
});

test('the weights of a network lie in the memory of its process once', async () => {
  // 256 MiB of weights: from memory the process took three times that.
  const deep = 64;
  const peakMb = await opened(async (engine) => {
    const idle = await engine.peakMemoryMb();
    await runOnce(engine, graphOf(network(deep)), inputs, numbers);
    return (await engine.peakMemoryMb()) - idle;
  }, true);
  expect(peakMb).toBeLessThan(1.6 * 4 * deep);
});

test('where the disk is full in the middle, all is handed over from memory, and said once', async () => {
  const { y } = await fromMemory();
  const { log, warnings } = watched();
  const files = WeightFiles.of(graphOf(network()), log, scratch) as WeightFiles;
  // A folder where the file should be: it cannot be written, as on a full disk.
  mkdirSync(join(files.folder, 'w.7'));
  const found = await opened(async (engine) => {
    const executable = await engine.compile(graphOf(network()), numbers, { written: files });
    return await executable.run(inputs);
  });
  expect(found['y']?.data).toEqual(y.data);
  expect(warnings).toHaveLength(1);
  expect(readdirSync(scratch)).toEqual([]);
});

test('what a process left that died is removed an hour later, and not before', () => {
  for (const [name, hours] of [
    ['sidelight-weights-old', 2],
    ['sidelight-weights-new', 0.5],
    ['another', 2],
  ] as const) {
    mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, name, 'w'), 'x');
    const then = Date.now() / 1000 - hours * 3600;
    utimesSync(join(scratch, name), then, then);
  }
  WeightFiles.of(graphOf(network()), silentLogger, scratch)?.remove();
  expect(readdirSync(scratch).sort()).toEqual(['another', 'sidelight-weights-new']);
});

test('an engine that is opened removes what a process left that died', async () => {
  mkdirSync(join(scratch, 'sidelight-weights-old'));
  const then = Date.now() / 1000 - 7200;
  utimesSync(join(scratch, 'sidelight-weights-old'), then, then);
  await opened(async () => expect(readdirSync(scratch)).toEqual([]));
});

/** An engine in its own process, and a weight source that does `what` with it once a few weights have been written. */
async function interrupted(what: (engine: HostedEngine) => unknown): Promise<HostedEngine> {
  const engine = await openHosted({ engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger });
  onTestFinished(() => engine.dispose());
  const source = (name: string): Tensor => {
    if (name === 'w.9') {
      expect(readdirSync(scratch)).toHaveLength(1);
      what(engine);
    }
    return numbers(name);
  };
  await expect(engine.compile(graphOf(network()), source)).rejects.toThrow();
  return engine;
}

test.each<[string, (engine: HostedEngine) => unknown]>([
  ['ended while weights arrive', (engine) => engine.dispose()],
  ['killed while weights arrive', (engine) => kill(engine.processId() as number, 'SIGKILL')],
])('a process that is %s leaves none of them', async (_when, end) => {
  await interrupted(end);
  await expect.poll(() => readdirSync(scratch)).toEqual([]);
});

test('weights that cannot all be read do not stay on the disk while the engine lives', async () => {
  const engine = await interrupted(() => {
    throw new Error('The disk of the LPM is gone.');
  });
  expect(readdirSync(scratch)).toEqual([]);
  expect(engine.processId()).toBeDefined();
});

test('what still lies there when the process ends goes with it', () => {
  const made = fileURLToPath(new URL('../../../core/engine/weight-files.ts', import.meta.url));
  const graph = fileURLToPath(new URL('../../../core/graph/index.ts', import.meta.url));
  const code = `
    import { WeightFiles } from ${JSON.stringify(made)};
    import * as g from ${JSON.stringify(graph)};
    const y = g.matmul(g.input('x', [1, 4096]), g.weight('w', [4096, 4096]));
    console.log(WeightFiles.of(g.defineGraph({ outputs: { y } }), { log() {} }, ${JSON.stringify(scratch)}).folder);`;
  const folder = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  expect(folder).toContain(scratch);
  expect(readdirSync(scratch)).toEqual([]);
});

test('a network of small weights needs no files', () => {
  expect(WeightFiles.of(graphOf(network(2)), silentLogger, scratch)).toBeUndefined();
});
