/** How unsure a model is of a case. */
import { type TargetKind, targetFacts } from '../../contract/index.ts';

/**
 * Entropy in nats of each row of `probabilities` [n, classes]: of one class out of several that of their distribution; of findings the mean of that of
 * each, present or absent. 0 where a model is sure, the logarithm of the number of outcomes where it knows nothing. Source: Shannon 1948.
 */
export function entropies(probabilities: ArrayLike<number>, classes: number, target: TargetKind): Float64Array {
  const { isPerName } = targetFacts[target];
  const out = new Float64Array(probabilities.length / classes);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[i * classes + c] as number;
      sum += isPerName ? (part(p) + part(1 - p)) / classes : part(p);
    }
    out[i] = sum;
  }
  return out;
}

function part(p: number): number {
  return p > 0 ? -p * Math.log(p) : 0;
}

/** The numbers 0 to n − 1, the least sure first; equally sure ones stay in their order. */
export function byUncertainty(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => (values[b] as number) - (values[a] as number) || a - b,
  );
}
