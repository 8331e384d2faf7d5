/**
 * Intervals that hold with any number of cases, for where drawing patients anew cannot say anything: of 6 right answers out of 6 every draw is
 * 6 of 6, and a bootstrap "interval" from 1.00 to 1.00 would claim a certainty that six patients do not give.
 *
 * Shares: Clopper and Pearson (Biometrika 1934;26:404-413), with the number of patients as the number of trials. A share that patients have in
 * part (half of the images of each) is a number of hits that need not be whole, as Korn and Graubard have it (Survey Methodology 1998;24:193-201).
 *
 * AUCs: where all cases of a class lie above all others, put its patients and the others' into k pairs that have no patient in common, as many
 * as there are. Each pair is ranked rightly with the probability AUC, each for itself, so all k are with AUC^k, and those AUCs with which that
 * would happen with less than 2.5 % are ruled out: the lower end is 0.025^(1/k), that of Clopper and Pearson for k of k. Whatever the
 * distributions are, no higher end holds for all: where the class is the smaller one and its cases lie above all others or, with probability
 * 1 - AUC, below all of them, AUC^k is the probability of what was seen.
 */
import type { Scores } from './metrics.ts';

export type Interval = readonly [low: number, high: number];

/** The least and the greatest probability with which `hits` of `n` (both may be parts) are not too rare; null of no trial. */
export function clopperPearson(hits: number, n: number, level = 0.95): Interval | null {
  if (n <= 0) return null;
  const tail = (1 - level) / 2;
  return [
    hits <= 0 ? 0 : betaQuantile(tail, hits, n - hits + 1),
    hits >= n ? 1 : betaQuantile(1 - tail, hits + 1, n - hits),
  ];
}

/**
 * The interval of an AUC whose bootstrap never varies: `auc` is 1, 0 (all ranked wrongly) or 0.5 (all equal). Null of any other, and where there
 * is no pair of patients.
 * @param pairs patients of the class and others, in pairs that have none in common (`disjointPairs`), each counted as what it is worth
 */
export function exactAucInterval(auc: number, pairs: number, level = 0.95): Interval | null {
  if (pairs <= 0) return null;
  const least = ((1 - level) / 2) ** (1 / pairs);
  if (auc === 1) return [least, 1];
  if (auc === 0) return [0, 1 - least];
  // Every pair was a tie, which counts a half: ties are at least so likely, and the others may all be right or all be wrong.
  return auc === 0.5 ? [least / 2, 1 - least / 2] : null;
}

/** How many pairs of a patient with class `c` and one with another class can be made, no patient in two of them. */
export function disjointPairs(scores: Pick<Scores, 'targets'>, c: number, patients: ArrayLike<number>): number {
  const withClass = new Set<number>();
  const withOther = new Set<number>();
  for (let i = 0; i < scores.targets.length; i++) {
    (scores.targets[i] === c ? withClass : withOther).add(patients[i] as number);
  }
  const all = new Set([...withClass, ...withOther]).size;
  return Math.min(withClass.size, withOther.size, Math.floor(all / 2));
}

/** The value below which a beta-distributed number lies with probability `q`; halving finds it to the last bits. */
export function betaQuantile(q: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 200 && high - low > 1e-15; i++) {
    const middle = (low + high) / 2;
    if (betaProbability(middle, a, b) < q) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability that a beta-distributed number is at most `x`: the regularised incomplete beta function (Abramowitz and Stegun 26.5.8). */
export function betaProbability(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges quickly below the mean; above it, it is taken from the other side.
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** The continued fraction of the incomplete beta function, by the method of Lentz. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let factor = 1;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      factor = c * d;
      result *= factor;
    }
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return result;
}

/** ln Γ(x) for x > 0, after Lanczos with the numbers of Godfrey (g = 7, n = 9); right to 15 digits. */
function logGamma(x: number): number {
  const series = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const t = z + 7.5;
  const sum = series.reduce((all, value, i) => all + value / (z + i + 1), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
