/** Which methods of a comparison are trained: those that fit the memory, and of these the quickest, as many as fit the time. */
import type { Method, MethodCost, UntrainedReason } from '../../contract/index.ts';

export interface ComparisonLimits {
  readonly hours: number;
  /** MiB. */
  readonly memoryMb: number;
}

/**
 * Why each method is not trained; null for those that are. Quick ones go first, so that one that takes a day keeps no other from being trained;
 * of equal ones the earlier. A method whose memory or time could not be measured is not trained for want of that.
 */
export function decideTrainings(
  costs: readonly Pick<MethodCost, 'method' | 'trainingMb' | 'promisedSeconds'>[],
  { hours, memoryMb }: ComparisonLimits,
): ReadonlyMap<Method, UntrainedReason | null> {
  const decided = new Map<Method, UntrainedReason | null>();
  let left = hours * 3600;
  const secondsOf = ({ promisedSeconds }: Pick<MethodCost, 'promisedSeconds'>): number =>
    promisedSeconds ?? Number.POSITIVE_INFINITY;
  for (const cost of costs.toSorted((a, b) => secondsOf(a) - secondsOf(b))) {
    if (cost.trainingMb === null || cost.trainingMb > memoryMb) decided.set(cost.method, 'memory');
    else if (left <= 0 || secondsOf(cost) > left) decided.set(cost.method, 'time');
    else {
      decided.set(cost.method, null);
      left -= secondsOf(cost);
    }
  }
  return decided;
}
