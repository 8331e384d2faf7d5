/** A check that a graph holds together, for graphs that a pass has made or changed. */
import type { Graph } from './graph.ts';
import { describeValue, type Value } from './ir.ts';
import { isLeaf, opOf } from './ops/index.ts';
import { sameShape } from './ops/shapes.ts';

function problemsOf(node: Value): string[] {
  const where = `${node.op} #${node.id}${node.scope === '' ? '' : ` (${node.scope})`}`;
  if (isLeaf(node)) return node.inputs.length === 0 ? [] : [`${where}: a leaf has inputs`];
  const op = opOf(node);
  const variadic = op.inputs[0]?.startsWith('...') ?? false;
  if (!variadic && op.inputs.length !== node.inputs.length) {
    return [`${where}: ${node.inputs.length} inputs; need ${op.inputs.length}`];
  }
  const signature = op.infer(node.inputs, node.attrs);
  if (sameShape(signature.shape, node.shape) && signature.dtype === node.dtype) return [];
  return [`${where}: is ${describeValue(node)}; its inputs give ${signature.dtype} [${signature.shape.join(', ')}]`];
}

/** Every problem of the graph, in words; an empty list where there is none. */
export function verifyGraph(graph: Graph): string[] {
  const problems: string[] = [];
  const seen = new Set<Value>();
  for (const node of graph.order) {
    if (seen.has(node)) problems.push(`${node.op} #${node.id} is listed twice`);
    for (const x of node.inputs) {
      if (!seen.has(x)) problems.push(`${node.op} #${node.id} stands before its input ${x.op} #${x.id}`);
    }
    problems.push(...problemsOf(node));
    seen.add(node);
  }
  for (const [name, value] of Object.entries(graph.outputs)) {
    if (!seen.has(value)) problems.push(`output ${name} is not in the order`);
  }
  return problems;
}
