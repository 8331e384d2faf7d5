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
 * The answers of each study, column by column: the mean over its images, or the largest (a finding that is in one image is in the study). What is
 * said of one name says nothing of another, so nothing is divided.
 * @param values [images, columns], row by row
 */
export function poolRows(
  values: Float64Array,
  columns: number,
  studyOfImage: readonly string[],
  pooling: StudyPooling = 'mean',
): PooledStudies {
  invariant(studyOfImage.length * columns === values.length, 'pooling: one study for each image');
  const members = membersOf(studyOfImage);
  const rows = [...members.values()];
  const pooled = new Float64Array(rows.length * columns);
  rows.forEach((images, s) => {
    for (let c = 0; c < columns; c++) {
      const own = images.map((i) => values[i * columns + c] as number);
      pooled[s * columns + c] = pooling === 'max' ? Math.max(...own) : own.reduce((a, b) => a + b, 0) / own.length;
    }
  });
  return { studies: [...members.keys()], probabilities: pooled, members: rows };
}

function membersOf(studyOfImage: readonly string[]): Map<string, number[]> {
  const members = new Map<string, number[]>();
  studyOfImage.forEach((study, i) => {
    const list = members.get(study);
    if (list === undefined) members.set(study, [i]);
    else list.push(i);
  });
  return members;
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
  const { studies, probabilities: pooled, members: rows } = poolRows(probabilities, classes, studyOfImage, pooling);
  rows.forEach((_, s) => {
    let total = 0;
    for (let c = 0; c < classes; c++) total += pooled[s * classes + c] as number;
    for (let c = 0; c < classes; c++) pooled[s * classes + c] = (pooled[s * classes + c] as number) / total;
  });
  return { studies, probabilities: pooled, members: rows };
}
