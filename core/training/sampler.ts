/** Which examples make up each batch of each epoch. */
import { invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';

/** The batch size that a training set of `n` allows: as asked, or the whole set when it is smaller. */
export function usableBatch(batch: number, n: number): number {
  invariant(batch >= 1 && n >= 1, `sampler: batch ${batch} of ${n} examples`);
  return Math.min(batch, n);
}

/** Steps of one epoch; a last, shorter batch is dropped. */
export function stepsPerEpoch(n: number, batch: number): number {
  return Math.floor(n / usableBatch(batch, n));
}

/**
 * The batches of one epoch as indices into the training set: a fresh order each epoch, the last short batch dropped.
 * `random` is the run's stream and does not move: the order depends on the seed and the epoch alone, so a resumed run
 * sees the same batches.
 */
export function epochBatches(random: Random, epoch: number, n: number, batch: number): number[][] {
  const size = usableBatch(batch, n);
  const order = random.fork(`order ${epoch}`).shuffled(Array.from({ length: n }, (_, i) => i));
  return Array.from({ length: Math.floor(n / size) }, (_, b) => order.slice(b * size, (b + 1) * size));
}
