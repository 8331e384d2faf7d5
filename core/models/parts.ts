/** What is computed a part at a time, so that a processor's caches hold it until it is used (ADR 540). */

/** Where parts of `size` begin, and how many each has; the last may have fewer. */
export function startsOf(count: number, size: number): [number, number][] {
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => [i * size, Math.min(size, count - i * size)]);
}
