/** The trained network of a configuration, whatever its method, as a graph. */
import { invariant } from '../base/errors.ts';
import { add, cast, input, mul, scope, type Value } from '../graph/index.ts';
import type { Parameters } from './layers.ts';
import { trainingMethods } from './methods/index.ts';
import type { NetworkInputs } from './methods/training-method.ts';
import { memberCount, memberOf, memberPrefixes, type NetworkConfig } from './network-config.ts';
import { type ParameterValues, parameterLayout, unpackParameters } from './parameters.ts';
import { widenedInput } from './stored-inputs.ts';

/** How stored features reach the graph: as they are kept, in 16 bits or 8, unless a check needs them exact. */
export type KeptDType = 'asKept' | 'float32';

/** The method's inputs for a batch as graph inputs of the same names (`storedInputs`); features are made float32 behind them. */
export function networkInputs(config: NetworkConfig, batch: number, kept: KeptDType = 'asKept'): NetworkInputs {
  const inputs = Object.entries(trainingMethods[config.method].inputs(config, batch));
  return Object.fromEntries(
    inputs.map(([name, { shape, dtype }]) => {
      const isKept = dtype === 'float16' && kept === 'asKept';
      if (isKept && config.keptAs !== undefined) return [name, widenedInput(name, shape)];
      return [name, cast(input(name, shape, isKept ? dtype : 'float32'), 'float32')];
    }),
  );
}

/**
 * Logits [B, C]; of several members, which read the same inputs, the mean of theirs.
 *
 * @param params the flat vector [total], or its parts from `unpackParameters` (differentiate by those)
 */
export function networkLogits(config: NetworkConfig, params: Value | ParameterValues, inputs: NetworkInputs): Value {
  return meanOf(memberLogits(config, params, inputs));
}

/** Logits [B, C] of each member. */
export function memberLogits(
  config: NetworkConfig,
  params: Value | ParameterValues,
  inputs: NetworkInputs,
): readonly Value[] {
  const { logits } = trainingMethods[config.method];
  return eachMember(config, params, (member, p) => logits(member, p, inputs));
}

/** Logits [B, C] and the attention of each member behind them, [L, B, H, P, T] or [B, H, P, T], as the method gives it: of all layers or of each. */
export interface MembersAttending {
  readonly logits: Value;
  readonly attentions: readonly (readonly Value[])[];
}

/** As `networkLogits`, with the attention behind them; for methods whose own network attends. */
export function attendedLogits(
  config: NetworkConfig,
  params: Value | ParameterValues,
  inputs: NetworkInputs,
): MembersAttending {
  const { network } = trainingMethods[config.method].evidence ?? {};
  invariant(network, `the network of ${config.method} attends to no place of the image`);
  const attended = eachMember(config, params, (member, p) => network(member, p, inputs));
  return {
    logits: meanOf(attended.map(({ logits }) => logits)),
    attentions: attended.map(({ attention }) => attention),
  };
}

/** What `build` makes of each member's configuration and parameters. */
function eachMember<T>(
  config: NetworkConfig,
  params: Value | ParameterValues,
  build: (member: NetworkConfig, p: Parameters) => T,
): T[] {
  const values = isValue(params) ? unpackParameters(parameterLayout(config), params) : params;
  return memberPrefixes(config).map((prefix, k) => {
    const parameters: Parameters = (name) => {
      const value = values[`${prefix}${name}`];
      invariant(value, `there is no parameter ${prefix}${name}`);
      return value;
    };
    const member = memberOf(config);
    return memberCount(config) === 1
      ? build(member, parameters)
      : scope(`members.${k}`, () => build(member, parameters));
  });
}

/** The mean of values of one shape; of one value, itself. */
export function meanOf(values: readonly Value[]): Value {
  const sum = values.reduce((total, value) => add(total, value));
  return values.length === 1 ? sum : mul(sum, 1 / values.length);
}

function isValue(params: Value | ParameterValues): params is Value {
  return Array.isArray(params.shape);
}
