/**
 * Full fine-tuning: every weight of the LPM is trained, and a Linear layer on its final class token (or what is its summary of the image) gives the logits.
 *
 * The network is the LPM's own encoder graph with its weights cut from the flat parameter vector, so one description
 * serves freezing and training. Three things follow from that graph and change nothing that can be computed:
 * position embeddings are those of the input's grid (resized once, then trained there, as timm does), the bias of the
 * patch projection is part of them, and a LayerScale is part of the projection before it. Queries are trained in the
 * usual scale: the encoder takes them divided by √d, and one step of AdamW would turn them √d times as far as the keys.
 * Parameters: the weights of that graph, `encoder.*`, and `head` [C, D]. A baseline: what the memory buys.
 */
import { invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { type Graph, mul, replaceWeights, type Value } from '../../graph/index.ts';
import { buildLpmEncoder } from '../encoder.ts';
import { dense, linearEntries, type ParameterSpec, type Parameters, vitStart } from '../layers.ts';
import type { NetworkConfig } from '../network-config.ts';
import { imageInput, inputOf, type TrainingMethod } from './training-method.ts';

const prefix = 'encoder.';
const query = /\.q\.(weight|bias)$|(^|\.)pool\.query$/;

/** The encoder up to its final class token, of images [batch, 3, s, s]. Attention in one piece: training keeps all of it anyway. */
function encoderGraph(config: NetworkConfig, batch: number): Graph {
  invariant(config.encoder, 'full fine-tuning needs the whole configuration of the LPM');
  return buildLpmEncoder(config.encoder, {
    batch,
    height: config.sideSize,
    width: config.sideSize,
    layers: [],
    tokenRatio: 1,
    tokens: 'global',
    keysValues: false,
    classToken: true,
    scoreBudget: Number.MAX_SAFE_INTEGER,
  });
}

/** The LPM's trained weights, in the order of its graph. */
function encoderEntries(config: NetworkConfig): ParameterSpec[] {
  return encoderGraph(config, 1).weights.map(({ name = '', shape }) => ({
    name: `${prefix}${name}`,
    shape,
    start: vitStart,
  }));
}

/** Logits [B, C] of images [B, 3, s, s], normalised. */
function fullLogits(config: NetworkConfig, p: Parameters, image: Value): Value {
  const weightOf = ({ name = '' }: Value): Value => {
    const value = p(`${prefix}${name}`);
    return query.test(name) ? mul(value, 1 / queryScale(config)) : value;
  };
  const graph = encoderGraph(config, image.shape[0] as number);
  const { class_token: token } = replaceWeights(graph, weightOf, { pixel_values: image });
  return dense(p, 'head', token as Value);
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

function queryScale({ lpm }: NetworkConfig): number {
  return Math.sqrt(lpm.width / lpm.heads);
}

export const full: TrainingMethod = {
  features: null,
  layers: 'half',
  imageSize: (_, inputSize) => inputSize,
  layout: (config) => [...encoderEntries(config), ...linearEntries('head', config.classes, config.lpm.width)],
  inputs: (config, batch) => ({ image: imageInput(config, batch) }),
  logits: (config, p, inputs) => fullLogits(config, p, inputOf(config, inputs, 'image')),
  initial: encoderStart,
  trainsLpm: true,
  microBatches: true,
};
