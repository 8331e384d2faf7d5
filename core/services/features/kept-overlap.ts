/** How many important tokens two readings of an image have in common. */
import { invariant } from '../../base/errors.ts';

/** The share of kept tokens that two choices have in common; each is [layers, heads, kept], and the order of the tokens does not count. */
export function keptOverlap(a: Int32Array, b: Int32Array, kept: number): number {
  invariant(a.length === b.length && a.length % kept === 0, 'keptOverlap: two choices of other sizes');
  let common = 0;
  for (let at = 0; at < a.length; at += kept) {
    const wanted = new Set(a.subarray(at, at + kept));
    for (const token of b.subarray(at, at + kept)) if (wanted.has(token)) common++;
  }
  return common / a.length;
}
