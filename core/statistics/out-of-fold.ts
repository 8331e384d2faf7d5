/**
 * What out-of-fold answers are worth: as how many independent answers each one counts.
 *
 * Answers of a cross-validation are not independent. Each patient is answered by a network that learned from most of the others, and those by networks that
 * learned from this one: what two patients happen to have in common raises or lowers the answers to both. Where there is nothing to learn a figure
 * of out-of-fold answers therefore varies twice as much as one of as many fresh patients, however many folds there are, and a bootstrap over
 * patients, which takes them for independent, does not see it. Nadeau and Bengio (Inference for the generalization error, Machine Learning
 * 2003;52:239-281, corrected resampled variance) multiply the variance by 1 + K · n₂ / n₁, where each of K parts of n₂ patients is answered after
 * learning from n₁: with K folds n₂ / n₁ = 1 / (K - 1), so 1 + K / (K - 1), which is 2.25 of five folds and comes near 2 of many.
 *
 * The same is said by counting: so much less is each patient worth. Intervals draw as many patients anew as they are worth together, which keeps every
 * figure where it can be (a share between 0 and 1) and needs no formula for its variance.
 */
import { invariant } from '../base/errors.ts';

/** As how many independent patients one counts who was answered out of fold: (K - 1) / (2K - 1); 4 of 9 with five folds. */
export function worthOutOfFold(folds: number): number {
  invariant(folds >= 2, 'out of fold: two folds or more');
  return (folds - 1) / (2 * folds - 1);
}
