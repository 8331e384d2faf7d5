/** What the graph of a network reads for a batch, as it is kept on the disk: 16-bit floats, or 8 bits with the largest number of each channel. */
import { int8Steps } from '../base/int8-channels.ts';
import type { Shape } from '../base/tensor.ts';
import { cast, div, input, mul, type Value } from '../graph/index.ts';
import { trainingMethods } from './methods/index.ts';
import type { NetworkConfig } from './network-config.ts';

/** Whether a network reads 16-bit numbers, which can be kept in 8 bits: those of many tokens. */
export function readsHalves(config: NetworkConfig): boolean {
  return Object.values(trainingMethods[config.method].inputs(config, 1)).some(({ dtype }) => dtype === 'float16');
}

/** A graph input as it is kept: float16, or int8 beside the largest number of each of its channels. */
export interface StoredInput {
  readonly shape: Shape;
  readonly dtype: 'float32' | 'float16' | 'int8';
}

/** The input that holds the largest number of each channel of another one, [..., 1, C] for [..., T, C]. */
export function largestOf(name: string): string {
  return `${name}_largest`;
}

/** The shape of one number a channel, of numbers [..., T, C]. */
function channelShape(shape: Shape): Shape {
  return [...shape.slice(0, -2), 1, shape.at(-1) as number];
}

/** The method's inputs for a batch, as they are kept. */
export function storedInputs(config: NetworkConfig, batch: number): Readonly<Record<string, StoredInput>> {
  const { method, keptAs } = config;
  const inputs = trainingMethods[method].inputs(config, batch);
  if (keptAs === undefined) return inputs;
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, one]): [string, StoredInput][] =>
      one.dtype === 'float16'
        ? [
            [name, { shape: one.shape, dtype: keptAs }],
            [largestOf(name), { shape: channelShape(one.shape), dtype: 'float16' }],
          ]
        : [[name, one]],
    ),
  );
}

/** Numbers kept in 8 bits as a graph input [..., T, C], times the scales of their channels: float32. */
export function widenedInput(name: string, shape: Shape): Value {
  const largest = cast(input(largestOf(name), channelShape(shape), 'float16'), 'float32');
  return mul(cast(input(name, shape, 'int8'), 'float32'), div(largest, int8Steps));
}
