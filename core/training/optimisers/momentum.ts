/** What both kinds of gradient descent with momentum keep and how they begin a step (Sutskever et al., ICML 2013), as torch.optim.SGD has it. */
import { add, mul, type Value } from '../../graph/index.ts';
import type { Hyperparameters, StepInputs } from './optimiser.ts';

export const momentumVectors = ['momentum'] as const;

export const momentumHyperparameters = {
  /** Share of the last direction that is kept. */
  momentum: { value: 0.9, min: 0, below: 1 },
} as const;

/** The direction of this step [total]: the gradient and what is kept of the last one. */
export function direction(
  { gradient, state }: StepInputs<'momentum'>,
  { momentum }: Hyperparameters<'momentum'>,
): Value {
  return add(mul(state.momentum, momentum), gradient);
}
