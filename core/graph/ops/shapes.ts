/** Shape arithmetic that several ops share. */
import { type Shape, sizeOf } from '../../base/tensor.ts';
import { describeValue, graphError, type Value } from '../ir.ts';

/** `axis` counted from the front. Throws where the value has no such axis. */
export function normaliseAxis(op: string, axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || found < 0 || found >= rank) {
    throw graphError(op, `axis ${axis} does not exist; need an integer in [${-rank}, ${rank})`);
  }
  return found;
}

/** The shape two or more shapes broadcast to (numpy's rule). */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    let size = 1;
    for (const shape of shapes) {
      const n = shape[i - rank + shape.length] ?? 1;
      if (n !== 1 && size !== 1 && n !== size) {
        const listed = shapes.map((s) => `[${s.join(', ')}]`).join(' and ');
        throw graphError(op, `shapes ${listed} do not broadcast; axis ${i - rank} has ${size} and ${n}`);
      }
      if (n !== 1) size = n;
    }
    return size;
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** `shape` without `axes`, or with them as 1. `axes` count from the front. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
}

/** The shape with one -1 filled in. Throws where the sizes differ. */
export function resolveReshape(x: Value, shape: Shape): Shape {
  const size = sizeOf(x.shape);
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const free = shape.filter((n) => n === -1).length;
  if (free > 1 || (free === 1 && (known === 0 || size % known !== 0)) || (free === 0 && known !== size)) {
    throw graphError('reshape', `${describeValue(x)} holds ${size} elements; found [${shape.join(', ')}]`);
  }
  return shape.map((n) => (n === -1 ? size / known : n));
}

/** Throws where an input is not float32: the only dtype that is computed with. */
export function requireFloat(op: string, ...values: readonly Value[]): void {
  for (const value of values) {
    if (value.dtype !== 'float32') throw graphError(op, `needs float32; found ${describeValue(value)}; use cast()`);
  }
}

export function requireSameDtype(op: string, ...values: readonly Value[]): void {
  const first = values[0];
  for (const value of values) {
    if (first !== undefined && value.dtype !== first.dtype) {
      throw graphError(op, `dtypes differ: ${describeValue(first)} and ${describeValue(value)}; use cast()`);
    }
  }
}

/** Throws where indices are not int32 or int64. */
export function requireIndices(op: string, indices: Value): void {
  if (indices.dtype !== 'int32' && indices.dtype !== 'int64') {
    throw graphError(op, `indices must be int32 or int64; found ${describeValue(indices)}`);
  }
}

/** True where `perm` swaps the last two axes and leaves the others: what a matrix product absorbs for free. */
export function swapsLastTwo(perm: readonly number[]): boolean {
  const rank = perm.length;
  return rank >= 2 && perm.every((p, i) => p === (i < rank - 2 ? i : 2 * rank - 3 - i));
}
