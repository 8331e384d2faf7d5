/**
 * Inputs that a network reads a part at a time, as parts of the memory that they lie in.
 *
 * Features arrive as [layers, ...] and are widened to float32 before they multiply. Where every layer is taken out of them by itself, an engine
 * would widen all of them first and copy the layers out of that. Here each part is an input of its own, a view of the same memory, and is
 * widened by itself.
 */
import type { Tensor } from '../base/tensor.ts';
import { createNode, defineGraph, type Graph, input, rewriteGraph, type Value } from '../graph/index.ts';
import type { Tensors } from './types.ts';

export interface ViewedGraph {
  readonly graph: Graph;
  /** What `graph` takes, of what the graph took that it was made from: views, no copies. */
  views(inputs: Tensors): Tensors;
}

interface View {
  readonly of: string;
  readonly start: number;
  readonly end: number;
}

/** What is computed element by element, so that a part of it needs the same part of its inputs alone. */
const elementwise: ReadonlySet<string> = new Set(['cast', 'mul', 'div']);

/**
 * The graph with views in place of parts of inputs along their first axis, widened or not.
 *
 * With `apart` each node that takes a part widens it for itself: nothing widened stays in memory between two that are far from each other, as
 * a forward and a backward pass are, and widening anew reads half of what keeping would.
 */
export function viewInputs(graph: Graph, { apart }: { readonly apart: boolean }): ViewedGraph {
  const views = new Map<string, View>();
  const known = new Map<string, Value>();
  const viewOf = ({ name = '', shape, dtype }: Value, start: number, end: number, user: string): Value => {
    const view = `${name}[${start}:${end}]${user}`;
    views.set(view, { of: name, start, end });
    const value = known.get(view) ?? input(view, [end - start, ...shape.slice(1)], dtype);
    known.set(view, value);
    return value;
  };
  /** Part [start, end) of `x`; undefined where that is more than views of inputs, element by element. */
  const partOf = (x: Value, start: number, end: number, user: string): Value | undefined => {
    if (x.op === 'input') return x.shape.length < 2 ? undefined : viewOf(x, start, end, user);
    if (!elementwise.has(x.op)) return undefined;
    const parts: Value[] = [];
    for (const of of x.inputs) {
      const hasAxis = of.shape[0] === x.shape[0] && of.shape.length === x.shape.length;
      const part = hasAxis ? partOf(of, start, end, user) : of.shape.length === 0 ? of : undefined;
      if (part === undefined) return undefined;
      parts.push(part);
    }
    const { op, attrs, dtype, shape } = x;
    return createNode({ op, attrs, dtype, inputs: parts, shape: [end - start, ...shape.slice(1)] });
  };
  const asPart = (x: Value, user: string): Value | undefined => {
    if (x.op !== 'slice' || x.attrs['axis'] !== 0) return undefined;
    return partOf(x.inputs[0] as Value, x.attrs['start'] as number, x.attrs['end'] as number, user);
  };
  let users = 0;
  const outputs = rewriteGraph(graph, (node, inputs) => {
    const parts = node.inputs.map((x) => asPart(x, apart ? `#${users++}` : ''));
    if (parts.every((part) => part === undefined)) return undefined;
    const { op, attrs, shape, dtype } = node;
    return createNode({ op, attrs, shape, dtype, inputs: inputs.map((x, i) => parts[i] ?? x) });
  });
  const viewed = defineGraph({ outputs });
  const wanted = viewed.inputs.map(({ name = '' }) => name);
  return {
    graph: viewed,
    views: (given) =>
      Object.fromEntries(
        wanted.flatMap((name) => {
          const view = views.get(name);
          const tensor = given[view?.of ?? name];
          return tensor === undefined ? [] : [[name, view === undefined ? tensor : rowsOf(tensor, view)]];
        }),
      ),
  };
}

/** Rows [start, end) of a tensor, in its memory. */
function rowsOf({ dtype, shape, data }: Tensor, { start, end }: View): Tensor {
  const row = data.length / (shape[0] as number);
  return { dtype, shape: [end - start, ...shape.slice(1)], data: data.subarray(start * row, end * row) } as Tensor;
}
