/** Graphs for GPUs that know no 8-bit integers (all of them, through WebGPU) or no 16-bit floats (many of Intel's, and every software driver). */
import { fromFloat16Bits } from '../../base/half.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import { defineGraph, type Graph, input, replaceWeights } from '../../graph/index.ts';
import type { Tensors } from '../types.ts';

export interface WidenedGraph {
  readonly graph: Graph;
  /** The same inputs as float32, exactly. */
  widen(inputs: Tensors): Tensors;
}

/**
 * The graph with float32 in place of its int8 inputs that are made float32 anyway, and of its float16 ones where the GPU has no such: the same numbers,
 * read wider.
 */
export function widenInputs(graph: Graph, hasHalfPrecision: boolean): WidenedGraph {
  const asIntegers = new Set(graph.order.flatMap(({ op, inputs }) => (op === 'cast' ? [] : inputs)));
  const narrow = graph.inputs.filter(
    (value) => (value.dtype === 'int8' && !asIntegers.has(value)) || (value.dtype === 'float16' && !hasHalfPrecision),
  );
  if (narrow.length === 0) return { graph, widen: (inputs) => inputs };
  const wide = Object.fromEntries(narrow.map(({ name = '', shape }) => [name, input(name, shape, 'float32')]));
  return {
    graph: defineGraph({ outputs: replaceWeights(graph, (weight) => weight, wide) }),
    widen: (inputs) =>
      Object.fromEntries(
        Object.entries(inputs).map(([name, tensor]) => (name in wide ? [name, widened(tensor)] : [name, tensor])),
      ),
  };
}

function widened(tensor: Tensor): Tensor {
  if (tensor.dtype === 'float16') return float32(tensor.shape, fromFloat16Bits(tensor.data));
  return tensor.dtype === 'int8' ? float32(tensor.shape, new Float32Array(tensor.data)) : tensor;
}
