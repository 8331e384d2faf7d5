import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { silentLogger } from '../../../core/base/logger.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { type HostedEngine, openHosted } from '../../../core/engine/host/client.ts';
import { openEngine } from '../../../core/engine/index.ts';
import * as g from '../../../core/graph/index.ts';
import { repositoryRoot } from '../../support/shared.ts';

let engine: HostedEngine;
beforeAll(async () => {
  engine = await openHosted({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

const small = () => {
  const x = g.input('x', [2, 3]);
  return g.defineGraph({ outputs: { y: g.linear(x, g.weight('w', [1, 3])) } });
};
const ones = (): Tensor => float32([1, 3], [1, 1, 1]);
const rows = { x: float32([2, 3], [1, 2, 3, 4, 5, 6]) };

/** Many products in a row: seconds of work, so that there is a middle to kill in. */
const long = (products = 60) => {
  const x = g.input('x', [1500, 1500]);
  let y: g.Value = x;
  for (let i = 0; i < products; i++) y = g.tanh(g.matmul(y, x));
  return g.defineGraph({ outputs: { y: g.sum(y, [0, 1]) } });
};

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

test('a graph with weights gives the same numbers in its own process as in ours', async () => {
  const ours = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
  const expected = await (await ours.compile(small(), ones)).run(rows);
  await ours.dispose();
  const executable = await engine.compile(small(), ones);
  expect(await executable.run(rows)).toEqual(expected);
  expect(expected['y']?.data).toEqual(Float32Array.of(6, 15));
  await executable.dispose();
});

test('the process that computes is not ours, and tells its own peak memory', async () => {
  expect(engine.processId()).not.toBe(process.pid);
  expect(await engine.peakMemoryMb()).toBeGreaterThan(20);
});

test('the process that computes gives way to those that people wait for', () => {
  expect(getPriority(engine.processId())).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
});

test('what a network carries stays in its process, and is told to be gone when that dies', async () => {
  const own = await openHosted({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
  onTestFinished(() => own.dispose());
  const graph = g.defineGraph({
    outputs: { next: g.add(g.input('total', [1]), g.input('x', [1])), x2: g.mul(g.input('z', [1]), 2) },
  });
  const executable = await own.compile(graph, undefined, { carried: { total: 'next' } });
  const step = (x: number, more = {}) => executable.run({ x: float32([1], [x]), z: float32([1], [x]), ...more });
  expect(await step(1, { total: float32([1], [10]) })).toEqual({ x2: float32([1], [2]) });
  await step(2);
  await step(3);
  expect(await executable.read?.()).toEqual({ next: float32([1], [16]) });
  kill(own.processId() as number, 'SIGKILL');
  await vi.waitFor(() => expect(own.processId()).toBeUndefined());
  expect(await failure(executable.read?.() as Promise<unknown>)).toMatchObject({ code: 'ENGINE_STATE_LOST' });
  expect(await failure(step(4))).toMatchObject({ code: 'ENGINE_STATE_LOST' });
  // Given anew it goes on.
  await step(5, { total: float32([1], [100]) });
  expect(await executable.read?.()).toEqual({ next: float32([1], [105]) });
});

test('what has been sent and computed does not pile up', async () => {
  // A process of its own, whose peak is of this alone.
  const alone = await openHosted({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
  const x = g.input('x', [1024, 1024]);
  const executable = await alone.compile(g.defineGraph({ outputs: { y: g.tanh(x) } }));
  const sent = { x: float32([1024, 1024], new Float32Array(1024 * 1024)) };
  for (let i = 0; i < 2; i++) await executable.run(sent);
  const before = await alone.peakMemoryMb();
  for (let i = 0; i < 60; i++) await executable.run(sent);
  // 4 MB in and 4 MB out a run: a few runs' worth may wait, not sixty. Seen: 20 to 33 MB, the most on a busy machine; 61 without the sweep.
  expect((await alone.peakMemoryMb()) - before).toBeLessThan(48);
  await alone.dispose();
});

test('a bad input is refused there by name and arrives here as the same error', async () => {
  const executable = await engine.compile(small(), ones);
  const error = await failure(executable.run({ x: float32([1, 3], [1, 2, 3]) }));
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({
    code: 'BAD_INPUT',
    message: 'Inputs do not fit the graph: x is float32 [1, 3]; need float32 [2, 3].',
  });
});

test('killed in the middle of a run, the call fails with the reason and the next call works', async () => {
  const busy = await engine.compile(long());
  const idle = await engine.compile(small(), ones);
  const pid = engine.processId() as number;
  const run = failure(busy.run({ x: float32([1500, 1500], new Float32Array(1500 * 1500).fill(0.01)) }));
  await sleep(150);
  kill(pid, 'SIGKILL');
  expect(await run).toMatchObject({
    code: 'ENGINE_FAILED',
    retryable: true,
    details: { reason: 'killed', signal: 'SIGKILL' },
  });
  expect((await idle.run(rows))['y']?.data).toEqual(Float32Array.of(6, 15));
  expect(engine.processId()).not.toBe(pid);
});

test('a signal that a terminal or a service manager sends to all of us is left to its parent: the call ends as it would have', async () => {
  const busy = await engine.compile(long(4));
  const pid = engine.processId() as number;
  const input = { x: float32([1500, 1500], new Float32Array(1500 * 1500).fill(0.01)) };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const run = busy.run(input);
    kill(pid, signal);
    expect((await run)['y']?.shape).toEqual([]);
    expect(engine.processId()).toBe(pid);
  }
  await busy.dispose();
});

test('a process that starts after a death and cannot open its engine is ended, and a later one works', async () => {
  const alone = await openHosted({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
  const children = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
  const before = children();
  kill(alone.processId() as number, 'SIGKILL');
  // Processes that start now load no native code, so they run and have no engine.
  vi.stubEnv('NODE_OPTIONS', '--no-addons');
  onTestFinished(() => void vi.unstubAllEnvs());
  await vi.waitUntil(() => alone.processId() === undefined);
  for (let i = 0; i < 3; i++)
    expect(await failure(alone.compile(small(), ones))).toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  await expect.poll(children).toBe(before - 1);
  vi.unstubAllEnvs();
  const executable = await alone.compile(small(), ones);
  expect((await executable.run(rows))['y']?.data).toEqual(Float32Array.of(6, 15));
  await alone.dispose();
});

test('where whoever asks is killed while much is asked, the process ends and says nothing on the terminal', async () => {
  const script = join(repositoryRoot, 'test', 'support', 'engine-parent.ts');
  const child = spawn(process.execPath, ['--no-warnings', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  // The engine's process has the same standard error, which ends when nobody has it any more.
  expect(await readText(child.stderr)).toBe('');
  expect(child.signalCode).toBe('SIGKILL');
});
