/**
 * Inputs that a network reads a part at a time, as parts of the memory that they lie in.
 *
 * Features arrive as [layers, ...] and are widened to float32 before they multiply. Where every layer is taken out of them by itself, an engine
 * would widen all of them first and copy the layers out of that. Here each part is an input of its own, a view of the same memory, and is
 * widened by itself.
 */
import { sizeOf, type Tensor } from '../base/tensor.ts';
import { createNode, defineGraph, type Graph, input, rewriteGraph, type Value } from '../graph/index.ts';
import type { Tensors } from './types.ts';

/** Rows [start, end) where the first `merged` axes are counted through as one. */
type Part = Omit<View, 'of'>;

export interface ViewedGraph {
  readonly graph: Graph;
  /** What `graph` takes, of what the graph took that it was made from: views, no copies. */
  views(inputs: Tensors): Tensors;
}

/** Rows [start, end) of an input whose first `merged` axes are counted through as one. */
interface View {
  readonly of: string;
  readonly start: number;
  readonly end: number;
  readonly merged: number;
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
  const viewOf = ({ name = '', shape, dtype }: Value, { start, end, merged }: Part, user: string): Value => {
    const view = `${name}[${start}:${end}]${merged === 1 ? '' : ` of ${merged} axes`}${user}`;
    views.set(view, { of: name, start, end, merged });
    const value = known.get(view) ?? input(view, [end - start, ...shape.slice(merged)], dtype);
    known.set(view, value);
    return value;
  };
  /** A part of `x`; undefined where that is more than views of inputs, element by element. */
  const partOf = (x: Value, part: Part, user: string): Value | undefined => {
    const { start, end, merged } = part;
    if (x.op === 'input') return x.shape.length < 2 ? undefined : viewOf(x, part, user);
    const [source] = x.inputs;
    if (x.op === 'reshape' && merged === 1 && source !== undefined) {
      const axes = axesMerged(source, x);
      return axes === undefined ? undefined : partOf(source, { start, end, merged: axes }, user);
    }
    if (!elementwise.has(x.op)) return undefined;
    const parts: Value[] = [];
    for (const of of x.inputs) {
      const hasAxes =
        of.shape.length === x.shape.length && sameShape(of.shape.slice(0, merged), x.shape.slice(0, merged));
      const own = hasAxes ? partOf(of, part, user) : of.shape.length === 0 ? of : undefined;
      if (own === undefined) return undefined;
      parts.push(own);
    }
    const { op, attrs, dtype, shape } = x;
    return createNode({ op, attrs, dtype, inputs: parts, shape: [end - start, ...shape.slice(merged)] });
  };
  const asPart = (x: Value, user: string): Value | undefined => {
    if (x.op !== 'slice' || x.attrs['axis'] !== 0) return undefined;
    const [start, end] = [x.attrs['start'] as number, x.attrs['end'] as number];
    return partOf(x.inputs[0] as Value, { start, end, merged: 1 }, user);
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

/** How many first axes of `x` a reshape counts through as one, and leaves the others; undefined where it does something else. */
function axesMerged(x: Value, reshaped: Value): number | undefined {
  const merged = x.shape.length - reshaped.shape.length + 1;
  return merged >= 1 && sameShape(x.shape.slice(merged), reshaped.shape.slice(1)) ? merged : undefined;
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Rows of a tensor, in its memory. */
function rowsOf({ dtype, shape, data }: Tensor, { start, end, merged }: View): Tensor {
  const row = data.length / sizeOf(shape.slice(0, merged));
  return { dtype, shape: [end - start, ...shape.slice(merged)], data: data.subarray(start * row, end * row) } as Tensor;
}
