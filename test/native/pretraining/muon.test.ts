import { expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { openEngine } from '../../../core/engine/index.ts';
import { defineGraph, input } from '../../../core/graph/index.ts';
import { updateRms, withOrthogonalUpdates } from '../../../pretraining/muon.ts';

const entries = [
  { name: 'bias', shape: [5], offset: 0, size: 5 },
  { name: '0.q.weight', shape: [12, 12], offset: 5, size: 144 },
  { name: '0.fc1.weight', shape: [12, 30], offset: 149, size: 360 },
  { name: '0.fc2.weight', shape: [30, 12], offset: 509, size: 360 },
  { name: 'patch.weight', shape: [10, 12], offset: 869, size: 120 },
];
const total = 989;

test("a block's matrices move by near-orthogonal updates along their momentum, the rest as AdamW left it", async () => {
  const random = Random.seeded(4);
  const vector = () => Float32Array.from({ length: total }, () => random.normal());
  const given = { params: vector(), m: vector(), next_params: vector(), next_m: vector() };
  const [lr, decay] = [0.01, 0.05];
  const value = (name: string) => input(name, [total]);
  const graph = defineGraph({
    outputs: {
      out: withOrthogonalUpdates(
        entries,
        { params: value('params'), m: value('m'), lr: input('lr', []) },
        { params: value('next_params'), m: value('next_m') },
        decay,
      ),
    },
  });
  const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', log: silentLogger });
  try {
    const ran = await (await engine.compile(graph)).run({
      ...Object.fromEntries(Object.entries(given).map(([name, data]) => [name, float32([total], data)])),
      lr: float32([], [lr]),
    });
    const out = (ran['out'] as Tensor<'float32'>).data;
    for (const { name, shape, offset, size } of entries) {
      const at = (x: Float32Array): Float32Array => x.subarray(offset, offset + size);
      if (!/[qkvo]\.weight|fc[12]/.test(name)) {
        expect(at(out), name).toEqual(at(given.next_params));
        continue;
      }
      const [rows, columns] = shape as [number, number];
      const long = Math.max(rows, columns);
      const before = at(given.params);
      const update = at(out).map((x, i) => (before[i]! * (1 - lr * decay) - x) / (lr * updateRms * Math.sqrt(long)));
      // The squared singular values are the eigenvalues of U Uᵀ (or Uᵀ U): their mean is near 1, and so is each.
      const short = Math.min(rows, columns);
      const line = (i: number): number[] =>
        Array.from({ length: long }, (_, j) => update[rows <= columns ? i * columns + j : j * columns + i]!);
      const gram = (i: number, j: number): number => line(i).reduce((sum, x, n) => sum + x * line(j)[n]!, 0);
      const trace = Array.from({ length: short }, (_, i) => gram(i, i)).reduce((a, b) => a + b, 0);
      expect(trace / short, name).toBeGreaterThan(0.6);
      expect(trace / short, name).toBeLessThan(1.4);
      const square = Array.from({ length: short * short }, (_, n) => gram(Math.floor(n / short), n % short) ** 2);
      // Of singular values all alike, the sum of fourth powers is (sum of squares)² / n; a random matrix has twice that.
      expect(square.reduce((a, b) => a + b, 0) / (trace ** 2 / short), name).toBeLessThan(1.15);
      const momentum = at(given.next_m).map((x, i) => 1.9 * x - 0.9 * at(given.m)[i]!);
      const along = momentum.reduce((sum, x, i) => sum + x * update[i]!, 0);
      expect(along / Math.hypot(...momentum) / Math.hypot(...update), name).toBeGreaterThan(0.6);
    }
  } finally {
    await engine.dispose();
  }
});
