/** The 8-bit pass in ONNX Runtime against every op as float64 loops, and against the float32 pass. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { defineGraph } from '../../../core/graph/index.ts';
import {
  buildLpmEncoder,
  canonicalShapes,
  encoderWeights,
  int8Encoder,
  int8Weights,
  plainVit,
} from '../../../core/models/index.ts';
import { evaluate, toArr } from '../../reference/evaluate.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

const lpm = plainVit({ width: 32, layers: 2, heads: 2, patch: 16, imageSize: 48 });
const size = { height: 48, width: 48 };

function made(seed: number): (name: string) => Tensor<'float32'> {
  const shapes = canonicalShapes(lpm);
  return (name) => {
    const random = Random.seeded(seed).fork(name);
    const shape = shapes.get(name) ?? [];
    const middle = /norm.*weight/.test(name) ? 1 : 0;
    return float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => middle + 0.15 * random.normal()),
    );
  };
}

test('it computes what integers multiplied in loops give, and nearly what float32 gives', async () => {
  const graph = buildLpmEncoder(lpm, {
    ...{ batch: 1, ...size, layers: [0, 1], tokenRatio: 0.5, tokens: 'global', keysValues: true, classToken: true },
    details: true,
  });
  const outputs = {
    keys: graph.outputs['all_keys'],
    scores: graph.outputs['scores'],
    token: graph.outputs['class_token'],
  };
  const whole = defineGraph({ outputs: outputs as never });
  const int8 = int8Encoder(whole);
  const usual = encoderWeights(lpm, made(5), size);
  const weights = int8Weights(usual);
  const random = Random.seeded(9);
  const pixels = float32(
    [1, 3, 48, 48],
    Float32Array.from({ length: 3 * 48 * 48 }, () => random.normal()),
  );
  const leaves = Object.fromEntries(int8.weights.map(({ name = '' }) => [name, toArr(weights(name))]));
  const names = Object.keys(int8.outputs);
  const expected = evaluate(Object.values(int8.outputs), { ...leaves, pixel_values: toArr(pixels) });
  const [quick, exact] = [await engine.compile(int8, weights), await engine.compile(whole, usual)];
  const found = await quick.run({ pixel_values: pixels });
  const float = await exact.run({ pixel_values: pixels });
  for (const [i, name] of names.entries()) {
    const [ours, loops, wanted] = [found[name]?.data, expected[i]?.data, float[name]?.data].map((data) => [
      ...(data as Float32Array),
    ]) as [number[], number[], number[]];
    const size = Math.sqrt(wanted.reduce((sum, x) => sum + x * x, 0));
    const apart = (a: number[], b: number[]): number =>
      Math.sqrt(a.reduce((sum, x, k) => sum + (x - (b[k] as number)) ** 2, 0)) / size;
    // A number at the border of two steps may fall to the other side, which is one step of 255.
    expect(apart(ours, loops), name).toBeLessThan(2e-3);
    expect(apart(ours, wanted), name).toBeLessThan(5e-2);
    expect(apart(ours, wanted), name).toBeGreaterThan(1e-4);
  }
  await quick.dispose();
  await exact.dispose();
});
