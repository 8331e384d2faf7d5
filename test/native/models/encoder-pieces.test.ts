/** The LPM's pass on a device that takes no large tensors, and in little memory. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { bytesPerElement, float32, type Shape, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { type Engine, openEngine, type Tensors } from '../../../core/engine/index.ts';
import { type Graph, liveBytes, type Value } from '../../../core/graph/index.ts';
import {
  buildLpmEncoder,
  canonicalShapes,
  type EncoderOptions,
  encoderWeights,
  extractedLayers,
  type LpmConfig,
  outputParts,
  plainVit,
} from '../../../core/models/index.ts';
import { runOnce, worstDifference } from '../../../core/services/devices/compare.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2, log: silentLogger });
});
afterAll(() => engine.dispose());

const bytesOf = ({ shape, dtype }: Value): number => sizeOf(shape) * bytesPerElement[dtype];

function encoder(lpm: LpmConfig, imageSize: number, options: Partial<EncoderOptions> = {}): Graph {
  return buildLpmEncoder(lpm, {
    batch: 1,
    height: imageSize,
    width: imageSize,
    layers: extractedLayers(lpm, 'half'),
    tokens: 'global',
    tokenRatio: 0.2,
    keysValues: true,
    classToken: true,
    ...options,
  });
}

const published = {
  'ViT-B/16': plainVit({ width: 768, layers: 12, heads: 12, patch: 16, imageSize: 224 }),
  'ViT-L/16': plainVit({ width: 1024, layers: 24, heads: 16, patch: 16, imageSize: 224 }),
};
const mib = 2 ** 20;

describe.each(Object.entries(published))('an image of 2,048 px through %s', (_name, lpm) => {
  test('needs no tensor beyond 128 MiB, the least that WebGPU promises, and less than 3 GB in all', () => {
    const graph = encoder(lpm, 2048, { tensorBytes: 128 * mib });
    const { weights, values, largest } = liveBytes(graph);
    expect(largest).toBeLessThanOrEqual(128 * mib);
    expect(weights + values).toBeLessThan(3e9);
  });

  test('would need more without the limit', () => {
    expect(liveBytes(encoder(lpm, 2048)).largest).toBeGreaterThan(128 * mib);
  });
});

const small = plainVit({ width: 64, layers: 4, heads: 4, patch: 8, imageSize: 256 });

async function encoded(of: Engine, graph: Graph): Promise<Tensors> {
  const random = Random.seeded(11);
  const shapes = canonicalShapes(small);
  const noise = (name: string, shape: Shape, scale: number): Tensor<'float32'> => {
    const own = random.fork(name);
    return float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => own.uniform(-scale, scale)),
    );
  };
  const read = (name: string): Tensor<'float32'> => noise(name, shapes.get(name) ?? [], 0.2);
  const weights = encoderWeights(small, read, { height: 256, width: 256 });
  return await runOnce(of, graph, { pixel_values: noise('pixels', [1, 3, 256, 256], 1) }, weights);
}

test('in pieces an image gives what it gives at once', async () => {
  // 1,025 tokens: scores of 16.8 MB and a hidden layer of 1.05 MB at once; here 31 pieces of queries and nine of the MLP's rows.
  const limit = 600_000;
  const [pieces, whole] = [
    encoder(small, 256, { tensorBytes: limit, allTokens: true, details: true }),
    encoder(small, 256, { scoreBudget: 1e9, allTokens: true, details: true }),
  ];
  const computed = pieces.order.filter(({ op }) => op === 'softmax' || op === 'gelu');
  expect(Math.max(...computed.map(bytesOf))).toBeLessThanOrEqual(limit);
  expect(computed.length).toBeGreaterThan(4 * 28);
  const [found, wanted] = [await encoded(engine, pieces), await encoded(engine, whole)];
  // The outputs themselves are beyond the limit and come layer by layer.
  const joined = (outputs: Tensors, name: string): number[] =>
    outputParts(outputs, name).flatMap(({ data }) => [...(data as Float32Array)]);
  for (const name of ['all_keys', 'all_values', 'scores', 'class_token', 'all_tokens']) {
    expect(joined(found, name).length).toBeGreaterThan(0);
    expect(worstDifference(joined(found, name), joined(wanted, name))).toBeLessThan(name === 'scores' ? 1e-6 : 1e-4);
  }
  // Of tokens whose scores tie either may come first.
  const scores = joined(wanted, 'scores');
  const kept = wanted['indices']!.shape.at(-1) as number;
  const scoreAt = (outputs: Tensors) =>
    [...(outputs['indices']!.data as Int32Array)].map((token, i) => scores[Math.floor(i / kept) * 1025 + token] ?? 0);
  expect(worstDifference(scoreAt(found), scoreAt(wanted))).toBeLessThan(1e-6);
});

test('the attention of a layer that is read does not lie in memory as a whole', async () => {
  const own = await openEngine({
    engine: 'onnxruntime',
    device: 'cpu',
    threads: 2,
    ownProcess: true,
    log: silentLogger,
  });
  // 4,097 tokens and 12 heads: 806 MB of scores for one of three layers; a process that computes nothing takes some 100 MB.
  const lpm = plainVit({ width: 96, layers: 3, heads: 12, patch: 8, imageSize: 512 });
  const shapes = canonicalShapes(lpm);
  const graph = encoder(lpm, 512, { layers: [0, 1, 2] });
  const weights = encoderWeights(
    lpm,
    (name) => float32(shapes.get(name) ?? [], new Float32Array(sizeOf(shapes.get(name) ?? [])).fill(0.01)),
    { height: 512, width: 512 },
  );
  try {
    await runOnce(own, graph, { pixel_values: float32([1, 3, 512, 512], new Float32Array(3 * 512 * 512)) }, weights);
    expect(await own.peakMemoryMb()).toBeLessThan(500);
  } finally {
    await own.dispose();
  }
});
