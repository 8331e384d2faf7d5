/** Runs a graph in float64 by the reference of each op. */
import type { Tensor } from '../../core/base/tensor.ts';
import { isLeaf, type OpName, topologicalOrder, type Value } from '../../core/graph/index.ts';
import type { Arr } from './array.ts';
import { reference } from './ops.ts';

/** The numbers of a tensor as float64, halves decoded. */
export function toArr({ dtype, shape, data }: Tensor): Arr {
  if (dtype === 'float16') {
    return { shape, data: Float64Array.from(new Float16Array(data.buffer, data.byteOffset, data.length)) };
  }
  return { shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** The value of each of `outputs` for these leaves (inputs and weights by name). */
export function evaluate(outputs: readonly Value[], leaves: Readonly<Record<string, Arr>>): Arr[] {
  const values = new Map<Value, Arr>();
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map((x) => values.get(x) as Arr);
    if (node.op === 'constant') values.set(node, toArr(node.attrs['tensor'] as Tensor));
    else if (isLeaf(node)) {
      const leaf = leaves[node.name ?? ''];
      if (leaf === undefined) throw new Error(`no values for ${node.name}`);
      values.set(node, leaf);
    } else values.set(node, reference[node.op as OpName](inputs, node));
  }
  return outputs.map((output) => values.get(output) as Arr);
}
