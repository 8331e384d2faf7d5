/** The optimisers, by the names that the contract gives them. */
import type { OptimiserName } from '../../contract/index.ts';
import { adam } from './adam.ts';
import { adamW } from './adamw.ts';
import type { Optimiser } from './optimiser.ts';
import { sgd } from './sgd.ts';
import { sgdNesterov } from './sgd-nesterov.ts';

export const optimisers: Readonly<Record<OptimiserName, Optimiser>> = {
  adamw: adamW,
  adam,
  sgd,
  'sgd-nesterov': sgdNesterov,
};
