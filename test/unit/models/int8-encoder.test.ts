import { expect, test } from 'vitest';
import { float32 } from '../../../core/base/tensor.ts';
import { type Graph, isLeaf, opOf } from '../../../core/graph/index.ts';
import { buildLpmEncoder, int8Encoder, int8Weights, plainVit, quantiseColumns } from '../../../core/models/index.ts';
import { keptOverlap } from '../../../core/services/features/kept-overlap.ts';

test('each column is quantised by its largest number, a column of zeros stays zero', () => {
  // Columns: largest 2.54, step 0.02; largest 127, step 1; zeros; largest 0.254, step 0.002.
  const { weight, scale } = quantiseColumns(float32([2, 4], [2.54, -127, 0, 0.25, -1, 63.6, 0, -0.254]));
  expect(weight).toEqual({
    dtype: 'int8',
    shape: [2, 4],
    data: Int8Array.of(127, -127, 0, 125, -50, 64, 0, -127),
  });
  expect([...scale.data].map((step) => Number(step.toPrecision(6)))).toEqual([0.02, 1, 1, 0.002]);
});

const lpm = plainVit({ width: 32, layers: 2, heads: 2, patch: 16, imageSize: 32 });
const size = { height: 32, width: 32 };
const encoder: Graph = buildLpmEncoder(lpm, {
  ...{ batch: 1, ...size, layers: [1], tokenRatio: 0.5, tokens: 'global', keysValues: true, classToken: true },
});

const opsNamed = (graph: Graph, op: string) => graph.order.filter((node) => node.op === op);

test('of the products those of the blocks with weights become 8 bits, and no other', () => {
  const graph = int8Encoder(encoder);
  const layers = ['q', 'k', 'v', 'o', 'fc1', 'fc2'];
  const expected = [0, 1].flatMap((block) => layers.map((layer) => `blocks.${block}.${layer}.weight`));
  expect(
    opsNamed(graph, 'matmulInt8')
      .map(({ inputs }) => inputs[1]?.name)
      .sort(),
  ).toEqual(expected.sort());
  // The patches' projection, and queries with keys and attention with values of both blocks.
  expect(
    opsNamed(graph, 'matmul')
      .filter(({ inputs }) => inputs[1]?.op === 'weight')
      .map(({ inputs }) => inputs[1]?.name),
  ).toEqual(['patch.weight']);
  expect(opsNamed(graph, 'matmul')).toHaveLength(5);
  expect(Object.keys(graph.outputs)).toEqual(Object.keys(encoder.outputs));
  for (const node of graph.order) if (!isLeaf(node)) expect(opOf(node)).toBeDefined();
});

test('a matrix is read once for its weight and its scale, and other weights pass as they are', () => {
  const asked: string[] = [];
  const read = int8Weights((name) => {
    asked.push(name);
    return float32([1, 2], [0.5, -2]);
  });
  expect(read('blocks.0.fc1.weight')).toMatchObject({ dtype: 'int8', data: Int8Array.of(127, -127) });
  expect(read('blocks.0.fc1.weight.scale').data).toEqual(Float32Array.of(0.5 / 127, 2 / 127));
  expect(read('blocks.0.norm1.weight')).toMatchObject({ dtype: 'float32', data: Float32Array.of(0.5, -2) });
  expect(read('patch.weight').dtype).toBe('float32');
  expect(read('blocks.1.q.weight.scale').data).toEqual(Float32Array.of(0.5 / 127, 2 / 127));
  expect(asked).toEqual(['blocks.0.fc1.weight', 'blocks.0.norm1.weight', 'patch.weight', 'blocks.1.q.weight']);
});

test('the kept tokens in common are counted head by head, in whatever order', () => {
  expect(keptOverlap(Int32Array.of(1, 2, 3, 4), Int32Array.of(2, 1, 5, 4), 2)).toBe(0.75);
  // The same tokens in another head are not in common.
  expect(keptOverlap(Int32Array.of(1, 2, 3, 4), Int32Array.of(3, 4, 1, 2), 2)).toBe(0);
});
