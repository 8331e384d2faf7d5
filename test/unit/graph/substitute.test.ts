import { describe, expect, test } from 'vitest';
import { float32 } from '../../../core/base/tensor.ts';
import { add, constant, defineGraph, input, matmul, replaceWeights, weight } from '../../../core/graph/index.ts';

describe('replaceWeights', () => {
  const x = input('x', [2, 3]);
  const graph = defineGraph({ outputs: { y: add(matmul(x, weight('w', [3, 4])), weight('b', [4])), x } });

  test('weights become the given values and everything else keeps its form', () => {
    const w = input('trained.w', [3, 4]);
    const b = constant(float32([4], [1, 2, 3, 4]));
    const outputs = replaceWeights(graph, ({ name }) => (name === 'w' ? w : b));
    const copy = defineGraph({ outputs });
    expect(copy.weights).toEqual([]);
    expect(copy.inputs.map(({ name }) => name)).toEqual(['x', 'trained.w']);
    expect(copy.outputs['y']!.shape).toEqual([2, 4]);
    expect(copy.outputs['y']!.inputs[1]).toBe(b);
  });

  test('what depends on no weight is shared, and the original is untouched', () => {
    const outputs = replaceWeights(graph, ({ shape }) => input(`n${shape.length}`, shape));
    expect(outputs['x']).toBe(x);
    expect(graph.weights.map(({ name }) => name)).toEqual(['w', 'b']);
  });
});
