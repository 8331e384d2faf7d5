/** From images to studies: one probability for each class from all images of a study. */
import { invariant } from '../base/errors.ts';

export type StudyPooling = 'mean' | 'max';

export interface PooledStudies {
  /** The studies in order of first appearance. */
  readonly studies: readonly string[];
  /** Probabilities [studies, classes], each row summing to 1. */
  readonly probabilities: Float64Array;
  /** The rows of each study's images. */
  readonly members: readonly (readonly number[])[];
}

/**
 * The probabilities of each study: the mean over its images, or their maximum divided by the sum of the maxima (one
 * clear finding in one image is not thinned out by many normal ones; the division keeps them probabilities).
 */
export function poolStudies(
  probabilities: Float64Array,
  classes: number,
  studyOfImage: readonly string[],
  pooling: StudyPooling = 'mean',
): PooledStudies {
  invariant(studyOfImage.length * classes === probabilities.length, 'pooling: one study for each image');
  const members = new Map<string, number[]>();
  studyOfImage.forEach((study, i) => {
    const list = members.get(study);
    if (list === undefined) members.set(study, [i]);
    else list.push(i);
  });
  const rows = [...members.values()];
  const pooled = new Float64Array(rows.length * classes);
  rows.forEach((images, s) => {
    let total = 0;
    for (let c = 0; c < classes; c++) {
      const values = images.map((i) => probabilities[i * classes + c] as number);
      const value = pooling === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length;
      pooled[s * classes + c] = value;
      total += value;
    }
    for (let c = 0; c < classes; c++) pooled[s * classes + c] = (pooled[s * classes + c] as number) / total;
  });
  return { studies: [...members.keys()], probabilities: pooled, members: rows };
}
