/** A copy of a graph in which some nodes are other values: what a device needs written differently. */
import type { Graph } from './graph.ts';
import { createNode, scope, type Value } from './ir.ts';

/**
 * The outputs of `graph`, each node replaced by what `rule` gives for it and its new inputs; where that is undefined the node stays, on
 * those inputs. The graph itself is left as it is.
 */
export function rewriteGraph(
  graph: Graph,
  rule: (node: Value, inputs: readonly Value[]) => Value | undefined,
): Readonly<Record<string, Value>> {
  const copies = new Map<Value, Value>();
  for (const node of graph.order) {
    const inputs = node.inputs.map((x) => copies.get(x) as Value);
    copies.set(node, scope(node.scope, () => rule(node, inputs)) ?? onInputs(node, inputs));
  }
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, copies.get(value) as Value]));
}

/** The node with these inputs; itself where they are its own. */
function onInputs(node: Value, inputs: readonly Value[]): Value {
  if (inputs.every((x, i) => x === node.inputs[i])) return node;
  const { op, attrs, shape, dtype } = node;
  return scope(node.scope, () =>
    createNode({ op, attrs, shape, dtype, inputs, ...(node.name === undefined ? {} : { name: node.name }) }),
  );
}
