/** Half precision as ONNX Runtime computes it: on the processor, since no GPU that has it is at hand when tests run. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { silentLogger } from '../../../core/base/logger.ts';
import type { Tensor } from '../../../core/base/tensor.ts';
import { withCpuFallback } from '../../../core/engine/fallback.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { lpmTolerances, passes } from '../../../core/services/devices/compare.ts';
import { requireRightHalves } from '../../../core/services/devices/reference.ts';
import { findCases } from '../../parity/find-cases.ts';
import { hasShared, repositoryRoot, sharedPath } from '../../support/shared.ts';

const options = { engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger } as const;
let cpu: Engine;
let takingOver: Engine;
beforeAll(async () => {
  cpu = await openEngine(options);
  takingOver = await openEngine({ ...options, takesOver: true });
});
afterAll(async () => {
  await cpu.dispose();
  await takingOver.dispose();
});

/** An engine whose every float is changed. */
function spoiled(engine: Engine, change: (value: number) => number): Engine {
  const spoil = (tensor: Tensor): Tensor =>
    tensor.dtype === 'float32' ? { ...tensor, data: tensor.data.map(change) } : tensor;
  return {
    ...engine,
    compile: async (...given) => {
      const inner = await engine.compile(...given);
      return {
        ...inner,
        run: async (inputs) =>
          Object.fromEntries(Object.entries(await inner.run(inputs)).map(([name, tensor]) => [name, spoil(tensor)])),
      };
    },
  };
}

test('is within its bounds on the reference check, and is not float32', async () => {
  await requireRightHalves(takingOver);
  const root = `${repositoryRoot}/resources/reference/lpm`;
  const [found] = await Promise.all(findCases(root, 'f16').map(({ run }) => run(takingOver)));
  const keys = found?.checks.find(({ quantity }) => quantity === 'keys');
  expect(keys?.tolerance).toBe(lpmTolerances.f16.encoder);
  expect(keys?.worst).toBeGreaterThan(1e-4);
});

test.skipIf(!hasShared)('is within them on every LPM of the reference cases (needs the shared fixtures)', async () => {
  const cases = findCases(sharedPath('fixtures'), 'f16');
  expect(cases).toHaveLength(9);
  for (const { run } of cases) {
    const result = await run(takingOver);
    expect(result?.checks.filter((check) => !passes(check))).toEqual([]);
  }
});

test('is refused where it is wrong by more, by name of what is wrong', async () => {
  const wrong = spoiled(takingOver, (value) => value * 1.05);
  await expect(requireRightHalves(wrong)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringMatching(/Half precision on CPU is not right: keys wrong by .* \(allowed 0.02\)/),
  });
});

test('is refused on a processor that takes over from nobody', async () => {
  await expect(requireRightHalves(cpu)).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

test('goes on in half precision when the GPU is lost: features kept as such are all of one kind', async () => {
  const lost: Engine = {
    ...takingOver,
    info: { ...takingOver.info, device: 'GPU made-up' },
    compile: async (...given) => ({
      ...(await takingOver.compile(...given)),
      run: async () => {
        throw new AppError('ENGINE_FAILED', 'the driver was reset');
      },
    }),
  };
  const moving = withCpuFallback(lost, () => openEngine({ ...options, takesOver: true }), silentLogger);
  await requireRightHalves(moving);
  expect(moving.info.device).toBe('CPU');
  const root = `${repositoryRoot}/resources/reference/lpm`;
  const checks = async (engine: Engine) =>
    (await Promise.all(findCases(root, 'f16').map(({ run }) => run(engine)))).flatMap((result) => result?.checks);
  expect(await checks(moving)).toEqual(await checks(takingOver));
});
