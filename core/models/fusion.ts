/**
 * What FPT+ and FPT share: prompts that attend to the important tokens which the frozen LPM kept of an image.
 *
 *     prompts [L,1,P,·] --(LayerNorm or Linear)--> queries --attend to kept keys, values [L,B,H,T,d]--> context [L,B,P,D]
 *
 * Source: Huang et al., arXiv 2408.02426 (FPT+) and 2403.07576 (FPT).
 */
import { type Shape, sizeOf } from '../base/tensor.ts';
import { concat, matmul, mul, reshape, slice, softmax, transposeLast, type Value } from '../graph/index.ts';
import { mergeHeads, splitHeads } from './attention.ts';
import type { Initialiser } from './layers.ts';
import { imageInput, inputOf, type NetworkInput, type NetworkInputs } from './methods/training-method.ts';
import type { NetworkConfig } from './network-config.ts';
import { startsOf } from './parts.ts';

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

/** Most bytes of widened keys that prompts attend to at a time: what a processor's caches hold until it is used. */
const mostTogether = 3 * 2 ** 20;

/**
 * What prompts in the state [L, 1, P, D] find in the kept tokens, [L, B, P, D], and their attention, part by part: [l, b, H, P, T] of some layers, or of
 * some images of one layer.
 *
 * Keys and values arrive in 16 bits or 8 and are widened first. Part by part, what is widened is in a processor's caches when it is used, and that of one part is in
 * memory at a time, instead of all of it from the forward pass to the backward one. What is found has the same bits; an engine adds up its gradient over
 * the batch in another order.
 */
export function attend(
  config: NetworkConfig,
  states: Value,
  inputs: NetworkInputs,
): { readonly context: Value; readonly attention: readonly Value[] } {
  const keys = inputOf(config, inputs, 'keys');
  const values = inputOf(config, inputs, 'values');
  const { heads, width } = config.lpm;
  // Queries do not depend on the image, and scaling them is the same as scaling the many scores.
  const queries = mul(splitHeads(states, heads), 1 / Math.sqrt(width / heads));
  const [layers, batch, ...token] = keys.shape as [number, number, ...number[]];
  /** Rows of layers and images, one after the other. */
  const inRows = (x: Value): Value => reshape(x, [-1, ...x.shape.slice(2)]);
  // One value for all parts: their gradients are then laid side by side, where those of several would each be filled up with zeros and added.
  const queriesInRows = inRows(queries);
  const parts = partsOf(layers, batch, 4 * sizeOf(token)).map(({ layer, layers: l, image, images: b }) => {
    const isWhole = b === batch;
    const first = layer * batch + image;
    const of = (x: Value): Value => (isWhole ? slice(x, 0, layer, layer + l) : slice(inRows(x), 0, first, first + b));
    const asked = slice(isWhole ? queries : queriesInRows, 0, layer, layer + l);
    const attention = softmax(matmul(asked, transposeLast(of(keys))), -1);
    const context = matmul(attention, of(values));
    return { attention, context: reshape(context, [l * b, ...context.shape.slice(-3)]) };
  });
  const context = concat(
    parts.map((part) => part.context),
    0,
  );
  return {
    context: mergeHeads(reshape(context, [layers, batch, ...context.shape.slice(1)])),
    attention: parts.map(({ attention }) => attention),
  };
}

interface Part {
  readonly layer: number;
  readonly layers: number;
  readonly image: number;
  readonly images: number;
}

/** As many whole layers as lie together, or a layer's images in parts of like size; `bytes` an image and layer. */
function partsOf(layers: number, batch: number, bytes: number): Part[] {
  const ofLayer = batch * bytes;
  if (ofLayer <= mostTogether) {
    const together = Math.floor(mostTogether / ofLayer);
    return startsOf(layers, together).map(([layer, n]) => ({ layer, layers: n, image: 0, images: batch }));
  }
  const together = Math.ceil(batch / Math.ceil(ofLayer / mostTogether));
  return Array.from({ length: layers }, (_, layer) =>
    startsOf(batch, together).map(([image, n]) => ({ layer, layers: 1, image, images: n })),
  ).flat();
}
