/**
 * What a yes-or-no test is worth at one threshold, each figure with a 95 % interval.
 *
 * Sensitivity, specificity and the other shares: Wilson (1927), which stays inside [0, 1] and behaves with few cases.
 * Predictive values at a prevalence that is not the data's own: Bayes, with the logit interval of Mercaldo, Lau and Zhou
 * (Statistics in Medicine 26:2170, 2007). Likelihood ratios: the log interval of Simel, Samsa and Matchar (1991).
 * The last two divide by counts; where one is 0, 0.5 is added to all four counts for the interval alone.
 */
import type { Interval } from './bootstrap.ts';

/** The normal quantile of 97.5 %. */
export const z95 = 1.959963984540054;

/** A figure that the data may not define, with its interval. */
export interface Estimate {
  readonly value: number | null;
  readonly interval: Interval | null;
}

/** Decisions of one class against the rest. */
export interface Counts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** What a reader asks of a threshold. */
export interface OperatingPoint {
  readonly counts: Counts;
  readonly sensitivity: Estimate;
  readonly specificity: Estimate;
  readonly accuracy: Estimate;
  /** Predictive values at the given prevalence. */
  readonly ppv: Estimate;
  readonly npv: Estimate;
  readonly positiveLikelihoodRatio: Estimate;
  readonly negativeLikelihoodRatio: Estimate;
}

const undefinedEstimate: Estimate = { value: null, interval: null };

/**
 * The Wilson score interval of `hits` in `cases`; null for none.
 * @param worth as how many independent cases each one counts: less than one where answers are out-of-fold ones (out-of-fold.ts)
 */
export function wilson(hits: number, cases: number, worth = 1): Interval | null {
  if (cases === 0) return null;
  const p = hits / cases;
  const n = cases * worth;
  const z2 = z95 * z95;
  const middle = p + z2 / (2 * n);
  const half = z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}

/** `hits` in `n` with its Wilson interval; `worth` as for `wilson`. */
export function proportion(hits: number, n: number, worth = 1): Estimate {
  return n === 0 ? undefinedEstimate : { value: hits / n, interval: wilson(hits, n, worth) };
}

/** The `worth` of `wilson` among the cases of the class, among the others, and among all. */
export interface CellWorth {
  readonly sick: number;
  readonly well: number;
  readonly all: number;
}

/**
 * Everything about a threshold, from its four counts; `prevalence` in (0, 1) is that of the place where it will be used, `worth` as for `wilson`.
 */
export function operatingPoint(counts: Counts, prevalence: number, worth: number | CellWorth = 1): OperatingPoint {
  const worths = typeof worth === 'number' ? { sick: worth, well: worth, all: worth } : worth;
  const { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn } = counts;
  const sick = tp + fn;
  const well = fp + tn;
  const isDefined = sick > 0 && well > 0;
  // Shares of counts are the same whatever a case is worth; their intervals are not.
  const independent: Counts = {
    truePositive: tp * worths.sick,
    falsePositive: fp * worths.well,
    falseNegative: fn * worths.sick,
    trueNegative: tn * worths.well,
  };
  const likelihood = (a: number, b: number): Estimate =>
    isDefined ? ratio(a * worths.sick, sick * worths.sick, b * worths.well, well * worths.well) : undefinedEstimate;
  return {
    counts,
    sensitivity: proportion(tp, sick, worths.sick),
    specificity: proportion(tn, well, worths.well),
    accuracy: proportion(tp + tn, sick + well, worths.all),
    ppv: isDefined ? positivePredictiveValue(independent, prevalence) : undefinedEstimate,
    npv: isDefined ? negativePredictiveValue(independent, prevalence) : undefinedEstimate,
    positiveLikelihoodRatio: likelihood(tp, fp),
    negativeLikelihoodRatio: likelihood(fn, tn),
  };
}

function positivePredictiveValue(
  { truePositive, falsePositive, falseNegative, trueNegative }: Counts,
  prevalence: number,
): Estimate {
  const sensitivity = truePositive / (truePositive + falseNegative);
  const falseAlarms = falsePositive / (falsePositive + trueNegative);
  return predictive(
    sensitivity * prevalence,
    falseAlarms * (1 - prevalence),
    [truePositive, falseNegative, falsePositive, trueNegative],
    Math.log(prevalence / (1 - prevalence)),
  );
}

function negativePredictiveValue(
  { truePositive, falsePositive, falseNegative, trueNegative }: Counts,
  prevalence: number,
): Estimate {
  const specificity = trueNegative / (falsePositive + trueNegative);
  const missed = falseNegative / (truePositive + falseNegative);
  return predictive(
    specificity * (1 - prevalence),
    missed * prevalence,
    [trueNegative, falsePositive, falseNegative, truePositive],
    Math.log((1 - prevalence) / prevalence),
  );
}

/**
 * right / (right + wrong), and its logit interval. `cells` are hits and misses of the group that is called rightly, then
 * hits and misses of the other group, so that the likelihood ratio is (c0 / (c0 + c1)) / (c2 / (c2 + c3)).
 */
function predictive(right: number, wrong: number, cells: Cells, priorLogit: number): Estimate {
  if (right + wrong === 0) return undefinedEstimate;
  const [a, b, c, d] = withoutZeros(cells);
  const logit = priorLogit + Math.log(a / (a + b)) - Math.log(c / (c + d));
  const half = z95 * Math.sqrt(b / (a * (a + b)) + d / (c * (c + d)));
  const value = right / (right + wrong);
  // With a count of 0 the share is 0 or 1, which the corrected interval would leave out.
  return { value, interval: [Math.min(value, logistic(logit - half)), Math.max(value, logistic(logit + half))] };
}

/** (a / n) / (b / m) with its log interval; null where b is 0. */
function ratio(a: number, n: number, b: number, m: number): Estimate {
  if (b === 0) return undefinedEstimate;
  const [p, q, r, s] = withoutZeros([a, n - a, b, m - b]);
  const log = Math.log(p / (p + q)) - Math.log(r / (r + s));
  const half = z95 * Math.sqrt(1 / p - 1 / (p + q) + 1 / r - 1 / (r + s));
  const value = a / n / (b / m);
  // With a count of 0 the ratio is 0, which the corrected interval would leave out.
  return { value, interval: [Math.min(value, Math.exp(log - half)), Math.max(value, Math.exp(log + half))] };
}

type Cells = readonly [number, number, number, number];

function withoutZeros(cells: Cells): Cells {
  return cells.includes(0) ? (cells.map((n) => n + 0.5) as unknown as Cells) : cells;
}

export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** ln(p / (1 - p)); the ends are infinite. */
export function logit(p: number): number {
  return Math.log(p) - Math.log1p(-p);
}
