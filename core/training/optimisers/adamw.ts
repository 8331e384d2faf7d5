/** AdamW: Adam with decoupled decay, the published recipe (Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019). */
import { momentHyperparameters, momentStep, momentVectors } from './moments.ts';
import type { Optimiser } from './optimiser.ts';

export const adamW: Optimiser<(typeof momentVectors)[number], keyof typeof momentHyperparameters> = {
  state: momentVectors,
  hyperparameters: momentHyperparameters,
  decay: 'weights',
  step: momentStep,
};
