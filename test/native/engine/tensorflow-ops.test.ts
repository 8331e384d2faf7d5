import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import type { DType } from '../../../core/base/tensor.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { defineGraph } from '../../../core/graph/index.ts';
import { evaluate, toArr } from '../../reference/evaluate.ts';
import { firstDifference, type Tolerance } from '../../support/numbers.ts';
import { builtCases, toTensor } from '../../support/op-cases.ts';
import { lacksTensorflow, needsTensorflow } from '../../support/tensorflow.ts';

/** By dtype of the output. Not scaled by size: the cases are small. */
const tolerances: Readonly<Partial<Record<DType, Tolerance>>> = {
  float32: { absolute: 2e-6, relative: 2e-6 },
  int32: { absolute: 0, relative: 0 },
  bool: { absolute: 0, relative: 0 },
};

describe.skipIf(lacksTensorflow)(`every op in TensorFlow ${needsTensorflow}`, () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine({ engine: 'tensorflow', device: 'cpu', threads: 1, log: silentLogger });
  });
  afterAll(() => engine?.dispose());

  test.each(builtCases.map((c) => [c.title, c] as const))('%s is what the reference computes', async (_title, c) => {
    const executable = await engine.compile(defineGraph({ outputs: { y: c.output } }));
    const feeds = Object.fromEntries(
      c.inputs.map((x) => [x.name as string, toTensor(c.values[x.name as string] as never, x.dtype)]),
    );
    const { y } = await executable.run(feeds);
    await executable.dispose();
    const [expected] = evaluate([c.output], c.values);
    expect(y?.shape).toEqual(c.output.shape);
    expect(y?.dtype).toBe(c.output.dtype);
    const tolerance = tolerances[c.output.dtype] as Tolerance;
    expect(
      firstDifference(toArr(y as never).data, (expected as never as { data: Float64Array }).data, tolerance),
    ).toBeUndefined();
  });
});
