/** What of a graph lies in memory, counted on the graph alone. */
import { bytesPerElement, sizeOf } from '../base/tensor.ts';
import type { Graph } from './graph.ts';
import type { Value } from './ir.ts';

export interface LiveBytes {
  readonly weights: number;
  /** Of all other values that are there at once, at most: inputs, outputs, constants and what lies between. */
  readonly values: number;
  /** Of the largest value that is no weight. */
  readonly largest: number;
}

/**
 * Bytes of a graph whose nodes run in its order and go after their last use. An engine takes more (it rounds up, and keeps what it may need
 * again), and less where it computes in place.
 */
export function liveBytes({ order, outputs, weights }: Graph): LiveBytes {
  const bytesOf = ({ shape, dtype }: Value): number => sizeOf(shape) * bytesPerElement[dtype];
  const lastUse = new Map<Value, number>();
  order.forEach((node, at) => {
    for (const x of node.inputs) lastUse.set(x, at);
  });
  for (const output of Object.values(outputs)) lastUse.set(output, order.length);
  const ends = new Map<number, Value[]>();
  for (const [node, at] of lastUse) {
    if (node.op === 'weight') continue;
    const ending = ends.get(at);
    if (ending === undefined) ends.set(at, [node]);
    else ending.push(node);
  }
  let [now, values, largest] = [0, 0, 0];
  order.forEach((node, at) => {
    if (node.op !== 'weight') {
      now += bytesOf(node);
      largest = Math.max(largest, bytesOf(node));
    }
    values = Math.max(values, now);
    for (const gone of ends.get(at) ?? []) now -= bytesOf(gone);
  });
  return { weights: weights.reduce((sum, weight) => sum + bytesOf(weight), 0), values, largest };
}
