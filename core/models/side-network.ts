/**
 * The trained network: fusion of the LPM's important tokens into prompts, and the side ViT that reads them.
 *
 *     prompts [L,1,P,D] --LayerNorm--> queries --attend to kept keys, values [L,B,H,T,d]--> + prompts --Linear--> [L,B,P,E]
 *     image [B,3,s,s] --patches--> [B,1+n,E] --block 0 (+ prompts of layer 0)--> ... --class token--> logits [B,C]
 *
 * Two savings change nothing in the result: the prompt rows are dropped after every block, so they serve as keys and
 * values only and their own queries and MLP are never computed; and the last block computes the class token alone.
 * Source: Huang et al., arXiv 2408.02426 (FPT+) and 2403.07576 (FPT); DESIGN §1.3 to §1.5.
 */
import { invariant } from '../base/errors.ts';
import {
  add,
  concat,
  expand,
  gelu,
  layerNorm,
  linear,
  matmul,
  mul,
  reshape,
  scope,
  slice,
  softmax,
  transposeLast,
  type Value,
} from '../graph/index.ts';
import { mergeHeads, patchify, splitHeads } from './attention.ts';
import { fullLogits } from './full.ts';
import type { NetworkConfig } from './network-config.ts';
import { type ParameterValues, parameterLayout, unpackParameters } from './parameters.ts';

/** torch.nn.LayerNorm's default, used by the fusion module whatever the LPM uses. */
const fusionEps = 1e-5;

/** What the network reads. `side-only` and `full` need the image alone, `linear` the class token alone. */
export interface SideInputs {
  /** [B, 3, s, s], normalised. */
  readonly image?: Value;
  /** Kept keys and values of the LPM, float32 [L, B, H, T, d]. */
  readonly keys?: Value;
  readonly values?: Value;
  /** [L, B, P, E], 0 or 2 (dropout 0.5); absent means no dropout. */
  readonly dropoutMask?: Value;
  /** The LPM's final class token [B, D]. */
  readonly classToken?: Value;
}

/**
 * Logits [B, C].
 *
 * @param params the flat vector [total], or its parts from `unpackParameters` (differentiate by those)
 */
export function sideLogits(config: NetworkConfig, params: Value | ParameterValues, inputs: SideInputs): Value {
  return sideNetwork(config, params, inputs).logits;
}

/** What the network gives besides logits, where somebody wants to look inside. */
export interface SideOutputs {
  /** [B, C] */
  readonly logits: Value;
  /** How the prompts attend to the kept tokens, [L, B, H, P, T], rows summing to 1; undefined for methods without prompts. */
  readonly attention: Value | undefined;
}

/** As `sideLogits`, with the attention of the fusion module. */
export function sideNetwork(config: NetworkConfig, params: Value | ParameterValues, inputs: SideInputs): SideOutputs {
  const values = isValue(params) ? unpackParameters(parameterLayout(config), params) : params;
  const p = (name: string): Value => {
    const value = values[name];
    invariant(value, `there is no parameter ${name}`);
    return value;
  };
  if (config.method === 'linear') {
    invariant(inputs.classToken, 'linear needs the class token');
    return { logits: dense(p, 'head', inputs.classToken), attention: undefined };
  }
  invariant(inputs.image, `${config.method} needs the image`);
  if (config.method === 'full') return { logits: fullLogits(config, p, inputs.image), attention: undefined };
  const fused = config.method === 'side-only' ? undefined : scope('fusion', () => fusedPrompts(config, p, inputs));
  const logits = scope('vit', () => sideVit(config, p, inputs.image as Value, fused?.prompts));
  return { logits, attention: fused?.attention };
}

type Parameters = (name: string) => Value;

function isValue(params: Value | ParameterValues): params is Value {
  return Array.isArray(params.shape);
}

function dense(p: Parameters, name: string, x: Value): Value {
  return linear(x, p(`${name}.weight`), p(`${name}.bias`));
}

function norm(p: Parameters, name: string, x: Value, eps: number): Value {
  return layerNorm(x, p(`${name}.weight`), p(`${name}.bias`), eps);
}

/** One summary [P, E] of each layer and image, [L, B, P, E], and the attention it was made with. */
function fusedPrompts(
  config: NetworkConfig,
  p: Parameters,
  { keys, values, dropoutMask }: SideInputs,
): { readonly prompts: Value; readonly attention: Value } {
  invariant(keys && values, `${config.method} needs keys and values`);
  const { heads, width } = config.lpm;
  const prompts = p('fusion.prompts');
  const isFpt = config.method === 'fpt';
  const states = isFpt ? dense(p, 'fusion.proj', prompts) : norm(p, 'fusion.norm', prompts, fusionEps);
  // Scaling the few queries is the same as scaling the many scores. Queries do not depend on the image.
  const queries = mul(splitHeads(states, heads), 1 / Math.sqrt(width / heads));
  const attention = softmax(matmul(queries, transposeLast(keys)), -1);
  const context = mergeHeads(matmul(attention, values));
  if (isFpt) {
    const out = dense(p, 'fusion.out', context);
    return { prompts: add(dropoutMask === undefined ? out : mul(out, dropoutMask), prompts), attention };
  }
  const out = dense(p, 'fusion.out', add(context, prompts));
  return { prompts: dropoutMask === undefined ? out : mul(out, dropoutMask), attention };
}

function sideVit(config: NetworkConfig, p: Parameters, image: Value, prompts: Value | undefined): Value {
  const { lpm, sideWidth: e, layers } = config;
  const batch = image.shape[0]!;
  const filters = reshape(p('vit.proj.weight'), [e, -1]);
  const patches = linear(patchify(image, lpm.patch), filters, p('vit.proj.bias'));
  let x = add(concat([expand(p('vit.cls'), [batch, 1, e]), patches], 1), p('vit.pos'));
  for (let i = 0; i < layers; i++) {
    const layerPrompts = prompts && reshape(slice(prompts, 0, i, i + 1), [batch, config.prompts, e]);
    x = scope(`blocks.${i}`, () => block(config, p, `vit.blocks.${i}`, x, layerPrompts, i === layers - 1));
  }
  return dense(p, 'head', norm(p, 'vit.norm', reshape(x, [batch, e]), lpm.eps));
}

/** One pre-norm block over [B, 1 + n, E] with prompts [B, P, E]; the last one gives the class token alone [B, 1, E]. */
function block(
  config: NetworkConfig,
  p: Parameters,
  name: string,
  x: Value,
  prompts: Value | undefined,
  isLast: boolean,
): Value {
  const { eps, heads } = config.lpm;
  const own = norm(p, `${name}.n1`, x, eps);
  const all = prompts === undefined ? own : concat([own, norm(p, `${name}.n1`, prompts, eps)], 1);
  const needed = (y: Value): Value => (isLast ? slice(y, 1, 0, 1) : y);
  const queries = mul(splitHeads(dense(p, `${name}.q`, needed(own)), heads), 1 / Math.sqrt(config.sideWidth / heads));
  const keys = splitHeads(dense(p, `${name}.k`, all), heads);
  const values = splitHeads(dense(p, `${name}.v`, all), heads);
  const context = mergeHeads(matmul(softmax(matmul(queries, transposeLast(keys)), -1), values));
  const attended = add(needed(x), dense(p, `${name}.o`, context));
  const hidden = gelu(dense(p, `${name}.f1`, norm(p, `${name}.n2`, attended, eps)));
  return add(attended, dense(p, `${name}.f2`, hidden));
}
