/** Stochastic gradient descent with Nesterov's momentum and L2 decay: the step looks ahead by what the next one will keep of its direction. */
import { add, mul, sub } from '../../graph/index.ts';
import { direction, momentumHyperparameters, momentumVectors } from './momentum.ts';
import type { Optimiser } from './optimiser.ts';

export const sgdNesterov: Optimiser<'momentum', 'momentum'> = {
  state: momentumVectors,
  hyperparameters: momentumHyperparameters,
  decay: 'gradient',
  step: (inputs, hyperparameters) => {
    const momentum = direction(inputs, hyperparameters);
    const ahead = add(inputs.gradient, mul(momentum, hyperparameters.momentum));
    return { params: sub(inputs.params, mul(inputs.lr, ahead)), state: { momentum } };
  },
};
