/**
 * Reverse-mode differentiation: gradients are graph nodes, so they print, verify, export and run like anything else.
 */
import { sizeOf } from '../base/tensor.ts';
import * as builder from './build.ts';
import { topologicalOrder } from './graph.ts';
import { describeValue, GraphError, scope, type Value } from './ir.ts';
import { isLeaf, opOf } from './ops/index.ts';
import type { PadAttributes } from './ops/layout.ts';
import { sameShape } from './ops/shapes.ts';

/**
 * The gradient of a one-element `loss` with respect to each of `wrt`, in their order and shapes.
 * Throws GraphError where the loss does not depend on one of them or a node on the way has no gradient.
 */
export function grad(loss: Value, wrt: readonly Value[]): Value[] {
  if (sizeOf(loss.shape) !== 1 || loss.dtype !== 'float32') {
    throw new GraphError(`grad: the loss must be one float32 number; found ${describeValue(loss)}`);
  }
  const order = topologicalOrder([loss]);
  const needed = reaching(order, new Set(wrt));
  const products = new Map(
    order.flatMap((node) => (node.op === 'matmul' ? [[pairOf(node.inputs), node] as const] : [])),
  );
  const product = (a: Value, b: Value): Value | undefined => products.get(pairOf([a, b]));
  const contributions = new Map<Value, Value[]>([[loss, [builder.filled(loss.shape, 1)]]]);
  const gradients = new Map<Value, Value>();
  for (const node of order.toReversed()) {
    const parts = contributions.get(node);
    if (parts === undefined || !needed.has(node)) continue;
    scope(`grad(${node.scope})`, () => {
      const dy = sumOfAll(parts);
      gradients.set(node, dy);
      contributions.delete(node);
      if (!isLeaf(node)) propagate(node, dy, { needed, product, into: contributions });
    });
  }
  return wrt.map((value) => {
    const gradient = gradients.get(value);
    if (gradient === undefined) throw new GraphError(`grad: the loss does not depend on ${describeValue(value)}`);
    return gradient;
  });
}

/** Nodes of `order` through which one of `targets` is reached, the targets included. */
function reaching(order: readonly Value[], targets: ReadonlySet<Value>): ReadonlySet<Value> {
  const found = new Set<Value>();
  for (const node of order) {
    if (targets.has(node) || node.inputs.some((x) => found.has(x))) found.add(node);
  }
  return found;
}

/** A name of two values; of transposes by what they transpose, for each rule makes its own. */
const pairOf = (inputs: readonly Value[]): string =>
  inputs.map(({ id, op, attrs, inputs: [x] }) => (op === 'transpose' ? `${x?.id} ${attrs['perm']}` : id)).join(' by ');

interface Propagation {
  readonly needed: ReadonlySet<Value>;
  readonly product: (a: Value, b: Value) => Value | undefined;
  readonly into: Map<Value, Value[]>;
}

function propagate(node: Value, dy: Value, { needed, product, into }: Propagation): void {
  const { vjp } = opOf(node);
  if (typeof vjp !== 'function') {
    throw new GraphError(`grad: ${node.op} has no gradient, ${vjp.notDifferentiable} (${node.scope})`);
  }
  const parts = vjp({ b: builder, dy, y: node, inputs: node.inputs, attrs: node.attrs, product });
  if (parts.length !== node.inputs.length) {
    throw new GraphError(`grad: ${node.op} gave ${parts.length} gradients for ${node.inputs.length} inputs`);
  }
  node.inputs.forEach((x, i) => {
    const part = parts[i];
    if (!needed.has(x) || part === null || part === undefined) return;
    if (!sameShape(part.shape, x.shape) || part.dtype !== x.dtype) {
      throw new GraphError(`grad: ${node.op} gave ${describeValue(part)} for its input ${i}, ${describeValue(x)}`);
    }
    const list = into.get(x);
    if (list === undefined) into.set(x, [part]);
    else list.push(part);
  });
}

/**
 * The sum of gradients that meet at one node.
 * Slices that do not overlap (parameters cut from one flat vector) are laid side by side: one copy of the vector,
 * where padding each to full length and adding would cost one copy a parameter.
 */
function sumOfAll(parts: readonly Value[]): Value {
  return joinedPads(parts) ?? parts.reduce((total, part) => builder.add(total, part));
}

function joinedPads(parts: readonly Value[]): Value | undefined {
  const first = parts[0];
  if (parts.length < 2 || first === undefined || parts.some((part) => part.op !== 'pad')) return undefined;
  const { axis } = first.attrs as unknown as PadAttributes;
  const pieces = new Map<number, { readonly end: number; value: Value }>();
  const length = first.shape[axis] as number;
  for (const part of parts) {
    const { axis: at, before, after } = part.attrs as unknown as PadAttributes;
    const value = part.inputs[0] as Value;
    const same = pieces.get(before);
    if (at !== axis || (same !== undefined && same.end !== length - after)) return undefined;
    if (same === undefined) pieces.set(before, { end: length - after, value });
    else same.value = builder.add(same.value, value);
  }
  const sorted = [...pieces].sort(([p], [q]) => p - q);
  const row: Value[] = [];
  let position = 0;
  const fill = (end: number) => {
    if (end > position)
      row.push(
        builder.filled(
          first.shape.map((n, i) => (i === axis ? end - position : n)),
          0,
        ),
      );
  };
  for (const [start, { end, value }] of sorted) {
    if (start < position) return undefined;
    fill(start);
    row.push(value);
    position = end;
  }
  fill(length);
  return builder.concat(row, axis);
}
