import { expect, test } from 'vitest';
import { float32 } from '../../../core/base/tensor.ts';
import { carryingState } from '../../../core/engine/carried-state.ts';
import type { Executable } from '../../../core/engine/types.ts';

/** Adds one to `x`; its outputs are new each time. */
const counting: Executable = {
  run: async ({ x }) => {
    const next = Float32Array.of(((x as { data: Float32Array }).data[0] as number) + 1);
    return { next: float32([1], next), told: float32([1], next.slice()) };
  },
  dispose: async () => {},
};

test('a state goes on from run to run; one that was read stays with its reader, others are given back', async () => {
  const given = float32([1], Float32Array.of(5));
  const made: Float32Array[] = [];
  const executable = carryingState(
    {
      ...counting,
      run: async (inputs) => {
        const outputs = await counting.run(inputs);
        made.push(outputs['next']!.data as Float32Array);
        return outputs;
      },
    },
    { x: 'next' },
  );
  expect(await executable.run({ x: given })).toEqual({ told: float32([1], Float32Array.of(6)) });
  await executable.run({});
  const read = await executable.read?.();
  await executable.run({});
  expect((await executable.run({}))['told']).toEqual(float32([1], Float32Array.of(9)));
  expect(read).toEqual({ next: float32([1], Float32Array.of(7)) });
  expect(made.map(({ length }) => length)).toEqual([0, 1, 0, 1]);
  expect(given.data[0]).toBe(5);
});

test('a state that is a part of larger memory is left to the collector', async () => {
  const memory = new Float32Array(4);
  const executable = carryingState(
    { ...counting, run: async () => ({ next: float32([1], memory.subarray(1, 2)) }) },
    { x: 'next' },
  );
  await executable.run({ x: float32([1], [0]) });
  await executable.run({});
  await executable.run({});
  expect(memory.length).toBe(4);
});
