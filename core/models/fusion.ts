/**
 * What FPT+ and FPT share: prompts that attend to the important tokens which the frozen LPM kept of an image.
 *
 *     prompts [L,1,P,·] --(LayerNorm or Linear)--> queries --attend to kept keys, values [L,B,H,T,d]--> context [L,B,P,D]
 *
 * Source: Huang et al., arXiv 2408.02426 (FPT+) and 2403.07576 (FPT).
 */
import { type Shape, sizeOf } from '../base/tensor.ts';
import { concat, matmul, mul, slice, softmax, transposeLast, type Value } from '../graph/index.ts';
import { mergeHeads, splitHeads } from './attention.ts';
import type { Initialiser } from './layers.ts';
import { imageInput, inputOf, type NetworkInput, type NetworkInputs } from './methods/training-method.ts';
import type { NetworkConfig } from './network-config.ts';

/** Prompts a layer, in both papers' recipes, start near zero. */
export const promptStart: Initialiser = { kind: 'normal', std: 1e-6 };

/** The image, and the LPM's kept keys and values [L, B, H, T, d]. */
export function fusionInputs(config: NetworkConfig, batch: number): Readonly<Record<string, NetworkInput>> {
  const { lpm, layers, tokens } = config;
  const kept = { shape: [layers, batch, lpm.heads, tokens, lpm.width / lpm.heads], dtype: 'float16' } as const;
  return { image: imageInput(config, batch), keys: kept, values: kept };
}

/** The dropout mask (0 or 2: dropout 0.5) of the prompts that the side network reads, [L, B, P, E]. */
export function promptMask({ layers, prompts, sideWidth }: NetworkConfig, batch: number): Shape {
  return [layers, batch, prompts, sideWidth];
}

/** Prompts [L, B, P, E], dropped out where the graph trains. */
export function dropOut(prompts: Value, inputs: NetworkInputs): Value {
  const mask = inputs['dropout_mask'];
  return mask === undefined ? prompts : mul(prompts, mask);
}

/** Bytes of a layer's widened keys from which on they do not stay in a processor's caches until they are used. */
const largeLayer = 4 * 2 ** 20;

/**
 * What prompts in the state [L, 1, P, D] find in the kept tokens, [L, B, P, D], and their attention [L, B, H, P, T], of all layers or of each.
 *
 * Of large layers one attends after the other: the widened keys and values of one are in memory at a time, instead of those of all from the forward
 * pass to the backward one. What is found has the same bits; an engine may add up its gradient over the batch in another order.
 */
export function attend(
  config: NetworkConfig,
  states: Value,
  inputs: NetworkInputs,
): { readonly context: Value; readonly attention: readonly Value[] } {
  const keys = inputOf(config, inputs, 'keys');
  const values = inputOf(config, inputs, 'values');
  const { heads, width } = config.lpm;
  // Queries do not depend on the image.
  const queries = splitHeads(states, heads);
  const layers = keys.shape[0] as number;
  const together = (4 * sizeOf(keys.shape)) / layers < largeLayer ? layers : 1;
  const parts = Array.from({ length: layers / together }, (_, i) => {
    const of = (x: Value): Value => slice(x, 0, i * together, (i + 1) * together);
    // Scaling the few queries is the same as scaling the many scores.
    const scaled = mul(of(queries), 1 / Math.sqrt(width / heads));
    const attention = softmax(matmul(scaled, transposeLast(of(keys))), -1);
    return { attention, context: matmul(attention, of(values)) };
  });
  return {
    context: mergeHeads(
      concat(
        parts.map(({ context }) => context),
        0,
      ),
    ),
    attention: parts.map(({ attention }) => attention),
  };
}
