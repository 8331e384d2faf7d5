/** Out-of-fold answers of quick trainings: each image is answered by one that did not learn from its patient. */
import type { VersionImage } from '../../contract/index.ts';
import type { QuickBench } from './quick.ts';

/** The training that answers one fold. */
export interface FoldTraining {
  readonly learned: readonly VersionImage[];
  readonly seed: number;
  /** Hears how many steps of it are done. */
  readonly told: (steps: number) => void;
}

/**
 * Trains once for each of `count` folds and lets it answer the images of that fold.
 * @param folds the fold of each image of the bench
 * @returns [images, logits] in the order of the images
 * @throws TRAINING_DIVERGED, ENGINE_FAILED, CANCELLED
 */
export async function answerOutOfFold(
  { features: { images }, trials, recipe }: QuickBench,
  { folds, count, logits }: { readonly folds: readonly number[]; readonly count: number; readonly logits: number },
  trainingOf: (fold: number) => FoldTraining,
): Promise<Float32Array> {
  const answers = new Float32Array(images.length * logits);
  for (let fold = 0; fold < count; fold++) {
    const { learned, seed, told } = trainingOf(fold);
    const held = Array.from(images.keys()).filter((i) => folds[i] === fold);
    const left = held.map((i) => images[i] as VersionImage);
    const { logits: given } = await trials.run(recipe, seed, learned, left, told);
    for (const [k, i] of held.entries()) answers.set(given.subarray(k * logits, (k + 1) * logits), i * logits);
  }
  return answers;
}
