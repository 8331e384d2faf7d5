/** A device computes for a lab only where it was right and faster; the engines here are the processor, and made-up ones around it. */
import { expect, test } from 'vitest';
import { silentLogger } from '../../../../core/base/logger.ts';
import type { Tensor } from '../../../../core/base/tensor.ts';
import type { DeviceCheck } from '../../../../core/contract/index.ts';
import { type Engine, openEngine } from '../../../../core/engine/index.ts';
import { checkDevice, deviceJudge, timeInWords, verdictOn } from '../../../../core/services/devices/judge.ts';

const now = () => new Date('2026-01-01T00:00:00Z');
const openCpu = (): Promise<Engine> =>
  openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });

/** The processor, with every float that it gives multiplied by `factor`. */
async function openWrong(factor: number): Promise<Engine> {
  const engine = await openCpu();
  const spoil = (tensor: Tensor): Tensor =>
    tensor.dtype === 'float32' ? { ...tensor, data: tensor.data.map((value) => value * factor) } : tensor;
  return {
    ...engine,
    compile: async (...given) => {
      const executable = await engine.compile(...given);
      return {
        ...executable,
        run: async (inputs) =>
          Object.fromEntries(
            Object.entries(await executable.run(inputs)).map(([name, tensor]) => [name, spoil(tensor)]),
          ),
      };
    },
  };
}

const check = (seconds: number, isRight = true, repeatsBits: boolean | null = null): DeviceCheck => ({
  repeatsBits,
  isRight,
  wrong: isRight ? '' : 'keys wrong by 0.01',
  encodeSeconds: seconds,
  stepSeconds: seconds,
  checkedAt: now().toISOString(),
});

test('the processor is right on the reference check, and is timed', async () => {
  const found = await checkDevice(openCpu, now(), 'small');
  expect(found).toMatchObject({ isRight: true, wrong: '', repeatsBits: true, checkedAt: '2026-01-01T00:00:00.000Z' });
  expect(found.encodeSeconds).toBeGreaterThan(0);
});

test('a device that is wrong in the third digit is refused by name of what is wrong', async () => {
  const found = await checkDevice(() => openWrong(1.002), now(), 'small');
  expect(found.isRight).toBe(false);
  expect(found.wrong).toMatch(/keys of the LPM wrong by .* \(allowed 0.0001\)/);
  expect(found.wrong).toContain('logits of the side network');
  expect(verdictOn(found, check(1000))).toEqual({ isTrusted: false, why: found.wrong });
});

test('a device that fails has failed the check, and says with what', async () => {
  const found = await checkDevice(() => Promise.reject(new Error('the driver was reset')), now());
  expect(found).toMatchObject({ isRight: false, wrong: 'it failed: the driver was reset', encodeSeconds: null });
});

test('a right device is taken where it is faster, and only there', () => {
  expect(verdictOn(check(0.1), check(1))).toEqual({
    isTrusted: true,
    why: 'right on the reference check and 10.0 times as fast (100 ms an image, 100 ms a step, on the processor 1.00 s an image, 1.00 s a step)',
  });
  expect(verdictOn(check(0.95), check(1)).isTrusted).toBe(false);
  expect(verdictOn(check(0.1, false), check(1)).isTrusted).toBe(false);
});

test.each([
  [true, '; the same bits each time)'],
  [false, '; bits differ from time to time)'],
  [null, 's a step)'],
])('the reason that stands with a run says whether bits repeat (%s)', (repeatsBits, end) => {
  expect(verdictOn(check(0.1, true, repeatsBits), check(1)).why.endsWith(end)).toBe(true);
});

/** The processor, whose every run gives a little more than the one before. */
async function openUnsteady(): Promise<Engine> {
  const engine = await openCpu();
  let runs = 0;
  return {
    ...engine,
    compile: async (...given) => {
      const executable = await engine.compile(...given);
      return {
        ...executable,
        run: async (inputs) => {
          runs += 1;
          const outputs = Object.entries(await executable.run(inputs));
          return Object.fromEntries(
            outputs.map(([name, tensor]) => [
              name,
              tensor.dtype === 'float32' ? { ...tensor, data: tensor.data.map((x) => x * (1 + runs * 2e-7)) } : tensor,
            ]),
          );
        },
      };
    },
  };
}

test('a device whose last digits change from run to run is right, and known for it', async () => {
  expect(await checkDevice(openUnsteady, now(), 'small')).toMatchObject({ isRight: true, repeatsBits: false });
});

test('times are said in milliseconds below a second and in seconds from there on', () => {
  expect([0.0123, 0.99951, 1, 7.26, 72.6, 4100].map(timeInWords)).toEqual([
    '12.3 ms',
    '1.00 s',
    '1.00 s',
    '7.26 s',
    '72.6 s',
    '4100 s',
  ]);
});

test('a device is checked once, and again when its driver or the program changes', async () => {
  const kept = new Map<string, DeviceCheck>();
  const opened: string[] = [];
  const judgeOf = (program: string) =>
    deviceJudge({
      known: (device) => kept.get(device),
      keep: (device, found) => void kept.set(device, found),
      program,
      now,
      log: silentLogger,
      threads: 1,
      open: async ({ device }) => {
        opened.push(device);
        return device === 'cpu' ? await openCpu() : await openWrong(1.002);
      },
    });
  const ask = (judge: ReturnType<typeof judgeOf>, driver: string) =>
    judge({ engine: 'onnxruntime', version: '1', device: { name: 'webgpu', description: `GPU X, driver ${driver}` } });
  const judge = judgeOf('1.0.0');
  expect((await ask(judge, '1')).isTrusted).toBe(false);
  expect((await ask(judge, '1')).isTrusted).toBe(false);
  expect(opened).toEqual(['webgpu']);
  await ask(judge, '2');
  await ask(judgeOf('1.0.1'), '2');
  expect(opened).toEqual(['webgpu', 'webgpu', 'webgpu']);
  expect(kept.size).toBe(3);
}, 120_000);
