import { expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { float32 } from '../../../core/base/tensor.ts';
import { withCpuFallback } from '../../../core/engine/fallback.ts';
import type { Engine, Executable } from '../../../core/engine/types.ts';
import { defineGraph, input, mul, neg, weight } from '../../../core/graph/index.ts';

const graph = defineGraph({ outputs: { y: neg(mul(input('x', [1]), weight('w', [1]))) } });
const x = float32([1], [2]);

/** An engine that notes what happens to it and fails from its `failsFrom`-th run on. */
function fake(device: string, failsFrom: number, notes: string[], thrown?: unknown): Engine {
  let runs = 0;
  return {
    info: { name: 'tensorflow', version: '1', device, threads: 1, reason: 'asked for' },
    compile: async (compiled, weights, options) => {
      for (const { name } of compiled.weights) weights?.(name ?? '');
      notes.push(`${device} compiles ${options?.precision ?? 'f32'}`);
      const executable: Executable = {
        run: async () => {
          runs += 1;
          if (runs >= failsFrom) throw thrown ?? new AppError('ENGINE_FAILED', `${device} is out of memory.`);
          return { y: float32([1], [runs]) };
        },
        dispose: async () => {
          notes.push(`${device} lets go`);
        },
      };
      return executable;
    },
    peakMemoryMb: async () => 1,
    dispose: async () => {
      notes.push(`${device} closes`);
    },
  };
}

function setUp(failsFrom: number, thrown?: unknown) {
  const notes: string[] = [];
  const engine = withCpuFallback(
    fake('GPU', failsFrom, notes, thrown),
    async (reason) => {
      notes.push(reason);
      return fake('CPU', Number.POSITIVE_INFINITY, notes);
    },
    { log: (level, message) => notes.push(`${level}: ${message}`) },
  );
  return { notes, engine };
}

test('a run that fails on the GPU is computed on the CPU, aloud, and so is every run after it', async () => {
  const { notes, engine } = setUp(2);
  let reads = 0;
  const weights = () => {
    reads += 1;
    if (reads > 1) throw new Error('the file is closed');
    return float32([1], [3]);
  };
  const executable = await engine.compile(graph, weights, { precision: 'f16' });
  await executable.run({ x });
  expect(engine.info.device).toBe('GPU');
  await executable.run({ x });
  expect(engine.info.device).toBe('CPU');
  await executable.run({ x });
  await engine.dispose();
  expect(notes).toEqual([
    'GPU compiles f16',
    'tensorflow on GPU failed: GPU is out of memory.',
    'warn: GPU is out of memory. Going on with tensorflow on CPU, which is slower.',
    // Features are kept under a key that says f16: the processor computes that, too.
    'CPU compiles f16',
    'CPU lets go',
    'CPU closes',
    'GPU closes',
  ]);
});

test('runs that fail together move once', async () => {
  const { notes, engine } = setUp(1);
  const executables = await Promise.all([engine.compile(graph, () => x), engine.compile(graph, () => x)]);
  await Promise.all(executables.map((executable) => executable.run({ x })));
  expect(notes.filter((note) => note.startsWith('warn'))).toHaveLength(1);
});

test('a mistake in the input is no reason to leave the GPU', async () => {
  const { notes, engine } = setUp(1, new AppError('BAD_INPUT', 'x is missing'));
  const executable = await engine.compile(graph, () => x);
  await expect(executable.run({ x })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(notes).toEqual(['GPU compiles f32']);
  expect(engine.info.device).toBe('GPU');
});
