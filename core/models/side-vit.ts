/**
 * The side network: a small ViT that reads the image at low resolution, and at each layer the prompts made from what the LPM saw.
 *
 *     image [B,3,s,s] --patches--> [B,1+n,E] --block 0 (+ prompts of layer 0)--> ... --class token--> logits [B,C]
 *
 * Two savings change nothing in the result: the prompt rows are dropped after every block, so they serve as keys and
 * values only and their own queries and MLP are never computed; and the last block computes the class token alone.
 * Source: Huang et al., arXiv 2408.02426 (FPT+) and 2403.07576 (FPT).
 */
import {
  add,
  concat,
  expand,
  gelu,
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
import { patchify, projectToColumns } from './attention.ts';
import {
  dense,
  linearEntries,
  norm,
  normEntries,
  type ParameterSpec,
  type Parameters,
  vitStart,
  zero,
} from './layers.ts';
import type { NetworkConfig } from './network-config.ts';

/** The parameters `vit.*` and `head.*`. */
export function sideVitEntries({ lpm, layers, classes, sideSize, sideWidth: e }: NetworkConfig): ParameterSpec[] {
  const blocks = Array.from({ length: layers }, (_, i) => {
    const block = `vit.blocks.${i}`;
    return [
      ...normEntries(`${block}.n1`, e),
      ...['q', 'k', 'v', 'o'].flatMap((name) => linearEntries(`${block}.${name}`, e, e)),
      ...normEntries(`${block}.n2`, e),
      ...linearEntries(`${block}.f1`, 4 * e, e),
      ...linearEntries(`${block}.f2`, e, 4 * e),
    ];
  });
  return [
    { name: 'vit.proj.weight', shape: [e, lpm.channels, lpm.patch, lpm.patch], start: vitStart },
    { name: 'vit.proj.bias', shape: [e], start: zero },
    { name: 'vit.cls', shape: [1, 1, e], start: vitStart },
    { name: 'vit.pos', shape: [1, 1 + (sideSize / lpm.patch) ** 2, e], start: vitStart },
    ...blocks.flat(),
    ...normEntries('vit.norm', e),
    ...linearEntries('head', classes, e),
  ];
}

/** Logits [B, C] of images [B, 3, s, s] and, where there are any, prompts [L, B, P, E]. */
export function sideVit(config: NetworkConfig, p: Parameters, image: Value, prompts?: Value): Value {
  return scope('vit', () => vitLogits(config, p, image, prompts));
}

function vitLogits(config: NetworkConfig, p: Parameters, image: Value, prompts: Value | undefined): Value {
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

const scaled = (x: Value, factor: number): Value => (factor === 1 ? x : mul(x, factor));

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
  const columns = (part: string, y: Value, factor = 1): Value => {
    const [weight, bias] = ['weight', 'bias'].map((of) => p(`${name}.${part}.${of}`)) as [Value, Value];
    return projectToColumns(y, scaled(weight, factor), scaled(bias, factor), heads);
  };
  const queries = columns('q', needed(own), 1 / Math.sqrt(config.sideWidth / heads));
  const keys = columns('k', all);
  const values = columns('v', all);
  const attention = softmax(matmul(transposeLast(queries), keys), -1);
  const found = matmul(values, transposeLast(attention));
  const context = transposeLast(reshape(found, [found.shape[0]!, config.sideWidth, -1]));
  const attended = add(needed(x), dense(p, `${name}.o`, context));
  const hidden = gelu(dense(p, `${name}.f1`, norm(p, `${name}.n2`, attended, eps)));
  return add(attended, dense(p, `${name}.f2`, hidden));
}
