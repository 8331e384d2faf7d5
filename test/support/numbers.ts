/** Comparing numbers. */
import type { Arr } from '../reference/array.ts';

export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** The first element that is further from `expected` than the tolerance, in words; undefined where none is. */
export function firstDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute, relative }: Tolerance,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} numbers; need ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const [found, wanted] = [actual[i] as number, expected[i] as number];
    if (!(Math.abs(found - wanted) <= absolute + relative * Math.abs(wanted)) && !Object.is(found, wanted)) {
      return `element ${i} is ${found}; need ${wanted}`;
    }
  }
  return undefined;
}

/** Σ a b. */
export function dot(a: Arr, b: Arr): number {
  return a.data.reduce((sum, v, i) => sum + v * (b.data[i] as number), 0);
}
