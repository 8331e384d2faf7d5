/**
 * The trained parameters as one flat float32 vector with a table of what lies where.
 *
 * One vector makes the optimiser, clipping, checkpoints and the database blob trivial. The names are those of
 * PyTorch modules, so that reference implementations can be compared tensor by tensor:
 *
 *     fusion.prompts [L, 1, P, D or E]   fusion.norm (FPT+)   fusion.proj (FPT)   fusion.out [E, D]
 *     vit.proj [E, 3, p, p]   vit.cls [1, 1, E]   vit.pos [1, 1 + patches, E]
 *     vit.blocks.i.{n1, q, k, v, o, n2, f1, f2}   vit.norm   head [C, E]
 *
 * Full fine-tuning has the weights of the LPM's encoder graph instead, `encoder.*`, and `head` [C, D].
 *
 * Vectors are stored with these names and shapes and found again by them (stored-weights.ts). So the order is free, but a
 * name means what it meant: one that comes to mean something else raises `weightLayoutVersion` of the contract.
 */
import { invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type Shape, sizeOf, type Tensor } from '../base/tensor.ts';
import { concat, reshape, slice, type Value } from '../graph/index.ts';
import { encoderEntries, encoderStart } from './full.ts';
import type { NetworkConfig } from './network-config.ts';

/** How a parameter starts out (DESIGN §1.6). */
type Start =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'truncated-normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export interface ParameterEntry {
  readonly name: string;
  readonly shape: Shape;
  /** First element in the flat vector, and number of elements. */
  readonly offset: number;
  readonly size: number;
  readonly start: Start;
}

export interface ParameterLayout {
  readonly entries: readonly ParameterEntry[];
  /** Elements of the flat vector: the number of learnable parameters. */
  readonly total: number;
}

/** Each parameter as a graph value of its own shape. */
export type ParameterValues = Readonly<Record<string, Value>>;

const zero: Start = { kind: 'constant', value: 0 };
const one: Start = { kind: 'constant', value: 1 };
const vit: Start = { kind: 'truncated-normal', std: 0.02 };

/** The table of a network's parameters. */
export function parameterLayout(config: NetworkConfig): ParameterLayout {
  const entries: ParameterEntry[] = [];
  let total = 0;
  const add = (name: string, shape: Shape, start: Start): void => {
    const size = sizeOf(shape);
    entries.push({ name, shape, offset: total, size, start });
    total += size;
  };
  const addNorm = (name: string, width: number): void => {
    add(`${name}.weight`, [width], one);
    add(`${name}.bias`, [width], zero);
  };
  const addLinear = (name: string, out: number, inputs: number, weight: Start, bias: Start): void => {
    add(`${name}.weight`, [out, inputs], weight);
    add(`${name}.bias`, [out], bias);
  };
  const { lpm, layers, classes, sideWidth: e, prompts, method } = config;
  if (method === 'full') for (const { name, shape } of encoderEntries(config)) add(name, shape, vit);
  if (method === 'linear' || method === 'full') {
    addLinear('head', classes, lpm.width, vit, zero);
    return { entries, total };
  }
  if (method !== 'side-only') {
    // torch.nn.Linear's default: weight and bias uniform within 1 / sqrt(inputs).
    const addTorchLinear = (name: string, out: number, inputs: number): void => {
      const start: Start = { kind: 'uniform', bound: 1 / Math.sqrt(inputs) };
      addLinear(name, out, inputs, start, start);
    };
    add('fusion.prompts', [layers, 1, prompts, method === 'fpt' ? e : lpm.width], { kind: 'normal', std: 1e-6 });
    if (method === 'fpt') addTorchLinear('fusion.proj', lpm.width, e);
    else addNorm('fusion.norm', lpm.width);
    addTorchLinear('fusion.out', e, lpm.width);
  }
  add('vit.proj.weight', [e, lpm.channels, lpm.patch, lpm.patch], vit);
  add('vit.proj.bias', [e], zero);
  add('vit.cls', [1, 1, e], vit);
  add('vit.pos', [1, 1 + (config.sideSize / lpm.patch) ** 2, e], vit);
  for (let i = 0; i < layers; i++) {
    const block = `vit.blocks.${i}`;
    addNorm(`${block}.n1`, e);
    for (const name of ['q', 'k', 'v', 'o']) addLinear(`${block}.${name}`, e, e, vit, zero);
    addNorm(`${block}.n2`, e);
    addLinear(`${block}.f1`, 4 * e, e, vit, zero);
    addLinear(`${block}.f2`, e, 4 * e, vit, zero);
  }
  addNorm('vit.norm', e);
  addLinear('head', classes, e, vit, zero);
  return { entries, total };
}

/**
 * The starting parameters, [total]. Every entry draws from its own stream, named like it, so that another layer or
 * class moves no other parameter.
 *
 * @param encoder the LPM's weights at the input size (`encoderWeights`): where `full` starts from
 */
export function initialiseParameters(
  config: NetworkConfig,
  random: Random,
  encoder?: (name: string) => Tensor<'float32'>,
): Float32Array<ArrayBuffer> {
  const { entries, total } = parameterLayout(config);
  const flat = new Float32Array(total);
  for (const { name, offset, size, start } of entries) {
    const given = encoder && encoderStart(config, encoder, name);
    if (given !== undefined) {
      flat.set(given, offset);
      continue;
    }
    const draw = drawer(start, random.fork(name));
    for (let i = 0; i < size; i++) flat[offset + i] = draw();
  }
  return flat;
}

function drawer(start: Start, random: Random): () => number {
  if (start.kind === 'constant') return () => start.value;
  if (start.kind === 'uniform') return () => random.uniform(-start.bound, start.bound);
  return start.kind === 'normal' ? () => random.normal(0, start.std) : () => random.truncatedNormal(0, start.std);
}

/** Each entry's part of the flat vector `params` [total], still flat [size], in the order of the layout. */
export function sliceParameters(layout: ParameterLayout, params: Value): Value[] {
  invariant(sizeOf(params.shape) === layout.total, `parameters: [${params.shape}] instead of [${layout.total}]`);
  return layout.entries.map(({ offset, size }) => slice(params, 0, offset, offset + size));
}

/**
 * Flat parts as values of their own shapes, by name.
 *
 * Differentiate by the flat parts and join the results with `packParameters`: the gradient of a slice of the whole
 * vector would be a vector of zeros as long as all parameters, once for each of a hundred parts.
 */
export function shapeParameters(layout: ParameterLayout, parts: readonly Value[]): ParameterValues {
  return Object.fromEntries(layout.entries.map(({ name, shape }, i) => [name, reshape(parts[i]!, shape)]));
}

/** The parameters as values of their own shapes, cut from the flat vector `params` [total]. */
export function unpackParameters(layout: ParameterLayout, params: Value): ParameterValues {
  return shapeParameters(layout, sliceParameters(layout, params));
}

/** One flat vector [total] of flat parts given in the order of the layout, for example their gradients. */
export function packParameters(layout: ParameterLayout, parts: readonly Value[]): Value {
  invariant(parts.length === layout.entries.length, 'packParameters: one value for each entry is needed');
  return concat(parts, 0);
}

/** The part of a flat vector that belongs to one entry. */
export function parameterOf(layout: ParameterLayout, flat: Float32Array, name: string): Float32Array {
  const entry = layout.entries.find((e) => e.name === name);
  invariant(entry, `there is no parameter ${name}`);
  return flat.subarray(entry.offset, entry.offset + entry.size);
}
