/** Adam (Kingma and Ba, ICLR 2015) with L2 decay, as torch.optim.Adam has it: decay goes through both means like the gradient. */
import { momentHyperparameters, momentStep, momentVectors } from './moments.ts';
import type { Optimiser } from './optimiser.ts';

export const adam: Optimiser<(typeof momentVectors)[number], keyof typeof momentHyperparameters> = {
  state: momentVectors,
  hyperparameters: momentHyperparameters,
  decay: 'gradient',
  step: momentStep,
};
