/** Graphs for GPUs that know no 16-bit floats (many of Intel's, and every software driver). */
import { fromFloat16Bits } from '../../base/half.ts';
import { defineGraph, type Graph, input, replaceWeights } from '../../graph/index.ts';
import type { Tensors } from '../types.ts';

export interface WidenedGraph {
  readonly graph: Graph;
  /** The same inputs as float32, exactly. */
  widen(inputs: Tensors): Tensors;
}

/** The graph with float32 in place of its float16 inputs, which every other node takes as float32 anyway: the same numbers, read wider. */
export function widenHalfInputs(graph: Graph): WidenedGraph {
  const halves = graph.inputs.filter(({ dtype }) => dtype === 'float16');
  if (halves.length === 0) return { graph, widen: (inputs) => inputs };
  const wide = Object.fromEntries(halves.map(({ name = '', shape }) => [name, input(name, shape, 'float32')]));
  return {
    graph: defineGraph({ outputs: replaceWeights(graph, (weight) => weight, wide) }),
    widen: (inputs) =>
      Object.fromEntries(
        Object.entries(inputs).map(([name, tensor]) =>
          tensor.dtype === 'float16' && name in wide
            ? [name, { dtype: 'float32', shape: tensor.shape, data: fromFloat16Bits(tensor.data) }]
            : [name, tensor],
        ),
      ),
  };
}
