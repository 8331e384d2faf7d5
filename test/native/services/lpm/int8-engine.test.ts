import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../../core/base/logger.ts';
import { type Engine, openEngine } from '../../../../core/engine/index.ts';
import { int8Support, requireExact, requireInt8 } from '../../../../core/services/lpm/int8-engine.ts';
import { lacksInt8 } from '../../../support/int8.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

test('another failure than these is no answer to whether it is possible', async () => {
  const broken: Engine = { ...engine, compile: () => Promise.reject(new Error('out of memory')) };
  await expect(int8Support(broken)).rejects.toThrow('out of memory');
});

test.skipIf(lacksInt8)('the check passes where products of 8 bits are exact (needs 8-bit dot products)', async () => {
  await requireInt8(engine);
  const { name, device } = engine.info;
  expect(await int8Support(engine)).toEqual({ why: null, engine: name, device });
});

test('sums that overflowed 16 bits are found, and the refusal says what to do', async () => {
  // Two products of 255 x 127 that were cut to 32,767, as processors without VNNI do.
  const cut: Engine = {
    ...engine,
    compile: async (...given) => {
      const inner = await engine.compile(...given);
      return {
        ...inner,
        run: async (inputs) => {
          const { y } = await inner.run(inputs);
          return {
            y: {
              ...(y as never as { dtype: 'float32'; shape: number[] }),
              data: new Float32Array(32 * 64).fill((32 * 32767) / 255),
            },
          };
        },
      };
    },
  };
  const error = await appErrorFrom(requireInt8(cut));
  expect(error.code).toBe('ENGINE_UNAVAILABLE');
  expect(error.message).toMatch(/does not add up 8-bit products exactly: found 4111\.\d+, expected 8128/);
  expect(error.action).toContain('Leave --precision int8 out');
  expect(() => requireExact([], 1)).toThrow();
  expect((await int8Support(cut)).why).toBe('processor');
});

test.each([
  ['tensorflow', 'CPU'],
  ['onnxruntime', 'GPU (WebGPU)'],
] as const)('%s on %s is refused with the way out', async (name, device) => {
  const other = { ...engine, info: { ...engine.info, name, device } };
  expect(await int8Support(other)).toEqual({ why: 'engine', engine: name, device });
  const error = await appErrorFrom(requireInt8(other));
  expect(error.code).toBe('BAD_INPUT');
  expect(error.message).toContain(`found ${name} on ${device}`);
  expect(error.action).toContain('--engine onnxruntime --device cpu');
});
