/** What an LPM may be asked for, once for each: how it is kept on the disk, and how a batch of it reaches a network. */
import { AppError, invariant } from '../../base/errors.ts';
import { type ChannelShape, int8RecordBytes } from '../../base/int8-channels.ts';
import { float32, sizeOf, type Tensor } from '../../base/tensor.ts';
import {
  type ChannelStatistics,
  type KeptFeatures,
  type Method,
  methods,
  type ReadingPrecision,
  type TokenRule,
} from '../../contract/index.ts';
import { bytesIn, type RecordBlocks } from '../../disk/index.ts';
import type { RangeRule, SampleRanges } from '../../images/index.ts';
import {
  keptTokens,
  keysValuesBytes,
  type LayerChoice,
  type LpmConfig,
  type LpmFeatures,
  largestOf,
  methodLayers,
  type NetworkConfig,
  type StoredInput,
  storedInputs,
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
  /** Of the LPM's pass; as the session computes where left out. */
  readonly precision?: ReadingPrecision | undefined;
  /** How features of many tokens are kept; as 16-bit floats where left out. */
  readonly keptAs?: KeptFeatures | undefined;
}

/** What decides the numbers of a store, by name: its folder is a hash of it. */
type StoreKey = Readonly<Record<string, unknown>>;

/** A thing that an LPM gives for an image; its records are called as it is. */
interface FeatureKind {
  readonly storeKey: (context: ServiceContext, settings: FeatureSettings, statistics: ChannelStatistics) => StoreKey;
  /** Bytes of one image's record, where nothing is kept in 8 bits. */
  readonly usualBytes: (lpm: LpmConfig, settings: Omit<FeatureSettings, 'rule'>) => number;
  /** How its numbers are cut into channels, so that it can be kept in 8 bits; null where there is one number a channel. */
  readonly channels: ((lpm: LpmConfig, settings: Omit<FeatureSettings, 'rule'>) => ChannelShape) | null;
  /** Its name among measured times: what is asked for at one input size, and how much of it. */
  readonly name: (settings: Pick<FeatureSettings, 'tokens' | 'tokenRatio'>, layers: LayerChoice) => string;
  /** Where a record goes in the network's inputs of a batch, piece by piece, in the order of its bytes. */
  readonly blocks: (config: NetworkConfig, batch: number) => readonly RecordBlocks[];
}

export const featureKinds: Readonly<Record<LpmFeatures, FeatureKind>> = {
  keysValues: {
    storeKey: (context, { inputSize, tokens, tokenRatio, layers, rule, precision, keptAs }, statistics) => ({
      pipelineVersion,
      inputSize,
      ...statistics,
      tokens,
      tokenRatio,
      layers,
      ...precisionKey(context, precision),
      ...keptKey(keptAs),
      ...rangesKey(rule),
    }),
    usualBytes: keysValuesBytes,
    channels: (lpm, { inputSize, tokenRatio }) => ({
      tokens: keptTokens(lpm, inputSize, inputSize, tokenRatio),
      channels: lpm.width / lpm.heads,
    }),
    name: ({ tokens, tokenRatio }, layers) => `keys and values (${layers}, ${tokens}, ${tokenRatio})`,
    blocks: keysValuesBlocks,
  },
  /** The final class token depends on neither token rule nor layers. */
  classToken: {
    storeKey: (context, { inputSize, rule, precision }, statistics) => ({
      pipelineVersion,
      inputSize,
      ...statistics,
      output: 'classToken',
      ...precisionKey(context, precision),
      ...rangesKey(rule),
    }),
    usualBytes: (lpm) => 4 * lpm.width,
    channels: null,
    name: () => 'class token',
    blocks: ({ lpm }) => [wholeRecord('class_token', 4 * lpm.width)],
  },
  /** No token is chosen, so the token rule is not asked. At 512 px 1.2 MB an image for three layers of the LPM in the box, 6.3 MB of a ViT-L/16. */
  allTokens: {
    storeKey: (context, { inputSize, layers, rule, precision, keptAs }, statistics) => ({
      pipelineVersion,
      inputSize,
      ...statistics,
      output: 'allTokens',
      layers,
      ...precisionKey(context, precision),
      ...keptKey(keptAs),
      ...rangesKey(rule),
    }),
    usualBytes: (lpm, { inputSize, layers }) =>
      2 * layers.length * lpm.width * tokenCounts(lpm, inputSize, inputSize).all,
    name: (_, layers) => `all tokens (${layers})`,
    channels: (lpm, { inputSize }) => ({
      tokens: tokenCounts(lpm, inputSize, inputSize).all,
      channels: lpm.width,
    }),
    blocks: ({ lpm, layers, tokens, keptAs }) =>
      keptAs === undefined
        ? [wholeRecord('all_tokens', 2 * layers * tokens * lpm.width)]
        : [
            wholeRecord('all_tokens', layers * tokens * lpm.width),
            wholeRecord(largestOf('all_tokens'), 2 * layers * lpm.width),
          ],
  },
};

/** How a kind's numbers are cut into channels where these settings keep them in 8 bits; undefined where they are kept as the LPM gives them. */
export function int8Channels(
  kind: LpmFeatures,
  lpm: LpmConfig,
  settings: Omit<FeatureSettings, 'rule'>,
): ChannelShape | undefined {
  return settings.keptAs === undefined ? undefined : featureKinds[kind].channels?.(lpm, settings);
}

/** Bytes of one image's record. */
export function recordBytes(kind: LpmFeatures, lpm: LpmConfig, settings: Omit<FeatureSettings, 'rule'>): number {
  const usual = featureKinds[kind].usualBytes(lpm, settings);
  const shape = int8Channels(kind, lpm, settings);
  return shape === undefined ? usual : int8RecordBytes(usual / 2, shape);
}

/** What a training or model of `method` asks of the LPM: nothing, or one kind of features. */
export function featuresOf(method: Method): readonly LpmFeatures[] {
  const { features } = trainingMethods[method];
  return features === null ? [] : [features];
}

/** Whether what a method asks of the LPM can be kept in 8 bits. */
export function hasChannels(method: Method): boolean {
  return featuresOf(method).some((kind) => featureKinds[kind].channels !== null);
}

/**
 * Refuses to keep in 8 bits what nobody asks for, and what is one number a channel.
 * @param kinds all that is asked for
 * @param who who asks, for the message
 * @throws BAD_INPUT where none of them can be kept so
 */
export function refuseUnkept(keptAs: KeptFeatures | undefined, kinds: readonly LpmFeatures[], who: string): void {
  if (keptAs === undefined || kinds.some((kind) => featureKinds[kind].channels !== null)) return;
  const found =
    kinds.length === 0
      ? `${who} keeps none`
      : `${who} keeps one number a channel, and with a scale 8 bits would be more`;
  throw new AppError('BAD_INPUT', `--features ${keptAs} is about features of many tokens; ${found}.`, {
    action: `Leave --features out, or choose a method that keeps such: ${methods.filter(hasChannels).join(', ')}.`,
  });
}

/**
 * Refuses to keep in 8 bits what that does not make smaller: of one or two tokens the largest number of each channel takes as much as is saved.
 * @throws BAD_INPUT with both sizes
 */
export function refuseLarger(
  methods: readonly Method[],
  lpm: LpmConfig,
  { inputSize, tokens, tokenRatio, keptAs }: Omit<FeatureSettings, 'layers' | 'rule'>,
): void {
  const asked = methods.flatMap((method) => {
    const settings = { inputSize, tokens, tokenRatio, layers: methodLayers(lpm, method) };
    return featuresOf(method).map((kind) => [kind, settings] as const);
  });
  for (const [kind, settings] of asked) {
    const [kept, usual] = [keptAs, undefined].map((as) => recordBytes(kind, lpm, { ...settings, keptAs: as })) as [
      number,
      number,
    ];
    if (int8Channels(kind, lpm, { ...settings, keptAs }) === undefined || kept < usual) continue;
    throw new AppError(
      'BAD_INPUT',
      `--features ${keptAs} would take ${kept} bytes an image, and 16-bit floats take ${usual}: with so few tokens kept, a scale takes as much as is saved.`,
      { action: 'Leave --features out, or keep more tokens with --token-ratio.' },
    );
  }
}

/** Bytes that one image's features take for `method`; 0 where it asks for none. */
export function featureBytes(
  lpm: LpmConfig,
  method: Method,
  settings: Omit<FeatureSettings, 'layers' | 'rule'>,
): number {
  const all = { ...settings, layers: methodLayers(lpm, method) };
  return featuresOf(method).reduce((bytes, kind) => bytes + recordBytes(kind, lpm, all), 0);
}

/** Features of half-precision and of 8-bit products differ from the others in the third digit: they are kept apart. */
function precisionKey(
  session: ServiceContext,
  precision: ReadingPrecision | undefined,
): { precision?: 'f16' | ReadingPrecision } {
  if (precision !== undefined) return { precision };
  return session.precision === 'f16' ? { precision: 'f16' } : {};
}

/** Features in 8 bits are kept apart from those of 16, which are where they were before there was a choice. */
function keptKey(keptAs: KeptFeatures | undefined): { keptAs?: KeptFeatures } {
  return keptAs === undefined ? {} : { keptAs };
}

/** Features of pictures that a data set's ranges drew are kept apart from those that were drawn without. */
function rangesKey(rule: RangeRule): { ranges?: SampleRanges } {
  const ranges = keyedRanges(rule);
  return ranges === null ? {} : { ranges };
}

/**
 * Empty tensors of inputs of a batch, as they are kept: features in 16 bits or 8, which the graph makes float32.
 * @param memoryOf the memory of so many bytes; where left out this thread's own, otherwise what threads share
 */
export function emptyInputs(
  inputs: Readonly<Record<string, StoredInput>>,
  memoryOf: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes),
): Record<string, Tensor> {
  const tensorOf = ({ shape, dtype }: StoredInput): Tensor => {
    if (dtype === 'float16') return { dtype, shape, data: new Uint16Array(memoryOf(2 * sizeOf(shape))) };
    if (dtype === 'int8') return { dtype, shape, data: new Int8Array(memoryOf(sizeOf(shape))) };
    return float32(shape, new Float32Array(memoryOf(4 * sizeOf(shape))));
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, one]): [string, Tensor] => [name, tensorOf(one)]));
}

/** A network's inputs of one batch of records of a kind; an image that it reads besides is not among them. */
export function featureInputs(
  kind: LpmFeatures,
  config: NetworkConfig,
  records: readonly Uint8Array[],
): Readonly<Record<string, Tensor>> {
  const { image: _, ...inputs } = emptyInputs(storedInputs(config, records.length));
  records.forEach((record, b) => {
    writeRecord(featureKinds[kind].blocks(config, records.length), record, inputs, b);
  });
  return inputs;
}

/** Writes a record to its places in the network's inputs of a batch, as example `b`. */
export function writeRecord(
  blocks: readonly RecordBlocks[],
  record: Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  b: number,
): void {
  const total = bytesIn(blocks);
  invariant(record.byteLength === total, `examples: a record has ${record.byteLength} bytes instead of ${total}`);
  let at = 0;
  for (const { input, bytes, count, apart, step } of blocks) {
    const to = bytesOf(inputs[input]);
    for (let i = 0; i < count; i++, at += bytes) to.set(record.subarray(at, at + bytes), b * step + i * apart);
  }
}

/** The bytes of a tensor, sharing its memory. */
export function bytesOf(tensor: Tensor | undefined): Uint8Array {
  invariant(tensor !== undefined, 'examples: the network does not read what is stored');
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * A record of keys [L, H, T, d] and then values, into `keys`, `values` [L, B, H, T, d]; in 8 bits then the largest of each channel of keys [L, H, d]
 * and of values, into [L, B, H, 1, d].
 */
function keysValuesBlocks({ tokens, lpm, layers, keptAs }: NetworkConfig, batch: number): RecordBlocks[] {
  const inputs = ['keys', 'values'];
  const ofLayers = (input: string, bytes: number): RecordBlocks => {
    return { input, bytes, count: layers, apart: batch * bytes, step: bytes };
  };
  if (keptAs === undefined) return inputs.map((input) => ofLayers(input, 2 * tokens * lpm.width));
  return [
    ...inputs.map((input) => ofLayers(input, tokens * lpm.width)),
    ...inputs.map((input) => ofLayers(largestOf(input), 2 * lpm.width)),
  ];
}

/** A record that lies in one piece: `input` has the batch as its first axis. */
function wholeRecord(input: string, bytes: number): RecordBlocks {
  return { input, bytes, count: 1, apart: 0, step: bytes };
}
