/**
 * What FPT+ and FPT share: prompts that attend to the important tokens which the frozen LPM kept of an image.
 *
 *     prompts [L,1,P,·] --(LayerNorm or Linear)--> queries --attend to kept keys, values [L,B,H,T,d]--> context [L,B,P,D]
 *
 * Source: Huang et al., arXiv 2408.02426 (FPT+) and 2403.07576 (FPT).
 */
import type { Shape } from '../base/tensor.ts';
import { matmul, mul, softmax, transposeLast, type Value } from '../graph/index.ts';
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

/** What prompts in the state [L, 1, P, D] find in the kept tokens, [L, B, P, D], and their attention [L, B, H, P, T]. */
export function attend(
  config: NetworkConfig,
  states: Value,
  inputs: NetworkInputs,
): { readonly context: Value; readonly attention: Value } {
  const keys = inputOf(config, inputs, 'keys');
  const values = inputOf(config, inputs, 'values');
  const { heads, width } = config.lpm;
  // Scaling the few queries is the same as scaling the many scores. Queries do not depend on the image.
  const queries = mul(splitHeads(states, heads), 1 / Math.sqrt(width / heads));
  const attention = softmax(matmul(queries, transposeLast(keys)), -1);
  return { context: mergeHeads(matmul(attention, values)), attention };
}
