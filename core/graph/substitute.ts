/** A copy of a graph in which weights (and inputs) are other values: how a frozen network becomes one that is trained. */
import type { Graph } from './graph.ts';
import { createNode, scope, type Value } from './ir.ts';

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
  const copies = new Map<Value, Value>();
  const given = (node: Value): Value | undefined => (node.op === 'input' ? inputs[node.name ?? ''] : undefined);
  for (const node of graph.order) copies.set(node, given(node) ?? copyOf(node, copies, replacement));
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, copies.get(value) as Value]));
}

function copyOf(node: Value, copies: ReadonlyMap<Value, Value>, replacement: (weight: Value) => Value): Value {
  if (node.op === 'weight') return replacement(node);
  const inputs = node.inputs.map((x) => copies.get(x) as Value);
  if (inputs.every((x, i) => x === node.inputs[i])) return node;
  const { op, attrs, shape, dtype } = node;
  return scope(node.scope, () =>
    createNode({ op, attrs, shape, dtype, inputs, ...(node.name === undefined ? {} : { name: node.name }) }),
  );
}
