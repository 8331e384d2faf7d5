import { expect, test } from 'vitest';
import { float32 } from '../../../core/base/tensor.ts';
import { selfTest } from '../../../core/engine/self-test.ts';
import { type Engine, tensorsOf } from '../../../core/engine/types.ts';

/** An engine that multiplies two inputs in plain loops and then spoils one element; what it is timed on it lets pass. */
function engine(spoil: (y: Float32Array) => void): Engine {
  return {
    info: { name: 'onnxruntime', version: '1', device: 'CPU', threads: 1, reason: 'asked for' },
    compile: async () => ({
      run: async (inputs) => {
        const { a, b } = tensorsOf(inputs);
        if (a === undefined || b === undefined) return { y: float32([], [0]) };
        const [x, w] = [a.data as Float32Array, b.data as Float32Array];
        const n = Math.sqrt(x.length);
        const y = new Float32Array(n * n);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++)
            for (let k = 0; k < n; k++)
              y[i * n + j] = (y[i * n + j] as number) + (x[i * n + k] as number) * (w[k * n + j] as number);
        spoil(y);
        return { y: float32([n, n], y) };
      },
      dispose: async () => {},
    }),
    peakMemoryMb: async () => 1,
    dispose: async () => {},
  };
}

const options = { size: 16, measureMs: 1 };

test('an engine that multiplies is right and has a speed', async () => {
  const result = await selfTest(
    engine(() => {}),
    options,
  );
  expect(result.isRight).toBe(true);
  expect(result.worstError).toBeLessThan(1e-6);
  expect(result.gflops).toBeGreaterThan(0);
});

test.each([0.01, Number.NaN])('an engine that is wrong in one element by %d is found out', async (by) => {
  const spoilt = engine((y) => {
    y[37] = (y[37] as number) + by * (y[255] as number);
  });
  expect((await selfTest(spoilt, options)).isRight).toBe(false);
});
