/**
 * Whether a probability of 0.8 is right in 80 of 100 cases. Figures and diagrams of calibration have the same bins wherever they
 * are shown.
 */
import { mostProbable, type Scores } from './metrics.ts';

/** Equal-width bins of a probability; bin i holds (i / 15, (i + 1) / 15]. Fifteen as in Guo et al., ICML 2017. */
export const calibrationBins = 15;

/** The examples whose highest probability falls in (low, high]. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly meanConfidence: number | null;
  readonly accuracy: number | null;
}

/** The examples whose probability of one class falls in (low, high]. */
export interface ClassReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** The mean probability given. */
  readonly predicted: number;
  /** How many were of the class. */
  readonly hits: number;
  /** Which examples they are. */
  readonly rows: readonly number[];
}

/** Bins of the highest probability, with how often it was right; empty bins are among them. */
export function reliabilityBins(scores: Scores): ReliabilityBin[] {
  const chosen = mostProbable(scores.probabilities, scores.classes);
  return binned(scores, (i) => chosen[i] as number).map(({ n, sum, hits, low, high }) => ({
    low,
    high,
    n,
    meanConfidence: n === 0 ? null : sum / n,
    accuracy: n === 0 ? null : hits / n,
  }));
}

/** Bins of the probability of class `c`, with how many were of it; empty bins are left out. */
export function classReliabilityBins(scores: Scores, c: number): ClassReliabilityBin[] {
  return binned(scores, () => c).flatMap(({ n, sum, ...bin }) => (n === 0 ? [] : [{ ...bin, n, predicted: sum / n }]));
}

/** Expected calibration error: the mean distance of confidence from accuracy over the bins, weighted by their size. */
export function expectedCalibrationError(scores: Scores): number | null {
  const total = scores.targets.length;
  if (total === 0) return null;
  let sum = 0;
  for (const bin of reliabilityBins(scores)) {
    if (bin.meanConfidence !== null && bin.accuracy !== null)
      sum += bin.n * Math.abs(bin.meanConfidence - bin.accuracy);
  }
  return sum / total;
}

/** The probabilities of `classOf` each example, in bins, with how often that class was true. */
function binned({ classes, targets, probabilities }: Scores, classOf: (example: number) => number) {
  const bins = Array.from({ length: calibrationBins }, (_, i) => ({
    low: i / calibrationBins,
    high: (i + 1) / calibrationBins,
    n: 0,
    sum: 0,
    hits: 0,
    rows: [] as number[],
  }));
  for (let i = 0; i < targets.length; i++) {
    const c = classOf(i);
    const probability = probabilities[i * classes + c] as number;
    const bin = bins[Math.min(calibrationBins - 1, Math.max(0, Math.ceil(probability * calibrationBins) - 1))];
    if (bin === undefined) continue;
    bin.n++;
    bin.rows.push(i);
    bin.sum += probability;
    if (targets[i] === c) bin.hits++;
  }
  return bins;
}
