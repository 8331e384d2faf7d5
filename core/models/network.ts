/** The trained network of a configuration, whatever its method, as a graph. */
import { invariant } from '../base/errors.ts';
import { cast, input, type Value } from '../graph/index.ts';
import type { Parameters } from './layers.ts';
import { trainingMethods } from './methods/index.ts';
import type { AttendedLogits, NetworkInputs } from './methods/training-method.ts';
import type { NetworkConfig } from './network-config.ts';
import { type ParameterValues, parameterLayout, unpackParameters } from './parameters.ts';

/** How stored features reach the graph: float16, as they are stored, unless a check needs them exact. */
export type KeptDType = 'float16' | 'float32';

/** The method's inputs for a batch as graph inputs of the same names; features are cast to float32 behind them. */
export function networkInputs(config: NetworkConfig, batch: number, kept: KeptDType = 'float16'): NetworkInputs {
  const inputs = Object.entries(trainingMethods[config.method].inputs(config, batch));
  return Object.fromEntries(
    inputs.map(([name, { shape, dtype }]) => [
      name,
      cast(input(name, shape, dtype === 'float16' ? kept : dtype), 'float32'),
    ]),
  );
}

/**
 * Logits [B, C].
 *
 * @param params the flat vector [total], or its parts from `unpackParameters` (differentiate by those)
 */
export function networkLogits(config: NetworkConfig, params: Value | ParameterValues, inputs: NetworkInputs): Value {
  return trainingMethods[config.method].logits(config, parametersOf(config, params), inputs);
}

/** As `networkLogits`, with the attention behind them; for methods with evidence. */
export function attendedLogits(
  config: NetworkConfig,
  params: Value | ParameterValues,
  inputs: NetworkInputs,
): AttendedLogits {
  const { evidence } = trainingMethods[config.method];
  invariant(evidence, `${config.method} attends to no place of the image and so has no evidence`);
  return evidence(config, parametersOf(config, params), inputs);
}

function parametersOf(config: NetworkConfig, params: Value | ParameterValues): Parameters {
  const values = isValue(params) ? unpackParameters(parameterLayout(config), params) : params;
  return (name) => {
    const value = values[name];
    invariant(value, `there is no parameter ${name}`);
    return value;
  };
}

function isValue(params: Value | ParameterValues): params is Value {
  return Array.isArray(params.shape);
}
