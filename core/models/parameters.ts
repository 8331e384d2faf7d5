/**
 * The trained parameters as one flat float32 vector with a table of what lies where.
 *
 * One vector makes the optimiser, clipping, checkpoints and the database blob trivial. The names are those of
 * PyTorch modules, so that reference implementations can be compared tensor by tensor. Which there are, each method says
 * (methods/).
 *
 * Vectors are stored with these names and shapes and found again by them (stored-weights.ts). So the order is free, but a
 * name means what it meant: one that comes to mean something else raises `weightLayoutVersion` of the contract.
 */
import { invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { sizeOf, type Tensor } from '../base/tensor.ts';
import { concat, reshape, slice, type Value } from '../graph/index.ts';
import type { Initialiser, ParameterSpec } from './layers.ts';
import { trainingMethods } from './methods/index.ts';
import { memberCount, memberOf, memberPrefixes, type NetworkConfig } from './network-config.ts';

/** A parameter with its place in the flat vector. */
export interface ParameterEntry extends ParameterSpec {
  /** First element in the flat vector, and number of elements. */
  readonly offset: number;
  readonly size: number;
}

export interface ParameterLayout {
  readonly entries: readonly ParameterEntry[];
  /** Elements of the flat vector: the number of learnable parameters. */
  readonly total: number;
}

/** Each parameter as a graph value of its own shape. */
export type ParameterValues = Readonly<Record<string, Value>>;

/** The table of a network's parameters; of several members one after the other, names beginning with `members.<k>.`. */
export function parameterLayout(config: NetworkConfig): ParameterLayout {
  const specs = trainingMethods[config.method].layout(memberOf(config));
  let total = 0;
  const entries = memberPrefixes(config).flatMap((prefix) =>
    specs.map((spec) => {
      const offset = total;
      const size = sizeOf(spec.shape);
      total += size;
      return { ...spec, name: `${prefix}${spec.name}`, offset, size };
    }),
  );
  return { entries, total };
}

/** The vector of a network [total] from those of its members, each as long as the layout of one. */
export function joinMembers(config: NetworkConfig, members: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const { total } = parameterLayout(memberOf(config));
  invariant(
    members.length === memberCount(config) && members.every(({ length }) => length === total),
    `members: ${members.map(({ length }) => length).join(', ')} numbers instead of ${memberCount(config)} times ${total}`,
  );
  const joined = new Float32Array(members.length * total);
  for (const [k, member] of members.entries()) joined.set(member, k * total);
  return joined;
}

/** The vectors of a network's members, cut from its own [total] without a copy. */
export function splitMembers(config: NetworkConfig, params: Float32Array): Float32Array[] {
  const { total } = parameterLayout(memberOf(config));
  invariant(params.length === memberCount(config) * total, `members: ${params.length} numbers in all`);
  return Array.from({ length: memberCount(config) }, (_, k) => params.subarray(k * total, (k + 1) * total));
}

/**
 * The starting parameters, [total]. Every entry draws from its own stream, named like it, so that another layer or
 * class moves no other parameter.
 *
 * @param encoder the LPM's weights at the input size (`encoderWeights`): where methods that train the LPM start from
 */
export function initialiseParameters(
  config: NetworkConfig,
  random: Random,
  encoder?: (name: string) => Tensor<'float32'>,
): Float32Array<ArrayBuffer> {
  const { entries, total } = parameterLayout(config);
  const { initial } = trainingMethods[config.method];
  const flat = new Float32Array(total);
  const perMember = entries.length / memberCount(config);
  for (const [i, { name, offset, size, start }] of entries.entries()) {
    const prefix = memberPrefixes(config)[Math.floor(i / perMember)] as string;
    const given = encoder && initial?.(memberOf(config), name.slice(prefix.length), encoder);
    if (given !== undefined) {
      flat.set(given, offset);
      continue;
    }
    const draw = sampler(start, random.fork(name));
    for (let i = 0; i < size; i++) flat[offset + i] = draw();
  }
  return flat;
}

function sampler(start: Initialiser, random: Random): () => number {
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
  // As rows of one: a gradient that was summed over a batch comes as one, and stays what it is.
  const rows = parts.map((part) => reshape(part, [1, -1]));
  return reshape(concat(rows, 1), [layout.total]);
}

/** The part of a flat vector that belongs to one entry. */
export function parameterOf(layout: ParameterLayout, flat: Float32Array, name: string): Float32Array {
  const entry = layout.entries.find((e) => e.name === name);
  invariant(entry, `there is no parameter ${name}`);
  return flat.subarray(entry.offset, entry.offset + entry.size);
}
