/** Graphs as plain data that survives structured clone, for an engine in another process. */
import type { DType, Shape } from '../base/tensor.ts';
import { defineGraph, type Graph } from './graph.ts';
import { type Attributes, createNode, GraphError, scope, type Value } from './ir.ts';

interface NodeData {
  readonly op: Value['op'];
  /** Positions in the list. */
  readonly inputs: readonly number[];
  readonly attrs: Attributes;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name?: string;
  readonly scope: string;
}

export interface GraphData {
  readonly nodes: readonly NodeData[];
  /** Positions in the list, by output name. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** The graph as data. */
export function packGraph(graph: Graph): GraphData {
  const positions = new Map(graph.order.map((node, i) => [node, i]));
  const position = (value: Value): number => positions.get(value) as number;
  return {
    nodes: graph.order.map(({ id: _id, inputs, ...rest }) => ({ ...rest, inputs: inputs.map(position) })),
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, position(value)])),
  };
}

/** The graph that was packed. Throws GraphError where the data refers to a node that comes later or nowhere. */
export function unpackGraph(data: GraphData): Graph {
  const values: Value[] = [];
  const valueAt = (i: number): Value => {
    const value = values[i];
    if (value === undefined) throw new GraphError(`packed graph: node ${values.length} refers to ${i}`);
    return value;
  };
  for (const { scope: place, inputs, ...rest } of data.nodes) {
    const build = () => createNode({ ...rest, inputs: inputs.map(valueAt) });
    values.push(place === '' ? build() : scope(place, build));
  }
  const outputs = Object.entries(data.outputs).map(([name, i]) => [name, valueAt(i)] as const);
  return defineGraph({ outputs: Object.fromEntries(outputs) });
}
