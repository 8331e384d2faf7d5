/** The step that Adam and AdamW share. They differ in where decay applies. */
import { add, div, mul, sqrt, sub, tanh, type Value } from '../../graph/index.ts';
import type { Hyperparameters, StepInputs, Stepped } from './optimiser.ts';

export const momentVectors = ['m', 'v'] as const;
type Moment = (typeof momentVectors)[number];

export const momentHyperparameters = {
  /** Decay of the mean of gradients, `m`. */
  beta1: { value: 0.9, min: 0, below: 1 },
  /** Decay of the mean of squared gradients, `v`. */
  beta2: { value: 0.999, min: 0, below: 1 },
  /** Added to the root of `v`, so that nothing is divided by 0. */
  epsilon: { value: 1e-8, min: 0, below: Number.POSITIVE_INFINITY },
} as const;

/**
 * Steps along the mean of gradients over the root of the mean of their squares, both corrected for having begun at 0
 * (Kingma and Ba, "Adam", ICLR 2015), in PyTorch's order of operations.
 */
export function momentStep(
  { params, gradient, state, step, lr }: StepInputs<Moment>,
  { beta1, beta2, epsilon }: Hyperparameters<keyof typeof momentHyperparameters>,
): Stepped<Moment> {
  const m = add(mul(state.m, beta1), mul(gradient, 1 - beta1));
  const v = add(mul(state.v, beta2), mul(mul(gradient, gradient), 1 - beta2));
  const denominator = add(div(sqrt(v), sqrt(biasCorrection(beta2, step))), epsilon);
  return {
    params: sub(params, mul(div(lr, biasCorrection(beta1, step)), div(m, denominator))),
    state: { m, v },
  };
}

/** 1 - beta^step without cancellation: with t = tanh(-step ln(beta) / 2), 1 - beta^step = 2t / (1 + t). */
function biasCorrection(beta: number, step: Value): Value {
  const t = tanh(mul(step, -Math.log(beta) / 2));
  return div(mul(2, t), add(1, t));
}
