/**
 * What the methods have in common whose network is the LPM itself, with some of it trained and a Linear layer on its final class token (or what is its
 * summary of the image).
 *
 *     image [B,C,s,s] --encoder, changed--> class token [B,D] --head--> logits [B,C]
 *
 * The network is the LPM's own encoder graph. The weights that are trained are cut from the flat parameter vector, where they are called
 * `encoder.<weight>`; the others stay weights of the graph, which an engine is given once, when it compiles: they are in no vector, no optimiser and
 * no checkpoint ([ADR 340](../../../docs/adr/0340-frozen-weights-stay-with-the-engine.md)). Three things follow from that graph and change nothing that
 * can be computed: position embeddings are those of the input's grid (resized once, then trained there where they are, as timm does), the
 * bias of the patch projection is part of them, and a LayerScale is part of the projection before it. Queries are trained in the usual scale: the encoder
 * takes them divided by √d, and one step of AdamW would turn them √d times as far as the keys.
 */
import { invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { type Graph, mul, replaceWeights, type Value } from '../../graph/index.ts';
import { buildLpmEncoder, type EncoderOptions } from '../encoder.ts';
import type { EncoderChanges } from '../encoder-changes.ts';
import { dense, linearEntries, type ParameterSpec, type Parameters, vitStart } from '../layers.ts';
import type { LpmConfig } from '../lpm-config.ts';
import type { NetworkConfig } from '../network-config.ts';
import {
  type AttendedLogits,
  imageInput,
  inputOf,
  type NetworkInputs,
  type TrainingMethod,
} from './training-method.ts';

const prefix = 'encoder.';
const query = /\.q\.(weight|bias)$|(^|\.)pool\.query$/;

interface LpmMethod {
  /** How much of the LPM is trained. */
  readonly runsLpm: NonNullable<TrainingMethod['runsLpm']>;
  /** Whether a weight of the encoder's graph is trained; none is where left out. */
  readonly isTrained?: (lpm: LpmConfig, config: NetworkConfig, weight: string) => boolean;
  /** Parameters besides those and the head's. */
  readonly added?: (lpm: LpmConfig, config: NetworkConfig) => ParameterSpec[];
  /** What the encoder does otherwise. Names of weights follow from it, so it is asked for before there are parameters, too. */
  readonly changes?: (lpm: LpmConfig, config: NetworkConfig, p: Parameters) => EncoderChanges;
}

/** The method that `own` and the LPM's encoder make together. */
export function lpmMethod({ runsLpm, isTrained, added, changes }: LpmMethod): TrainingMethod {
  const graphOf = (config: NetworkConfig, batch: number, p: Parameters, attention = false): Graph => {
    const lpm = lpmOf(config);
    const changed = changes?.(lpm, config, p);
    return encoderGraph(lpm, config, batch, {
      ...(changed === undefined ? {} : { changes: changed }),
      ...(attention ? { summaryAttention: true } : {}),
    });
  };
  /** Logits, and with `attention` how the summary was drawn. */
  const network = (config: NetworkConfig, p: Parameters, inputs: NetworkInputs, attention: boolean): AttendedLogits => {
    const image = inputOf(config, inputs, 'image');
    const lpm = lpmOf(config);
    const graph = graphOf(config, image.shape[0] as number, p, attention);
    const weightOf = (weight: Value): Value => {
      const { name = '' } = weight;
      if (isTrained?.(lpm, config, name) !== true) return frozenWeight(image, weight);
      const value = p(`${prefix}${name}`);
      return query.test(name) ? mul(value, 1 / queryScale(config)) : value;
    };
    const outputs = replaceWeights(graph, weightOf, { pixel_values: image });
    const { class_token: token, summary_attention: drawn } = outputs;
    return { logits: dense(p, 'head', token as Value), attention: drawn === undefined ? [] : [drawn] };
  };
  return {
    features: null,
    layers: 'half',
    imageSize: (_, inputSize) => inputSize,
    layout: (config) => {
      const lpm = lpmOf(config);
      return [
        ...(isTrained === undefined
          ? []
          : weightEntries(graphOf(config, 1, noneYet).weights, (name) => isTrained(lpm, config, name))),
        ...(added?.(lpm, config) ?? []),
        ...linearEntries('head', config.classes, config.lpm.width),
      ];
    },
    inputs: (config, batch) => ({ image: imageInput(config, batch) }),
    logits: (config, p, inputs) => network(config, p, inputs, false).logits,
    evidence: { attends: 'summary', network: (config, p, inputs) => network(config, p, inputs, true) },
    ...(isTrained === undefined ? {} : { initial: encoderStart }),
    runsLpm,
    microBatches: true,
  };
}

function lpmOf({ method, encoder }: NetworkConfig): LpmConfig {
  invariant(encoder, `${method} needs the whole configuration of the LPM`);
  return encoder;
}

/** The encoder up to its final class token, of images [batch, 3, s, s]. Attention in one piece: training keeps all of it anyway. */
function encoderGraph(
  lpm: LpmConfig,
  config: NetworkConfig,
  batch: number,
  options: Pick<EncoderOptions, 'changes' | 'summaryAttention'>,
): Graph {
  return buildLpmEncoder(lpm, {
    batch,
    height: config.sideSize,
    width: config.sideSize,
    layers: [],
    tokenRatio: 1,
    tokens: 'global',
    keysValues: false,
    classToken: true,
    scoreBudget: Number.MAX_SAFE_INTEGER,
    ...options,
  });
}

/** Methods that train weights of the encoder change it by no parameter: their layout is made from its graph. */
const noneYet: Parameters = (name) => {
  throw new Error(`${name} is asked for before there are parameters`);
};

/** The trained ones of the encoder's weights, in the order of its graph. */
function weightEntries(weights: readonly Value[], isTrained: (name: string) => boolean): ParameterSpec[] {
  return weights
    .filter(({ name = '' }) => isTrained(name))
    .map(({ name = '', shape }) => ({ name: `${prefix}${name}`, shape, start: vitStart }));
}

/** Frozen weights by the image that they are applied to: networks in one graph that read the same image share them. */
const frozenWeights = new WeakMap<Value, Map<string, Value>>();

function frozenWeight(image: Value, weight: Value): Value {
  const known = frozenWeights.get(image) ?? new Map<string, Value>();
  frozenWeights.set(image, known);
  const first = known.get(weight.name ?? '') ?? weight;
  known.set(weight.name ?? '', first);
  return first;
}

/** The LPM's own weights, queries in the usual scale. */
function encoderStart(
  config: NetworkConfig,
  name: string,
  weights: (name: string) => Tensor<'float32'>,
): Float32Array | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const { data } = weights(name.slice(prefix.length));
  return query.test(name) ? data.map((x) => x * queryScale(config)) : data;
}

/** √d: what queries are divided by, d being the width of a head. */
export function queryScale({ lpm }: Pick<NetworkConfig, 'lpm'>): number {
  return Math.sqrt(lpm.width / lpm.heads);
}
