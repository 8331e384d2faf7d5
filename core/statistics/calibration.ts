/** Whether a probability of 0.8 is right in 80 of 100 cases. */
import { mostProbable, type Scores } from './metrics.ts';

/** The examples whose highest probability falls in (low, high]. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly meanConfidence: number | null;
  readonly accuracy: number | null;
}

/** Equal-width bins of the highest probability, with how often it was right (Guo et al., ICML 2017). */
export function reliabilityBins(scores: Scores, bins = 15): ReliabilityBin[] {
  const chosen = mostProbable(scores.probabilities, scores.classes);
  const sums = Array.from({ length: bins }, () => ({ n: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < chosen.length; i++) {
    const confidence = scores.probabilities[i * scores.classes + (chosen[i] as number)] as number;
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))];
    if (bin === undefined) continue;
    bin.n++;
    bin.confidence += confidence;
    if (chosen[i] === scores.targets[i]) bin.right++;
  }
  return sums.map((s, i) => ({
    low: i / bins,
    high: (i + 1) / bins,
    n: s.n,
    meanConfidence: s.n === 0 ? null : s.confidence / s.n,
    accuracy: s.n === 0 ? null : s.right / s.n,
  }));
}

/** Expected calibration error: the mean distance of confidence from accuracy over the bins, weighted by their size. */
export function expectedCalibrationError(scores: Scores, bins = 15): number | null {
  const total = scores.targets.length;
  if (total === 0) return null;
  let sum = 0;
  for (const bin of reliabilityBins(scores, bins)) {
    if (bin.meanConfidence !== null && bin.accuracy !== null)
      sum += bin.n * Math.abs(bin.meanConfidence - bin.accuracy);
  }
  return sum / total;
}
