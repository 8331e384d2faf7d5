/** Plain float64 arrays and index arithmetic for the reference of the ops: slow, obvious, no cleverness. */
export interface Arr {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** An array whose element at each multi-index is `value(index)`. */
export function generate(shape: readonly number[], value: (index: readonly number[]) => number): Arr {
  const data = new Float64Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    data[i] = value(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** The element at `index`, axes aligned at the end and axes of size 1 repeated (numpy's broadcasting). */
export function at({ shape, data }: Arr, index: readonly number[]): number {
  const skip = index.length - shape.length;
  let position = 0;
  shape.forEach((size, axis) => {
    position = position * size + (size === 1 ? 0 : (index[skip + axis] as number));
  });
  return data[position] as number;
}

/** `index` with the number at `axis` replaced. */
export const withAxis = (index: readonly number[], axis: number, n: number): number[] =>
  index.map((old, i) => (i === axis ? n : old));
