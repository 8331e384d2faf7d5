/** What an optimiser is: everything that the rest of the program asks of it. One object each, listed in index.ts. */
import { invariant } from '../../base/errors.ts';
import { add, mul, sub, type Value } from '../../graph/index.ts';

/** A number that an update depends on besides learning rate and decay: its usual value, and the values that make sense. */
export interface Hyperparameter {
  readonly value: number;
  /** Allowed itself. */
  readonly min: number;
  /** The limit above, not allowed itself. */
  readonly below: number;
}

/** Numbers of an update by name. */
export type Hyperparameters<H extends string = string> = Readonly<Record<H, number>>;

/** The graph values that a step reads: `params`, `gradient` and each vector of the state are [total], the others scalars. */
export interface StepInputs<S extends string = string> {
  readonly params: Value;
  /** Clipped. */
  readonly gradient: Value;
  readonly state: Readonly<Record<S, Value>>;
  /** The number of the step, from 1. */
  readonly step: Value;
  readonly lr: Value;
}

/** Parameters and state after a step. */
export interface Stepped<S extends string = string> {
  readonly params: Value;
  readonly state: Readonly<Record<S, Value>>;
}

/** @typeParam S names of the vectors it keeps; @typeParam H names of its hyper-parameters */
export interface Optimiser<S extends string = string, H extends string = string> {
  /**
   * The vectors that it keeps from step to step, in the order in which a checkpoint has them. Each has a number for each parameter
   * [total] and is 0 before the first step. A vector is called so in the graph (`next_…` as an output) and in stored checkpoints.
   */
  readonly state: readonly S[];
  readonly hyperparameters: Readonly<Record<H, Hyperparameter>>;
  /**
   * Where decay applies: `weights` shrinks all weights by lr · decay before the step (decoupled, Loshchilov and Hutter, ICLR 2019);
   * `gradient` adds decay · weights to the clipped gradient (L2), so that it goes through the state like the gradient.
   */
  readonly decay: 'weights' | 'gradient';
  /** The graph of one step; decay is done already. */
  step(inputs: StepInputs<S>, hyperparameters: Hyperparameters<H>): Stepped<S>;
}

/**
 * The graph of one step with its decay.
 * @param weightDecay 0 or more
 * @param given hyper-parameters that are to differ from the optimiser's usual ones, within its limits
 */
export function stepOf<S extends string, H extends string>(
  optimiser: Optimiser<S, H>,
  inputs: StepInputs<S>,
  weightDecay: number,
  given: Partial<Hyperparameters<H>> = {},
): Stepped<S> {
  const hyperparameters = hyperparametersOf(optimiser, given);
  const { params, gradient, lr } = inputs;
  return optimiser.decay === 'weights'
    ? optimiser.step({ ...inputs, params: mul(params, sub(1, mul(lr, weightDecay))) }, hyperparameters)
    : optimiser.step({ ...inputs, gradient: add(gradient, mul(params, weightDecay)) }, hyperparameters);
}

/** All hyper-parameters of an optimiser: its usual values, and those given. A value outside its limits is a bug. */
function hyperparametersOf<S extends string, H extends string>(
  { hyperparameters }: Optimiser<S, H>,
  given: Partial<Hyperparameters<H>>,
): Hyperparameters<H> {
  const entries = Object.entries<Hyperparameter>(hyperparameters).map(([name, { value, min, below }]) => {
    const chosen: number = given[name as H] ?? value;
    invariant(chosen >= min && chosen < below, `optimiser: ${name} ${chosen}, allowed from ${min} to below ${below}`);
    return [name, chosen] as const;
  });
  return Object.fromEntries(entries) as Hyperparameters<H>;
}
