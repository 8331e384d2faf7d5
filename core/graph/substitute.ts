/** A copy of a graph in which weights (and inputs) are other values: how a frozen network becomes one that is trained. */
import type { Graph } from './graph.ts';
import type { Value } from './ir.ts';
import { rewriteGraph } from './rewrite.ts';

/**
 * The outputs of `graph` with each weight replaced by `replacement(weight)`, a value of its shape and dtype, and each
 * input that `inputs` names by the value there. Other inputs and constants are shared with the original. Throws
 * GraphError where a rule no longer fits.
 */
export function replaceWeights(
  graph: Graph,
  replacement: (weight: Value) => Value,
  inputs: Readonly<Record<string, Value>> = {},
): Readonly<Record<string, Value>> {
  return rewriteGraph(graph, (node) => {
    if (node.op === 'weight') return replacement(node);
    return node.op === 'input' ? inputs[node.name ?? ''] : undefined;
  });
}
