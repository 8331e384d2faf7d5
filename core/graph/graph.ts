/** A graph: named outputs and everything they reach. */
import { describeValue, GraphError, type Value } from './ir.ts';

export interface Graph {
  /** In the order first reached from the outputs. */
  readonly inputs: readonly Value[];
  readonly weights: readonly Value[];
  readonly outputs: Readonly<Record<string, Value>>;
  /** Every node once, inputs of a node before it. Depends only on the structure, never on node ids. */
  readonly order: readonly Value[];
}

/** The graph that computes `outputs`. Throws GraphError where two inputs or weights share a name. */
export function defineGraph(parts: { readonly outputs: Readonly<Record<string, Value>> }): Graph {
  const order = topologicalOrder(Object.values(parts.outputs));
  const graph = {
    inputs: order.filter((v) => v.op === 'input'),
    weights: order.filter((v) => v.op === 'weight'),
    outputs: Object.freeze({ ...parts.outputs }),
    order,
  };
  const named = new Map<string, Value>();
  for (const leaf of [...graph.inputs, ...graph.weights]) {
    const other = named.get(leaf.name ?? '');
    if (other !== undefined) {
      throw new GraphError(`two leaves share a name: ${describeValue(other)} and ${describeValue(leaf)}`);
    }
    named.set(leaf.name ?? '', leaf);
  }
  return Object.freeze(graph);
}

/** Every node that `roots` reach, inputs first; depth first without recursion (graphs are thousands of nodes deep). */
export function topologicalOrder(roots: readonly Value[]): readonly Value[] {
  const order: Value[] = [];
  const done = new Set<Value>();
  const stack: { readonly node: Value; next: number }[] = [];
  for (const root of roots) {
    if (done.has(root)) continue;
    done.add(root);
    stack.push({ node: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { readonly node: Value; next: number };
      const child = top.node.inputs[top.next];
      top.next += 1;
      if (child === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!done.has(child)) {
        done.add(child);
        stack.push({ node: child, next: 0 });
      }
    }
  }
  return Object.freeze(order);
}
