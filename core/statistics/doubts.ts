/**
 * How far answers speak against the labels that were given: above 0 where another label fits the answer better, the higher the more. Answers must be
 * those of networks that did not learn from the label, or they repeat it.
 *
 * Of classes it is the margin by which the most probable other class is ahead of the label's (Northcutt, Jiang and Chuang, Journal of Artificial
 * Intelligence Research 2021;70:1373-1411). Of grades the distance counts: how much further the label is to be expected from the truth than the grade
 * that is nearest to it, in grades; of two grades that is the margin. Of a finding it is the margin of the other mark. Of numbers it is the residual
 * in deviations of all residuals, beyond 2.5 of them.
 */
import { invariant } from '../base/errors.ts';

/** Residuals of so many deviations are not doubted: of a hundred that are normally distributed, one lies beyond. */
export const undoubtedDeviations = 2.5;

/** [n]: the greatest other probability minus the label's, in [-1, 1]. `probabilities` are [n, classes]. */
export function classDoubts(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Float64Array {
  return eachRow(probabilities, labels, classes, (row, label) => {
    let other = 0;
    row.forEach((p, c) => {
      if (c !== label) other = Math.max(other, p);
    });
    return other - (row[label] as number);
  });
}

/** [n]: the expected distance of the label from the grade minus that of the grade for which it is least, in grades; never below 0. */
export function gradeDoubts(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Float64Array {
  return eachRow(probabilities, labels, classes, (row, label) => {
    const distanceOf = (place: number): number => row.reduce((sum, p, c) => sum + p * Math.abs(c - place), 0);
    return distanceOf(label) - Math.min(...row.map((_, place) => distanceOf(place)));
  });
}

/** [n, findings]: the probability of the other mark minus that of the mark, in [-1, 1]; NaN where it is not known. `marks` are 1, 0 or NaN. */
export function findingDoubts(probabilities: ArrayLike<number>, marks: ArrayLike<number>): Float64Array {
  invariant(probabilities.length === marks.length, 'doubts: one mark and one probability of each');
  return Float64Array.from(marks, (mark, at) => (1 - 2 * (probabilities[at] as number)) * (2 * mark - 1));
}

/**
 * [n]: by how many deviations beyond 2.5 the answer is off; NaN where the number is not known. The deviation is 1.4826 times the median distance from
 * the median residual, which a tenth of wrong labels hardly moves; where half of the residuals are alike, their root mean square.
 */
export function numberDoubts(answers: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  invariant(answers.length === labels.length, 'doubts: one answer for each label');
  const residuals = Float64Array.from(labels, (label, i) => (answers[i] as number) - label);
  const known = residuals.filter((residual) => !Number.isNaN(residual));
  const centre = median(known);
  const distances = known.map((residual) => Math.abs(residual - centre));
  const spread = median(distances) * 1.4826 || Math.sqrt(mean(distances.map((d) => d * d)));
  return residuals.map((residual) =>
    spread === 0 && !Number.isNaN(residual)
      ? -undoubtedDeviations
      : Math.abs(residual - centre) / spread - undoubtedDeviations,
  );
}

function eachRow(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  doubt: (row: readonly number[], label: number) => number,
): Float64Array {
  invariant(probabilities.length === labels.length * classes, 'doubts: a row of probabilities for each label');
  return Float64Array.from(labels, (label, i) =>
    doubt(
      Array.from({ length: classes }, (_, c) => probabilities[i * classes + c] as number),
      label,
    ),
  );
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length / 2;
  if (sorted.length === 0) return 0;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
