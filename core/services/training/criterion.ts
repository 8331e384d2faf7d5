/** What a training makes small: the criterion that was named, or the first that fits what its data set asks. */
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import { type CriterionName, type MeasureOptions, type TargetKind, targetFacts } from '../../contract/index.ts';
import { trainingMethods } from '../../models/index.ts';
import { targets } from '../../targets/index.ts';
import { criteria } from '../../training/criteria/index.ts';

/**
 * The criterion of a training.
 * @throws BAD_INPUT for one that does not fit what the data set asks, and for one of a whole batch (kappa) where the batch is one example or is
 *   computed in parts
 */
export function criterionFor(
  target: TargetKind,
  {
    criterion: asked,
    method,
    batch,
    microBatch,
  }: Pick<MeasureOptions, 'criterion' | 'method' | 'batch' | 'microBatch'>,
): CriterionName {
  const fitting = targets[target].criteria;
  const criterion = asked ?? fitting[0];
  if (!fitting.includes(criterion)) {
    const several = targetFacts[target].noun[1];
    throw new AppError(
      'BAD_INPUT',
      `The criterion ${criterion} does not fit ${several}; allowed: ${fitting.join(', ')}.`,
      {
        action: `Give --criterion ${fitting[0]}, or another of these.`,
      },
    );
  }
  if (criteria[criterion].divisor !== null) return criterion;
  if (batch < 2) {
    throw new AppError(
      'BAD_INPUT',
      `The criterion ${criterion} compares the examples of a batch; found a batch of 1, allowed 2 or more.`,
      {
        action: 'Give --batch 8 or more.',
      },
    );
  }
  if (trainingMethods[method].microBatches && microBatch < batch) {
    throw new AppError(
      'BAD_INPUT',
      `The criterion ${criterion} needs the whole batch of ${batch} at once; found ${counted('en', microBatch, 'image', 'images')} at a time.`,
      { action: `Give --micro-batch ${batch}, which needs more memory, or another criterion.` },
    );
  }
  return criterion;
}
