/** Evidence of methods whose answer stands on the LPM's summary of the image: where its one query looked, and what of it spoke for a class. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { float32, type Shape, sizeOf } from '../../../core/base/tensor.ts';
import { type Method, methods } from '../../../core/contract/index.ts';
import {
  add,
  defineGraph,
  type Graph,
  input,
  liveBytes,
  rewriteGraph,
  softmax,
  type Value,
} from '../../../core/graph/index.ts';
import {
  buildEvidence,
  buildLpmEncoder,
  encoderWeights,
  initialiseParameters,
  joinMembers,
  type LpmConfig,
  networkConfig,
  noAttention,
  plainVit,
  tokenCounts,
  trainingMethods,
  withMembers,
} from '../../../core/models/index.ts';
import { canonicalShapes } from '../../../core/models/tensor-names.ts';
import { buildPredict } from '../../../core/training/train-step.ts';
import type { Arr } from '../../reference/array.ts';
import { evaluate, toArr } from '../../reference/evaluate.ts';

const inputSize = 16;
const classes = 3;
const withClassToken: LpmConfig = {
  ...plainVit({ width: 16, layers: 2, heads: 2, patch: 8, imageSize: 16 }),
  registers: 1,
};
const withPool: LpmConfig = {
  ...withClassToken,
  registers: 0,
  classToken: false,
  classPosition: false,
  summary: 'attention-pool',
  poolMlpWidth: 8,
};
const drawing = methods.filter((method) => trainingMethods[method].evidence?.attends === 'summary');
const cases = [
  ...drawing.map((method) => [method, 'class token', withClassToken] as const),
  ...(['linear', 'prompt-tuning'] as const).map((method) => [method, 'attention pool', withPool] as const),
];

function numbers(shape: Shape, random: Random): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, () => random.normal(0, 0.5));
}

/** A tiny model whose weights have all moved, and what its graphs read. */
function made(method: Method, lpm: LpmConfig) {
  const shapes = canonicalShapes(lpm);
  const tensors = (name: string) => {
    const shape = shapes.get(name) as Shape;
    return float32(shape, numbers(shape, Random.seeded(3).fork(name)) as Float32Array<ArrayBuffer>);
  };
  const weights = encoderWeights(lpm, tensors, { height: inputSize, width: inputSize });
  const config = networkConfig(lpm, { method, classes, inputSize, sizes: { rank: 2, prompts: 3, bottleneck: 2 } });
  const random = Random.seeded(8);
  const params = initialiseParameters(config, Random.seeded(1), weights).map((x) => x + 0.3 * random.normal());
  const image = { shape: [1, 3, inputSize, inputSize], data: Float64Array.from(numbers([3 * inputSize ** 2], random)) };
  const leavesOf = (graph: Graph, own: Readonly<Record<string, Arr>> = {}): Record<string, Arr> => ({
    params: { shape: [params.length], data: Float64Array.from(params) },
    image,
    pixel_values: image,
    ...Object.fromEntries(graph.weights.map(({ name = '' }) => [name, toArr(weights(name))])),
    ...own,
  });
  return { config, params, leavesOf, frozen: { lpm, inputSize } };
}

function run(graph: Graph, names: readonly string[], leaves: Readonly<Record<string, Arr>>): Float64Array[] {
  return evaluate(
    names.map((name) => graph.outputs[name] as Value),
    leaves,
  ).map(({ data }) => Float64Array.from(data));
}

describe.each(cases)('evidence of %s on an LPM with a(n) %s', (method, _, lpm) => {
  const { config, leavesOf, frozen } = made(method, lpm);
  const graph = buildEvidence(config, { frozen });
  const { all } = tokenCounts(lpm, inputSize, inputSize);
  const tokens = all + (method === 'prompt-tuning' && lpm.summary === undefined ? 3 : 0);
  const [logits, attention, relevance] = run(graph, ['logits', 'attention', 'relevance'], leavesOf(graph)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];

  test('attends by one row a head over all tokens, which sums to 1', () => {
    expect([graph.outputs['attention']?.shape, graph.outputs['relevance']?.shape]).toEqual([
      [1, 2, tokens],
      [classes, 1, 2, tokens],
    ]);
    for (const head of [0, 1]) {
      const row = attention.subarray(head * tokens, (head + 1) * tokens);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
    expect(new Set(attention).size).toBeGreaterThan(tokens);
  });

  test('answers as the model does', () => {
    const predict = buildPredict(config, { batch: 1 });
    const encoder = buildLpmEncoder(lpm, {
      ...{ batch: 1, height: inputSize, width: inputSize, layers: [], tokenRatio: 1, tokens: 'global' },
      ...{ keysValues: false, classToken: true },
    });
    const [token] = run(encoder, ['class_token'], leavesOf(encoder));
    const own = { class_token: { shape: [1, lpm.width], data: token as Float64Array } };
    const [expected] = run(predict, ['logits'], leavesOf(predict, own));
    expected?.forEach((value, c) => {
      expect(logits[c]).toBeCloseTo(value, 9);
    });
  });

  test('relevance is how the log-odds of each class move with each score before the softmax', () => {
    const nudged = defineGraph({
      outputs: rewriteGraph(graph, (node, [scores]) =>
        node.op === 'softmax' && node.shape[2] === 1
          ? softmax(add(scores as Value, input('nudge', node.shape)), -1)
          : undefined,
      ),
    });
    const logOdds = (at: number, by: number): Float64Array => {
      const data = new Float64Array(2 * tokens);
      data[at] = by;
      const [z] = run(nudged, ['logits'], leavesOf(nudged, { nudge: { shape: [1, 2, 1, tokens], data } }));
      const odds = [...(z as Float64Array)].map(Math.exp);
      const sum = odds.reduce((a, b) => a + b, 0);
      return Float64Array.from(odds, (e) => Math.log(e / (sum - e)));
    };
    let largest = 0;
    for (let at = 0; at < 2 * tokens; at++) {
      const [up, down] = [logOdds(at, 1e-5), logOdds(at, -1e-5)];
      for (let c = 0; c < classes; c++) {
        const slope = ((up[c] as number) - (down[c] as number)) / 2e-5;
        expect(relevance[c * 2 * tokens + at]).toBeCloseTo(slope, 7);
        largest = Math.max(largest, Math.abs(slope));
      }
    }
    expect(largest).toBeGreaterThan(1e-3);
  });
});

test('three networks that read one summary attend as one, and three equal ones say what one says', () => {
  const { config, params, leavesOf, frozen } = made('linear', withClassToken);
  const three = withMembers(config, 3);
  const joined = joinMembers(three, [params, params, params]);
  const one = buildEvidence(config, { frozen });
  const many = buildEvidence(three, { frozen });
  const names = ['logits', 'attention', 'relevance'];
  const own = { params: { shape: [joined.length], data: Float64Array.from(joined) } };
  const expected = run(one, names, leavesOf(one)).flatMap((values) => [...values]);
  run(many, names, leavesOf(many, own))
    .flatMap((values) => [...values])
    .forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 6);
    });
});

test.each(drawing)('evidence of %s takes the memory of a prediction: no attention of all tokens is kept', (method) => {
  const lpm = plainVit({ width: 64, layers: 6, heads: 4, patch: 8, imageSize: 224 });
  const config = networkConfig(lpm, { method, classes, inputSize: 224 });
  const frozen = { lpm, inputSize: 224 };
  const predict =
    trainingMethods[method].features === null
      ? buildPredict(config, { batch: 1 })
      : buildLpmEncoder(lpm, {
          ...{ batch: 1, height: 224, width: 224, layers: [], tokenRatio: 1, tokens: 'global' },
          ...{ keysValues: false, classToken: true },
        });
  expect(liveBytes(buildEvidence(config, { frozen })).values).toBeLessThan(1.1 * liveBytes(predict).values);
});

test('a summary that is a mean of the tokens is drawn by no attention, whoever stands on it', () => {
  const mean: LpmConfig = { ...withClassToken, summary: 'mean' };
  expect(methods.filter((method) => noAttention({ method }, mean) === 'mean')).toEqual(drawing);
  expect(methods.filter((method) => noAttention({ method }, withPool) !== null)).toEqual(['side-only']);
  const { config, frozen } = made('linear', mean);
  expect(() => buildEvidence(config, { frozen })).toThrow('no query of its own draws the summary');
});
