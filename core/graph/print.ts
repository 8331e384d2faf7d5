/** Graphs as text, for review and for golden files. */
import { sizeOf, type Tensor } from '../base/tensor.ts';
import type { Graph } from './graph.ts';
import type { AttributeValue, Value } from './ir.ts';

function printAttribute(value: AttributeValue): string {
  if (typeof value !== 'object') return String(value);
  if (!('dtype' in value)) return `[${value.join(', ')}]`;
  const { data, shape } = value as Tensor;
  return sizeOf(shape) <= 8 ? `{${data.join(', ')}}` : `{${sizeOf(shape)} values}`;
}

function printNode(node: Value, numbers: ReadonlyMap<Value, number>): string {
  const inputs = node.inputs.map((x) => `%${numbers.get(x)}`);
  const attributes = Object.keys(node.attrs)
    .sort()
    .map((key) => `${key}=${printAttribute(node.attrs[key] as AttributeValue)}`);
  const name = node.name === undefined ? [] : [`"${node.name}"`];
  const args = [...name, ...inputs, ...attributes].join(', ');
  const place = node.scope === '' ? '' : `  # ${node.scope}`;
  return `%${numbers.get(node)} = ${node.op}(${args}) : ${node.dtype} [${node.shape.join(', ')}]${place}`;
}

/** One line a node, in topological order, then one line an output. Ends with a line feed. */
export function printGraph(graph: Graph): string {
  const numbers = new Map(graph.order.map((node, i) => [node, i]));
  const lines = graph.order.map((node) => printNode(node, numbers));
  const outputs = Object.entries(graph.outputs).map(([name, value]) => `return ${name} = %${numbers.get(value)}`);
  return `${[...lines, ...outputs].join('\n')}\n`;
}
