/** The optimisers, by the names that the contract gives them. */
import type { OptimiserName } from '../../contract/index.ts';
import { adamW } from './adamw.ts';
import type { Optimiser } from './optimiser.ts';

export const optimisers: Readonly<Record<OptimiserName, Optimiser>> = {
  adamw: adamW,
};
