/** Stochastic gradient descent with momentum and L2 decay. */
import { mul, sub } from '../../graph/index.ts';
import { direction, momentumHyperparameters, momentumVectors } from './momentum.ts';
import type { Optimiser } from './optimiser.ts';

export const sgd: Optimiser<'momentum', 'momentum'> = {
  state: momentumVectors,
  hyperparameters: momentumHyperparameters,
  decay: 'gradient',
  step: (inputs, hyperparameters) => {
    const momentum = direction(inputs, hyperparameters);
    return { params: sub(inputs.params, mul(inputs.lr, momentum)), state: { momentum } };
  },
};
