/**
 * What only resampling can bound: a band around the ROC curve and the difference between two models on the same patients.
 * Resampled by patient, as in bootstrap.ts.
 */
import { Random } from '../base/random.ts';
import { type Interval, percentile } from './bootstrap.ts';
import { rocCurve } from './curves.ts';
import { averagedClasses, meanDefined, rank, rankedAuc, type Scores } from './metrics.ts';

/** The interval of sensitivity at one false positive rate. */
export interface BandPoint {
  readonly falsePositiveRate: number;
  readonly low: number;
  readonly high: number;
}

export interface ResampleOptions {
  readonly resamples?: number;
  readonly seed?: number;
}

/** Calls `use` with the weight of each example in each resample of patients. */
function resample(
  groups: readonly (string | number)[],
  { resamples = 1000, seed = 0 }: ResampleOptions,
  use: (weights: Float64Array) => void,
): void {
  const members = new Map<string | number, number[]>();
  groups.forEach((group, i) => {
    const list = members.get(group);
    if (list === undefined) members.set(group, [i]);
    else list.push(i);
  });
  const patients = [...members.values()];
  const random = Random.seeded(seed).fork('resample');
  const weights = new Float64Array(groups.length);
  for (let r = 0; r < resamples && patients.length > 0; r++) {
    weights.fill(0);
    for (let k = 0; k < patients.length; k++) {
      for (const i of patients[random.integer(patients.length)] as number[]) weights[i] = (weights[i] as number) + 1;
    }
    use(weights);
  }
}

/**
 * Pointwise 95 % band of sensitivity at `steps` + 1 false positive rates from 0 to 1; empty where the class or the rest
 * does not occur. Sensitivity between two points of a curve is interpolated, as the drawn curve is.
 */
export function rocBand(
  scores: Scores,
  c: number,
  groups: readonly (string | number)[],
  options: ResampleOptions & { readonly steps?: number } = {},
): BandPoint[] {
  if (rocCurve(scores, c).length === 0) return [];
  const steps = options.steps ?? 50;
  const ranking = rank(scores, c);
  const draws: number[][] = Array.from({ length: steps + 1 }, () => []);
  resample(groups, options, (weights) => {
    const curve = weightedCurve(scores, c, ranking, weights);
    if (curve === null) return;
    let at = 0;
    for (let s = 0; s <= steps; s++) {
      const x = s / steps;
      // The highest sensitivity that this false positive rate allows: the curve rises straight up at 0.
      while (at + 1 < curve.x.length && (curve.x[at + 1] as number) <= x + 1e-12) at++;
      const [x0, y0] = [curve.x[at] as number, curve.y[at] as number];
      const [x1, y1] = [curve.x[at + 1] ?? x0, curve.y[at + 1] ?? y0];
      draws[s]?.push(x1 > x0 && x > x0 ? y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) : y0);
    }
  });
  return draws.flatMap((values, s) =>
    values.length === 0
      ? []
      : [{ falsePositiveRate: s / steps, low: percentile(values, 0.025), high: percentile(values, 0.975) }],
  );
}

function weightedCurve(scores: Scores, c: number, ranking: ReturnType<typeof rank>, weights: Float64Array) {
  const x = [0];
  const y = [0];
  let positives = 0;
  let negatives = 0;
  let k = 0;
  for (const end of ranking.groupEnds) {
    for (; k < end; k++) {
      const i = ranking.order[k] as number;
      if (scores.targets[i] === c) positives += weights[i] as number;
      else negatives += weights[i] as number;
    }
    x.push(negatives);
    y.push(positives);
  }
  if (positives === 0 || negatives === 0) return null;
  return { x: x.map((v) => v / negatives), y: y.map((v) => v / positives) };
}

/** AUC of `a` minus AUC of `b` on the same examples in the same order, with its interval over patients. */
export function pairedAucDifference(
  a: Scores,
  b: Scores,
  groups: readonly (string | number)[],
  options: ResampleOptions = {},
): { readonly value: number | null; readonly interval: Interval | null } {
  const ranked = averagedClasses(a).map((c) => [c, rank(a, c), rank(b, c)] as const);
  const difference = (weights?: Float64Array): number | null => {
    const of = (scores: Scores, which: 1 | 2): number | null =>
      meanDefined(ranked.map((row) => rankedAuc(scores, row[0], row[which], weights)));
    const [first, second] = [of(a, 1), of(b, 2)];
    return first === null || second === null ? null : first - second;
  };
  const draws: number[] = [];
  resample(groups, options, (weights) => {
    const value = difference(weights);
    if (value !== null) draws.push(value);
  });
  const value = difference();
  if (value === null || draws.length * 2 < (options.resamples ?? 1000)) return { value, interval: null };
  return { value, interval: [percentile(draws, 0.025), percentile(draws, 0.975)] };
}
