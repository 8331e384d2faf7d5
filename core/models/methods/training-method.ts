/** What a method is: everything that the rest of the program asks of it. One object each, listed in index.ts. */
import { invariant } from '../../base/errors.ts';
import type { Shape, Tensor } from '../../base/tensor.ts';
import type { SizeName } from '../../contract/index.ts';
import type { Value } from '../../graph/index.ts';
import type { ParameterSpec, Parameters } from '../layers.ts';
import type { LpmConfig } from '../lpm-config.ts';
import type { NetworkConfig } from '../network-config.ts';

/**
 * What the frozen LPM gives for an image, computed once and kept on disk:
 * - `keysValues`: keys and values of the important tokens, float16 [L, H, T, d] each;
 * - `classToken`: its final class token, or what it says of the whole image where it has none (summary.ts), float32 [D];
 * - `allTokens`: every token as some layers leave it, before any norm, float16 [L, N, D].
 */
export type LpmFeatures = 'keysValues' | 'classToken' | 'allTokens';

/**
 * Which layers of the LPM are read: all; the last half; or three, after a half, three quarters and all of the blocks. Of the LPM's depth these
 * keep what a middle layer still knows of a place, and what the last one knows of the whole.
 */
export type LayerChoice = 'half' | 'all' | 'three';

/** A graph input of a network: float16 where it is stored so. */
export interface NetworkInput {
  readonly shape: Shape;
  readonly dtype: 'float32' | 'float16';
}

/** A network's inputs by name, all float32: those of its method, and `dropout_mask` (0 or 2) in training. */
export type NetworkInputs = Readonly<Record<string, Value>>;

/**
 * Logits [B, C], and how the P prompts or queries attend to the T tokens that they are given, [L, B, H, P, T], rows summing to 1: one value, or several
 * of successive layers, or of successive images of a layer, as they were computed. L is 1 where a method mixes the layers before it attends, H where its
 * queries are not split into heads.
 * One layer may come without its axis, [B, H, P, T], as it stands in the network: reshaped, it would be a value that the logits are not computed from.
 */
export interface AttendedLogits {
  readonly logits: Value;
  readonly attention: readonly Value[];
}

/** What looks at the image where a method has evidence. */
export interface Evidence {
  /** Learned prompts, the learned queries of a probe, or what draws the LPM's summary of the image (summary.ts). */
  readonly attends: 'prompts' | 'queries' | 'summary';
  /**
   * The same logits as the method's and the attention behind them; left out where the network reads the summary that the frozen LPM gave beforehand,
   * and so what attends is the LPM (`buildEvidence`).
   */
  readonly network?: (config: NetworkConfig, p: Parameters, inputs: NetworkInputs) => AttendedLogits;
}

/** The learning rate of most methods on some hundred images. */
export const usualRate = 1e-3;

export interface TrainingMethod {
  /** What is asked of the LPM; null where it is not run beforehand. */
  readonly features: LpmFeatures | null;
  /** The layers of the LPM that features come from. A side network has a block for each, with features or without. */
  readonly layers: LayerChoice;
  /** Side of the network's own image in pixels; null where it reads none. */
  readonly imageSize: (lpm: LpmConfig, inputSize: number) => number | null;
  /** The trained parameters: names, shapes, and how they start. */
  readonly layout: (config: NetworkConfig) => readonly ParameterSpec[];
  /** What the graph reads for a batch of examples. An image is called `image`. */
  readonly inputs: (config: NetworkConfig, batch: number) => Readonly<Record<string, NetworkInput>>;
  /** Logits [B, C]. */
  readonly logits: (config: NetworkConfig, p: Parameters, inputs: NetworkInputs) => Value;
  /** For methods whose answer hangs on attention to places of the image. */
  readonly evidence?: Evidence;
  /** Shape of the dropout mask; for methods with dropout. */
  readonly dropoutMask?: (config: NetworkConfig, batch: number) => Shape;
  /**
   * The starting value of a parameter that the LPM gives, undefined for the others; for methods that start from the LPM.
   * @param weights the encoder's weights at the input size (`encoderWeights`)
   */
  readonly initial?: (
    config: NetworkConfig,
    name: string,
    weights: (name: string) => Tensor<'float32'>,
  ) => Float32Array | undefined;
  /**
   * The network has the LPM in it and is made from its whole configuration. `trained`: every weight of it is, and nothing needs more memory. `partly`:
   * weights that are not trained are weights of the graph, which compiling it needs (`encoderWeights` at the network's size).
   */
  readonly runsLpm?: 'trained' | 'partly';
  /** The learning rate at which it learns well from some hundred images; `usualRate` where left out. */
  readonly rate?: number;
  /** The least that the LPM allows: a verdict on any other method says whether it is better than this one. */
  readonly isSimplest?: true;
  /** An example takes the memory of a run of the LPM: steps are computed in parts of a batch, predictions one by one. */
  readonly microBatches?: true;
}

/** One of a network's inputs. */
export function inputOf(config: NetworkConfig, inputs: NetworkInputs, name: string): Value {
  const value = inputs[name];
  invariant(value, `${config.method} needs the input ${name}`);
  return value;
}

/** A size of the network that its method lets the user choose. */
export function sizeOfMethod(config: NetworkConfig, size: SizeName): number {
  const value = config[size];
  invariant(value, `${config.method} needs its ${size}`);
  return value;
}

/** The network's own images, [B, C, s, s], normalised. */
export function imageInput({ lpm, sideSize }: NetworkConfig, batch: number): NetworkInput {
  return { shape: [batch, lpm.channels, sideSize, sideSize], dtype: 'float32' };
}
