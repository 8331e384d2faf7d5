/** ROC and precision-recall curves, and the operating point on them. */
import { mostProbable, rank, type Scores } from './metrics.ts';

/** A point of the ROC curve: what happens when everything at or above `threshold` is called positive. */
export interface RocPoint {
  readonly threshold: number;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** From which probability on the class `classIndex` of two is decided for; the other class is decided for below it. */
export interface Cut {
  readonly classIndex: number;
  readonly threshold: number;
}

export interface PrPoint {
  readonly threshold: number;
  readonly recall: number;
  readonly precision: number;
}

/** The counts at or above each distinct probability of class `c`, from the highest down. */
function cumulativeCounts(scores: Scores, c: number) {
  const { order, groupEnds } = rank(scores, c);
  const points: { threshold: number; positives: number; negatives: number }[] = [];
  let positives = 0;
  let negatives = 0;
  let k = 0;
  for (const end of groupEnds) {
    for (; k < end; k++) {
      if (scores.targets[order[k] as number] === c) positives++;
      else negatives++;
    }
    const last = order[end - 1] as number;
    points.push({ threshold: scores.probabilities[last * scores.classes + c] as number, positives, negatives });
  }
  return { points, positives, negatives };
}

/** The ROC curve of class `c` against the rest from (0, 0) to (1, 1); empty where one side has no example. */
export function rocCurve(scores: Scores, c: number): RocPoint[] {
  const { points, positives, negatives } = cumulativeCounts(scores, c);
  if (positives === 0 || negatives === 0) return [];
  return [
    { threshold: Number.MAX_VALUE, falsePositiveRate: 0, truePositiveRate: 0 },
    ...points.map((p) => ({
      threshold: p.threshold,
      falsePositiveRate: p.negatives / negatives,
      truePositiveRate: p.positives / positives,
    })),
  ];
}

/** The precision-recall curve of class `c`, from low recall to 1; empty where the class does not occur. */
export function prCurve(scores: Scores, c: number): PrPoint[] {
  const { points, positives } = cumulativeCounts(scores, c);
  if (positives === 0) return [];
  return points.map((p) => ({
    threshold: p.threshold,
    recall: p.positives / positives,
    precision: p.positives / (p.positives + p.negatives),
  }));
}

/** Sensitivity and specificity of class `c` when a probability of at least `threshold` is called positive. */
export function atThreshold(
  scores: Scores,
  c: number,
  threshold: number,
): { readonly sensitivity: number | null; readonly specificity: number | null } {
  let truePositive = 0;
  let trueNegative = 0;
  let positives = 0;
  for (let i = 0; i < scores.targets.length; i++) {
    const called = (scores.probabilities[i * scores.classes + c] as number) >= threshold;
    if (scores.targets[i] === c) {
      positives++;
      if (called) truePositive++;
    } else if (!called) trueNegative++;
  }
  const negatives = scores.targets.length - positives;
  return {
    sensitivity: positives === 0 ? null : truePositive / positives,
    specificity: negatives === 0 ? null : trueNegative / negatives,
  };
}

/**
 * The threshold of class `c` with the best sensitivity + specificity - 1 (Youden 1950), to be chosen on validation
 * examples. It lies half way to the next lower probability, so that a rounding error in either direction changes no
 * decision; among equally good ones the one nearest to 0.5. 0.5 where one side has no example.
 */
export function youdenThreshold(scores: Scores, c: number): number {
  const curve = rocCurve(scores, c);
  let best = Number.NEGATIVE_INFINITY;
  let threshold = 0.5;
  for (let i = 1; i < curve.length; i++) {
    const point = curve[i] as RocPoint;
    const next = curve[i + 1]?.threshold ?? 0;
    const youden = point.truePositiveRate - point.falsePositiveRate;
    const candidate = (point.threshold + next) / 2;
    const nearer = Math.abs(candidate - 0.5) < Math.abs(threshold - 0.5);
    if (youden > best + 1e-12 || (youden > best - 1e-12 && nearer)) {
      best = Math.max(best, youden);
      threshold = candidate;
    }
  }
  return threshold;
}

/** The operating point a model is stored with: of the positive class of two, none (the most probable class) for more. */
export function chooseCut(validation: Scores): Cut | null {
  const { positive } = validation;
  return positive === null ? null : { classIndex: positive, threshold: youdenThreshold(validation, positive) };
}

/** The class decided for in each row: that of `cut` at or above its threshold and else the other one; without a cut the most probable. */
export function decide(probabilities: Float64Array, classes: number, cut: Cut | null): Int32Array {
  if (classes !== 2 || cut === null) return mostProbable(probabilities, classes);
  const { classIndex, threshold } = cut;
  return Int32Array.from({ length: probabilities.length / 2 }, (_, i) =>
    (probabilities[i * 2 + classIndex] as number) >= threshold ? classIndex : 1 - classIndex,
  );
}
