/** The criteria, by the names that the contract gives them. */
import type { CriterionName } from '../../contract/index.ts';
import type { Criterion } from './criterion.ts';
import { crossEntropy } from './cross-entropy.ts';
import { focal } from './focal.ts';
import { labelSmoothing } from './label-smoothing.ts';

export const criteria: Readonly<Record<CriterionName, Criterion>> = {
  'cross-entropy': crossEntropy,
  'label-smoothing': labelSmoothing(0.1),
  focal,
};
