/** The criteria, by the names that the contract gives them. */
import type { CriterionName } from '../../contract/index.ts';
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import type { Criterion } from './criterion.ts';
import { crossEntropy } from './cross-entropy.ts';
import { focal } from './focal.ts';
import { kappa } from './kappa.ts';
import { labelSmoothing } from './label-smoothing.ts';
import { l1, meanSquaredError, smoothL1 } from './numbers.ts';

export const criteria: Readonly<Record<CriterionName, Criterion>> = {
  'cross-entropy': crossEntropy,
  'label-smoothing': labelSmoothing(0.1),
  focal,
  kappa,
  'binary-cross-entropy': binaryCrossEntropy,
  'mean-squared-error': meanSquaredError,
  l1,
  'smooth-l1': smoothL1,
};
