/** What an LPM may be asked for, once for each: how it is kept on the disk, and how a batch of it reaches a network. */
import { invariant } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { ChannelStatistics, Method, TokenRule } from '../../contract/index.ts';
import type { RangeRule, SampleRanges } from '../../images/index.ts';
import {
  keysValuesBytes,
  type LayerChoice,
  type LpmConfig,
  type LpmFeatures,
  methodLayers,
  type NetworkConfig,
  tokenCounts,
  trainingMethods,
} from '../../models/index.ts';
import { keyedRanges } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';

/** Raised when rendering, resizing or encoding changes in a way that changes the numbers: older features are then not used. */
const pipelineVersion = 1;

/** Everything that decides what the features are. */
export interface FeatureSettings {
  readonly inputSize: number;
  readonly tokens: TokenRule;
  readonly tokenRatio: number;
  readonly layers: readonly number[];
  /** The rule that draws pictures whose samples are open. */
  readonly rule: RangeRule;
}

/** What decides the numbers of a store, by name: its folder is a hash of it. */
type StoreKey = Readonly<Record<string, unknown>>;

/** A thing that an LPM gives for an image; its records are called as it is. */
interface FeatureKind {
  readonly storeKey: (context: ServiceContext, settings: FeatureSettings, statistics: ChannelStatistics) => StoreKey;
  /** Bytes of one image's record. */
  readonly recordBytes: (lpm: LpmConfig, settings: Omit<FeatureSettings, 'rule'>) => number;
  /** Its name among measured times: what is asked for at one input size, and how much of it. */
  readonly name: (settings: Pick<FeatureSettings, 'tokens' | 'tokenRatio'>, layers: LayerChoice) => string;
  /** The network's inputs of one batch of records. */
  readonly inputs: (config: NetworkConfig, records: readonly Uint8Array[]) => Readonly<Record<string, Tensor>>;
}

export const featureKinds: Readonly<Record<LpmFeatures, FeatureKind>> = {
  keysValues: {
    storeKey: (context, { inputSize, tokens, tokenRatio, layers, rule }, statistics) => ({
      pipelineVersion,
      inputSize,
      ...statistics,
      tokens,
      tokenRatio,
      layers,
      ...precisionKey(context),
      ...rangesKey(rule),
    }),
    recordBytes: keysValuesBytes,
    name: ({ tokens, tokenRatio }, layers) => `keys and values (${layers}, ${tokens}, ${tokenRatio})`,
    inputs: stackKeysValues,
  },
  /** The final class token depends on neither token rule nor layers. */
  classToken: {
    storeKey: (context, { inputSize, rule }, statistics) => ({
      pipelineVersion,
      inputSize,
      ...statistics,
      output: 'classToken',
      ...precisionKey(context),
      ...rangesKey(rule),
    }),
    recordBytes: (lpm) => 4 * lpm.width,
    name: () => 'class token',
    inputs: stackClassTokens,
  },
  /** No token is chosen, so the token rule is not asked. At 512 px 1.2 MB an image for three layers of the LPM in the box, 6.3 MB of a ViT-L/16. */
  allTokens: {
    storeKey: (context, { inputSize, layers, rule }, statistics) => ({
      pipelineVersion,
      inputSize,
      ...statistics,
      output: 'allTokens',
      layers,
      ...precisionKey(context),
      ...rangesKey(rule),
    }),
    recordBytes: (lpm, { inputSize, layers }) =>
      2 * layers.length * lpm.width * tokenCounts(lpm, inputSize, inputSize).all,
    name: (_, layers) => `all tokens (${layers})`,
    inputs: stackAllTokens,
  },
};

/** What a training or model of `method` asks of the LPM: nothing, or one kind of features. */
export function featuresOf(method: Method): readonly LpmFeatures[] {
  const { features } = trainingMethods[method];
  return features === null ? [] : [features];
}

/** Bytes that one image's features take for `method`; 0 where it asks for none. */
export function featureBytes(
  lpm: LpmConfig,
  method: Method,
  settings: Omit<FeatureSettings, 'layers' | 'rule'>,
): number {
  const all = { ...settings, layers: methodLayers(lpm, method) };
  return featuresOf(method).reduce((bytes, kind) => bytes + featureKinds[kind].recordBytes(lpm, all), 0);
}

/** Features of half-precision products differ in the third digit: they are kept apart from the others. */
function precisionKey({ precision }: ServiceContext): { precision?: 'f16' } {
  return precision === 'f16' ? { precision } : {};
}

/** Features of pictures that a data set's ranges drew are kept apart from those that were drawn without. */
function rangesKey(rule: RangeRule): { ranges?: SampleRanges } {
  const ranges = keyedRanges(rule);
  return ranges === null ? {} : { ranges };
}

/** Batch tensors `keys`, `values` [L, B, H, T, d] of records that hold keys [L, H, T, d] and then values. */
function stackKeysValues(config: NetworkConfig, records: readonly Uint8Array[]): Record<'keys' | 'values', Tensor> {
  const batch = records.length;
  const shape = trainingMethods[config.method].inputs(config, batch)['keys']?.shape ?? [];
  const block = config.tokens * config.lpm.width;
  const total = config.layers * block;
  const keys = new Uint16Array(batch * total);
  const values = new Uint16Array(batch * total);
  records.forEach((bytes, b) => {
    const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    invariant(bits.length === 2 * total, `examples: a record has ${bits.length} numbers instead of ${2 * total}`);
    for (let l = 0; l < config.layers; l++) {
      const to = (l * batch + b) * block;
      keys.set(bits.subarray(l * block, (l + 1) * block), to);
      values.set(bits.subarray(total + l * block, total + (l + 1) * block), to);
    }
  });
  return { keys: { dtype: 'float16', shape, data: keys }, values: { dtype: 'float16', shape, data: values } };
}

/** The batch tensor `class_token` [B, D] of records that hold one [D] each. */
function stackClassTokens({ lpm }: NetworkConfig, records: readonly Uint8Array[]): Record<'class_token', Tensor> {
  const data = new Float32Array(records.length * lpm.width);
  records.forEach((bytes, b) => {
    data.set(new Float32Array(bytes.buffer, bytes.byteOffset, lpm.width), b * lpm.width);
  });
  return { class_token: float32([records.length, lpm.width], data) };
}

/** The batch tensor `all_tokens` float16 [B, L, N, D] of records that hold one [L, N, D] each. */
function stackAllTokens(
  { lpm, layers, tokens }: NetworkConfig,
  records: readonly Uint8Array[],
): Record<'all_tokens', Tensor> {
  const total = layers * tokens * lpm.width;
  const data = new Uint16Array(records.length * total);
  records.forEach((bytes, b) => {
    const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    invariant(bits.length === total, `examples: a record has ${bits.length} numbers instead of ${total}`);
    data.set(bits, b * total);
  });
  return { all_tokens: { dtype: 'float16', shape: [records.length, layers, tokens, lpm.width], data } };
}
