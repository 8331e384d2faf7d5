import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import * as g from '../../../core/graph/index.ts';
import { type Arr, sizeOf } from '../../reference/array.ts';
import { evaluate } from '../../reference/evaluate.ts';
import { dot } from '../../support/numbers.ts';
import { builtCases } from '../../support/op-cases.ts';

const random = Random.seeded(3);
const randomLike = (shape: readonly number[]): Arr => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1)),
});

describe('op table', () => {
  test.each(g.opNames)('%s has cases, a doc that names its ONNX operator, and named inputs', (name) => {
    const op = g.opNamed(name);
    expect(op.cases.length).toBeGreaterThan(0);
    for (const [operator, version] of Object.entries(op.onnx.uses)) expect(op.doc).toContain(`${operator}-${version}`);
    expect(op.inputs.length).toBeGreaterThan(0);
  });

  test.each(builtCases.map((c) => [c.title, c] as const))('%s has the shape its rule says', (_title, c) => {
    const [result] = evaluate([c.output], c.values);
    expect(result?.shape).toEqual(c.output.shape);
    expect(result?.data.length).toBe(sizeOf(c.output.shape));
  });

  const smooth = builtCases.filter((c) => typeof g.opNamed(c.op).vjp === 'function' && c.output.dtype === 'float32');
  test.each(smooth.map((c) => [c.title, c] as const))('%s has the gradient of its finite difference', (_title, c) => {
    // loss = Σ coefficient · output, so that every output element pulls differently.
    const coefficient = g.input('coefficient', c.output.shape);
    const axes = c.output.shape.map((_, i) => i);
    const loss = g.sum(g.mul(c.output, coefficient), axes);
    const wrt = c.inputs.filter((x) => x.dtype === 'float32');
    if (wrt.length === 0) return;
    const values = { ...c.values, coefficient: randomLike(c.output.shape) };
    const gradients = evaluate(g.grad(loss, wrt), values);
    wrt.forEach((x, i) => {
      const name = x.name as string;
      const direction = randomLike(x.shape);
      const step = 1e-5;
      const lossAt = (sign: number) => {
        const start = values[name as keyof typeof values] as Arr;
        const moved = {
          shape: start.shape,
          data: start.data.map((v, j) => v + sign * step * (direction.data[j] as number)),
        };
        return (evaluate([loss], { ...values, [name]: moved })[0] as Arr).data[0] as number;
      };
      const expected = (lossAt(1) - lossAt(-1)) / (2 * step);
      expect(dot(gradients[i] as Arr, direction)).toBeCloseTo(expected, 5);
    });
  });
});
