import { expect, test } from 'vitest';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { viewInputs } from '../../../core/engine/input-views.ts';
import {
  add,
  cast,
  defineGraph,
  div,
  input,
  matmul,
  mul,
  reshape,
  slice,
  sum,
  transposeLast,
} from '../../../core/graph/index.ts';

/** Two layers of kept keys, each taken twice: as a product takes them, and as its gradient does. */
function twoLayers() {
  const keys = cast(input('keys', [2, 3, 4], 'float16'), 'float32');
  const layers = [0, 1].map((layer) => {
    const own = slice(keys, 0, layer, layer + 1);
    const scores = matmul(input(`asked ${layer}`, [1, 5, 4]), transposeLast(own));
    return matmul(scores, own);
  });
  return defineGraph({ outputs: { found: add(layers[0]!, layers[1]!) } });
}

const halves: Tensor = { dtype: 'float16', shape: [2, 3, 4], data: Uint16Array.from({ length: 24 }, (_, i) => i) };
const asked = {
  'asked 0': float32([1, 5, 4], new Float32Array(20)),
  'asked 1': float32([1, 5, 4], new Float32Array(20)),
};

test('each part of an input is an input of its own: a view of the same memory, widened by itself', () => {
  const { graph, views } = viewInputs(twoLayers(), { apart: false });
  expect(graph.inputs.map(({ name, shape, dtype }) => [name, shape.join(), dtype])).toEqual([
    ['asked 0', '1,5,4', 'float32'],
    ['keys[0:1]', '1,3,4', 'float16'],
    ['asked 1', '1,5,4', 'float32'],
    ['keys[1:2]', '1,3,4', 'float16'],
  ]);
  expect(graph.order.filter(({ op }) => op === 'slice')).toEqual([]);
  const given = views({ keys: halves, ...asked });
  expect(Object.keys(given).sort()).toEqual(['asked 0', 'asked 1', 'keys[0:1]', 'keys[1:2]']);
  expect([...given['keys[1:2]']!.data]).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  expect(given['keys[1:2]']!.data.buffer).toBe(halves.data.buffer);
  expect(given['asked 1']).toBe(asked['asked 1']);
});

test('apart, whoever takes a part widens it for itself', () => {
  const { graph, views } = viewInputs(twoLayers(), { apart: true });
  const casts = graph.order.filter(({ op }) => op === 'cast');
  expect(casts).toHaveLength(4);
  expect(new Set(casts.map(({ inputs }) => inputs[0]!.name)).size).toBe(4);
  const given = views({ keys: halves, ...asked });
  const ofSecond = Object.entries(given).filter(([name]) => name.startsWith('keys[1:2]'));
  expect(ofSecond).toHaveLength(2);
  for (const [, { data }] of ofSecond) expect(data[0]).toBe(12);
});

test('scales that widen 8 bits are taken by the same part; of a part that is no view of inputs nothing is changed', () => {
  const integers = cast(input('keys', [2, 3, 4], 'int8'), 'float32');
  const scaled = mul(integers, div(cast(input('keys largest', [2, 1, 4], 'float16'), 'float32'), 127));
  const computed = sum(scaled, [1], { keepDims: true });
  const outputs = {
    part: add(slice(scaled, 0, 1, 2), 1),
    whole: slice(computed, 0, 0, 1),
  };
  const { graph } = viewInputs(defineGraph({ outputs }), { apart: false });
  expect(graph.inputs.map(({ name }) => name)).toEqual(['keys[1:2]', 'keys largest[1:2]', 'keys', 'keys largest']);
  expect(graph.outputs['whole']!.op).toBe('slice');
});

test('rows of two axes counted through as one are views, too; of axes that are taken apart nothing is changed', () => {
  const integers = cast(input('keys', [2, 3, 4, 5], 'int8'), 'float32');
  const scaled = mul(integers, cast(input('largest', [2, 3, 1, 5], 'float16'), 'float32'));
  const rows = reshape(scaled, [6, 4, 5]);
  const outputs = { part: add(slice(rows, 0, 4, 6), 1), other: add(slice(reshape(scaled, [6, 5, 4]), 0, 4, 6), 1) };
  const { graph, views } = viewInputs(defineGraph({ outputs }), { apart: false });
  const [part] = graph.outputs['part']!.inputs;
  expect([part!.op, part!.shape]).toEqual(['mul', [2, 4, 5]]);
  expect(graph.outputs['other']!.inputs[0]!.op).toBe('slice');
  const keys: Tensor = { dtype: 'int8', shape: [2, 3, 4, 5], data: Int8Array.from({ length: 120 }, (_, i) => i) };
  const largest: Tensor = {
    dtype: 'float16',
    shape: [2, 3, 1, 5],
    data: Uint16Array.from({ length: 30 }, (_, i) => i),
  };
  const given = views({ keys, largest });
  const [ofKeys, ofLargest] = ['keys[4:6] of 2 axes', 'largest[4:6] of 2 axes'].map((name) => given[name]!);
  expect([ofKeys!.shape, ofKeys!.data[0], ofKeys!.data.buffer]).toEqual([[2, 4, 5], 80, keys.data.buffer]);
  expect([ofLargest!.shape, ofLargest!.data[0]]).toEqual([[2, 1, 5], 20]);
});

test('a flat vector, of which a training step is carried from run to run, stays whole', () => {
  const params = input('params', [6]);
  const graph = defineGraph({ outputs: { y: add(slice(params, 0, 0, 3), slice(params, 0, 3, 6)) } });
  expect(viewInputs(graph, { apart: true }).graph.inputs.map(({ name }) => name)).toEqual(['params']);
});
