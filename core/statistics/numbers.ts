/**
 * How far answers that are numbers are from the truth. All take weights, for intervals over patients (bootstrap.ts): an example counts
 * `weights[i]` times, once where they are left out. Units are those of the numbers.
 */
import { invariant } from '../base/errors.ts';
import { z95 } from './proportions.ts';

type Numbers = ArrayLike<number>;

/** The mean distance of answer from truth; null of no example. As scikit-learn's mean_absolute_error. */
export function meanAbsoluteError(truths: Numbers, answers: Numbers, weights?: Numbers): number | null {
  return meanOf(truths, answers, weights, (difference) => Math.abs(difference));
}

/** The root of the mean squared distance of answer from truth; null of no example. As scikit-learn's root_mean_squared_error. */
export function rootMeanSquaredError(truths: Numbers, answers: Numbers, weights?: Numbers): number | null {
  const squared = meanOf(truths, answers, weights, (difference) => difference ** 2);
  return squared === null ? null : Math.sqrt(squared);
}

/**
 * R², the share of the truths' variance that the answers explain: 1 is all of it, 0 no more than their mean would, below 0 less than that.
 * Null where all truths are equal. As scikit-learn's r2_score.
 */
export function rSquared(truths: Numbers, answers: Numbers, weights?: Numbers): number | null {
  const mean = meanOf(truths, answers, weights, (_, truth) => truth);
  if (mean === null) return null;
  const variance = meanOf(truths, answers, weights, (_, truth) => (truth - mean) ** 2);
  const missed = meanOf(truths, answers, weights, (difference) => difference ** 2);
  // The mean of equal decimals differs from them in its last bits: divided by the square of that, R² would be a number of thirty digits.
  const isConstant = variance !== null && variance <= (1e-12 * mean) ** 2;
  return variance === null || missed === null || isConstant ? null : 1 - missed / variance;
}

/** The mean of answer minus truth: above 0 where answers are too high on average; null of no example. */
export function bias(truths: Numbers, answers: Numbers, weights?: Numbers): number | null {
  return meanOf(truths, answers, weights, (difference) => difference);
}

/** Between `low` and `high` lie 95 % of the differences if they are normal. */
export interface LimitsOfAgreement {
  readonly bias: number;
  /** Standard deviation of the differences, by n - 1. */
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Bias ± 1.96 standard deviations of answer minus truth (Bland and Altman, Lancet 1986;327:307-310); null of fewer than two examples,
 * counted by their weights.
 */
export function limitsOfAgreement(truths: Numbers, answers: Numbers, weights?: Numbers): LimitsOfAgreement | null {
  const centre = bias(truths, answers, weights);
  const n = totalOf(truths, weights);
  if (centre === null || n < 2) return null;
  const variance = meanOf(truths, answers, weights, (difference) => (difference - centre) ** 2);
  const deviation = Math.sqrt(((variance as number) * n) / (n - 1));
  return { bias: centre, deviation, low: centre - z95 * deviation, high: centre + z95 * deviation };
}

/** The weighted mean of something of each example; null where the weights add up to 0. */
function meanOf(
  truths: Numbers,
  answers: Numbers,
  weights: Numbers | undefined,
  of: (difference: number, truth: number) => number,
): number | null {
  invariant(truths.length === answers.length, 'one answer for each number');
  let sum = 0;
  let total = 0;
  for (let i = 0; i < truths.length; i++) {
    const weight = weights === undefined ? 1 : (weights[i] as number);
    const truth = truths[i] as number;
    sum += weight * of((answers[i] as number) - truth, truth);
    total += weight;
  }
  return total === 0 ? null : sum / total;
}

function totalOf(truths: Numbers, weights: Numbers | undefined): number {
  if (weights === undefined) return truths.length;
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] as number;
  return total;
}
