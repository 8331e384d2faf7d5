/** The criterion that a training makes small: the one that was named, or the first that fits what its data set asks. */
import { AppError } from '../../base/errors.ts';
import { type CriterionName, targetFacts } from '../../contract/index.ts';
import type { DatasetRow } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';

/** @throws BAD_INPUT for a criterion that does not fit what the data set asks, naming those that do */
export function criterionFor(
  { name, target }: Pick<DatasetRow, 'name' | 'target'>,
  asked: CriterionName | undefined,
): CriterionName {
  const { criteria } = targets[target];
  if (asked === undefined) return criteria[0];
  if (criteria.includes(asked)) return asked;
  throw new AppError(
    'BAD_INPUT',
    `The criterion "${asked}" does not fit data set "${name}", which asks for ${targetFacts[target].meaning} (allowed: ${criteria.join(', ')}).`,
    { action: `Leave --criterion out, which takes ${criteria[0]}.`, details: { found: asked, allowed: [...criteria] } },
  );
}
