/**
 * The second half of a training step, from the gradient on: clipping, then the step of an optimiser, on flat vectors of `total` values
 * (layout: core/models), so that the update is a handful of element-wise nodes whatever the network looks like.
 */
import { defaultOptimiser, type OptimiserName } from '../contract/index.ts';
import { add, div, input, minimum, mul, sqrt, sum, type Value } from '../graph/index.ts';
import { optimisers } from './optimisers/index.ts';
import { stepOf } from './optimisers/optimiser.ts';

const maxNorm = 1;

export interface UpdateOptions {
  /** AdamW where left out. */
  readonly optimiser?: OptimiserName;
  /** 0.1 where left out. */
  readonly weightDecay?: number;
}

/** The gradient [total], brought to norm 1 where it is longer, as torch.nn.utils.clip_grad_norm_ does it; and its norm before. */
export function clipped(gradient: Value): { readonly gradient: Value; readonly norm: Value } {
  const norm = sqrt(sum(mul(gradient, gradient), [0]));
  return { gradient: mul(gradient, minimum(div(maxNorm, add(norm, 1e-6)), 1)), norm };
}

/**
 * The graph of an update. It has the inputs `lr` and, where the optimiser counts, `step` (from 1), both scalars, and, by name, the vectors that the optimiser keeps [total].
 * @param params,gradient [total]
 * @returns graph outputs by name, `next_params` and `next_<vector>`, all [total]; and the gradient's norm before clipping
 */
export function updated(
  { optimiser: name = defaultOptimiser, weightDecay = 0.1 }: UpdateOptions,
  params: Value,
  gradient: Value,
): { readonly next: Readonly<Record<string, Value>>; readonly gradientNorm: Value } {
  const optimiser = optimisers[name];
  const { gradient: within, norm } = clipped(gradient);
  const state = Object.fromEntries(optimiser.state.map((vector) => [vector, input(vector, params.shape)]));
  const after = stepOf(
    optimiser,
    { params, gradient: within, state, step: input('step', []), lr: input('lr', []) },
    weightDecay,
  );
  const next = Object.entries({ params: after.params, ...after.state });
  return { next: Object.fromEntries(next.map(([vector, value]) => [`next_${vector}`, value])), gradientNorm: norm };
}
