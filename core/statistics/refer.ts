/**
 * "Refer to a reader": which answers are too uncertain to stand, and what error remains among those that do.
 *
 * Two classes: an answer is referred when the probability of the band's class lies in [low, high), a band around that class's
 * threshold, symmetric in log-odds. More classes: when the highest probability is below `high` (`low` is then 0).
 */
import { invariant } from '../base/errors.ts';
import type { Interval } from './bootstrap.ts';
import { type Cut, decide } from './curves.ts';
import { mostProbable, type Scores } from './metrics.ts';
import { logistic, logit, wilson } from './proportions.ts';
import { type CasesOfPatients, PatientCounts } from './shares-of-cases.ts';

export interface ReferBand {
  /** The class whose probability is meant; null where it is the highest one. */
  readonly classIndex: number | null;
  readonly low: number;
  readonly high: number;
}

/** One width of the band and what it does to the examples. */
export interface CoveragePoint {
  readonly band: ReferBand;
  /** Share of the examples that is answered, not referred. */
  readonly coverage: number;
  readonly accepted: number;
  readonly errors: number;
  /** Share of wrong answers among the accepted; null when all are referred. */
  readonly error: number | null;
  readonly errorInterval: Interval | null;
}

/** Whether an answer falls in the band. `probabilities` has one value a class. */
export function isReferred(probabilities: ArrayLike<number>, band: ReferBand | null): boolean {
  if (band === null) return false;
  if (probabilities.length === 2) {
    invariant(band.classIndex !== null, 'refer: a band of two classes is about one of them');
    const p = probabilities[band.classIndex] as number;
    return p >= band.low && p < band.high;
  }
  let top = 0;
  for (let c = 0; c < probabilities.length; c++) top = Math.max(top, probabilities[c] as number);
  return top < band.high;
}

/**
 * Coverage against error from "nothing referred" to "nearly all referred", one point for each example that could be the
 * next to be referred, thinned to `most` points. `cases` says whose the examples are; where it is left out each is its own patient's.
 */
export function coverageCurve(
  scores: Scores,
  chosenCut: Cut | null,
  { most = 100, cases }: { readonly most?: number; readonly cases?: CasesOfPatients } = {},
): CoveragePoint[] {
  const n = scores.targets.length;
  const { order, sureness, wrongFrom, bandWithout } = bySureness(scores, chosenCut);
  const step = Math.max(1, Math.ceil(n / most));
  // Of the k-th and all surer answers.
  const worthFrom = new Float64Array(n + 1).fill(1);
  const counted = new PatientCounts();
  for (let k = n - 1; k >= 0 && cases !== undefined; k--) {
    counted.add(cases.patients[order[k] as number] as number);
    worthFrom[k] = cases.worth * counted.independence;
  }
  const points: CoveragePoint[] = [];
  for (let referred = 0; referred < n; referred += step) {
    // Equally sure answers are referred together.
    let k = referred;
    while (k > 0 && k < n && sureness[order[k] as number] === sureness[order[k - 1] as number]) k++;
    if (k >= n) break;
    const accepted = n - k;
    const errors = wrongFrom[k] as number;
    points.push({
      band: bandWithout(k),
      coverage: accepted / n,
      accepted,
      errors,
      error: errors / accepted,
      errorInterval: wilson(errors, accepted, worthFrom[k]),
    });
  }
  return points;
}

/** Examples from the least sure to the surest answer: what referring the first of them leaves. */
export function bySureness(scores: Scores, chosenCut: Cut | null) {
  const { classes, targets, probabilities } = scores;
  const n = targets.length;
  const cut = chosenCut ?? { classIndex: scores.positive ?? 1, threshold: 0.5 };
  const decisions = decide(probabilities, classes, chosenCut);
  const chosen = mostProbable(probabilities, classes);
  // How sure each answer is: distance in log-odds from the threshold, or the highest probability.
  const sureness = Float64Array.from({ length: n }, (_, i) =>
    classes === 2
      ? Math.abs(logit(probabilities[i * 2 + cut.classIndex] as number) - logit(cut.threshold))
      : (probabilities[i * classes + (chosen[i] as number)] as number),
  );
  const order = Int32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (sureness[a] as number) - (sureness[b] as number),
  );
  const wrongFrom = new Int32Array(n + 1);
  for (let k = n - 1; k >= 0; k--) {
    const i = order[k] as number;
    wrongFrom[k] = (wrongFrom[k + 1] as number) + (decisions[i] === targets[i] ? 0 : 1);
  }
  const surenessAt = (k: number): number => sureness[order[k] as number] as number;
  return {
    order,
    sureness,
    /** How many answers are wrong among those from the k-th on. */
    wrongFrom,
    /** The band that refers the first k of them, 0 to n - 1, and nothing surer. */
    bandWithout: (k: number): ReferBand => {
      if (k === 0) return bandOf(classes, cut, null);
      const band = bandOf(classes, cut, (surenessAt(k - 1) + surenessAt(k)) / 2);
      if (band.classIndex === null || band.low === band.high) return band;
      const probability = (i: number): number => probabilities[i * 2 + cut.classIndex] as number;
      return parting(band, cut.threshold, Array.from(order, probability), k);
    },
  };
}

/**
 * The band with ends that part the first k of `ordered` probabilities from the others: half-way in log-odds is one of the two where they are as close
 * to 0 or 1 as numbers can be, and nowhere before an answer that is sure without end.
 */
function parting(
  { low, high, ...band }: ReferBand,
  threshold: number,
  ordered: readonly number[],
  k: number,
): ReferBand {
  // The outermost that are referred and the innermost that are not, on either side of the threshold.
  let [lowest, highest, under, over] = [threshold, threshold, Number.NEGATIVE_INFINITY, 1];
  for (const [at, p] of ordered.entries()) {
    if (at < k) [lowest, highest] = [Math.min(lowest, p), Math.max(highest, p)];
    else if (p < threshold) under = Math.max(under, p);
    else over = Math.min(over, p);
  }
  return {
    ...band,
    low: low > under && low <= lowest ? low : lowest,
    high: high > highest && high <= over ? high : over,
  };
}

function bandOf(classes: number, { classIndex, threshold }: Cut, limit: number | null): ReferBand {
  if (classes !== 2) return { classIndex: null, low: 0, high: limit ?? 0 };
  // Of a threshold of 0 or 1 every answer is infinitely sure.
  if (limit === null || threshold <= 0 || threshold >= 1) return { classIndex, low: threshold, high: threshold };
  // The next surest are sure without end, of a probability of 0 or 1: whatever is neither is referred.
  if (limit === Number.POSITIVE_INFINITY) return { classIndex, low: Number.MIN_VALUE, high: 1 };
  return { classIndex, low: logistic(logit(threshold) - limit), high: logistic(logit(threshold) + limit) };
}
