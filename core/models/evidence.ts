/**
 * Where a model looked, and what of it spoke for a class.
 *
 * What looks is a method's prompts or queries at the tokens that they are given; of methods without, the query by which the LPM draws its summary of
 * the image, on which their head stands: the class token's in the last block, or that of an attention pool (summary.ts). That one is computed
 * for its one row anyway, so it takes the memory of a prediction.
 *
 * `attention` is the softmax over the tokens, averaged over the prompts: each row over T sums to 1.
 * It is the same whatever the class. `relevance` is a_t (g_t - g), summed over the prompts, where a is the attention, g_t the
 * gradient of the class's log-odds ln(p / (1 - p)) by a_t, and g the mean of g_t weighted by a. It is the gradient by the
 * score of the token before the softmax. Positive: were this token left out and its attention given to the others, the class
 * would be less probable. For two classes the log-odds is the difference of the two logits; it does not saturate, as the
 * probability does.
 * Source: attention times gradient after Chefer, Gur and Wolf, "Generic attention-model explainability", ICCV 2021, eq. 5,
 * here for one attention. Departure: g is taken off. Attention always sums to 1, so a
 * gradient that all tokens share can change nothing; with it, patches without any say in the answer were highlighted. And of a summary its own
 * query is asked alone, without a rollout through the blocks before it: a token of the last block has read others, which this does not follow.
 *
 * Of a network of several members the attention is the mean of theirs. Their relevances add up: each is about the mean of the members' logits
 * already, and leaving a token out leaves it out for all of them.
 */
import { invariant } from '../base/errors.ts';
import { float32 } from '../base/tensor.ts';
import {
  add,
  concat,
  constant,
  defineGraph,
  type Graph,
  grad,
  input,
  logSoftmax,
  mean,
  mul,
  reshape,
  sub,
  sum,
  type Value,
} from '../graph/index.ts';
import { buildLpmEncoder, type EncoderOptions } from './encoder.ts';
import type { LpmConfig } from './lpm-config.ts';
import { trainingMethods } from './methods/index.ts';
import { attendedLogits, type MembersAttending, meanOf, networkInputs, networkLogits } from './network.ts';
import type { NetworkConfig } from './network-config.ts';
import { parameterLayout } from './parameters.ts';
import { hasSummaryAttention } from './summary.ts';

/** Taken from a class's logit to leave it out of a log-sum: far below any logit, and exact in float32. */
const out = 4096;

/** What may stand between a method and its evidence: it attends to no place, or the LPM's summary is a mean, which nothing draws. */
export type NoAttention = 'no-place' | 'mean';

/** Why a method on an LPM has no attention to show; null where it has. */
export function noAttention(
  { method }: Pick<NetworkConfig, 'method'>,
  lpm: Pick<LpmConfig, 'summary'>,
): NoAttention | null {
  const { evidence } = trainingMethods[method];
  if (evidence === undefined) return 'no-place';
  return evidence.attends === 'summary' && !hasSummaryAttention(lpm) ? 'mean' : null;
}

/** The frozen LPM whose summary a network reads, and how its pass is computed. */
export interface FrozenSummary {
  readonly lpm: LpmConfig;
  readonly inputSize: number;
  readonly tensorBytes?: EncoderOptions['tensorBytes'];
}

interface EvidenceGraphOptions {
  /** Each logit is that of a question of its own (findings): it is its log-odds then, whatever the others say. */
  readonly areIndependent?: boolean;
  /** For methods whose network reads the summary that the LPM gave beforehand: its pass is part of the graph, whose weights are those of the encoder. */
  readonly frozen?: FrozenSummary;
}

/**
 * The graph for one image. Inputs: `params` [total]; those of the method, or `pixel_values` [1, C, s, s] where the pass of the frozen LPM is part of it;
 * `class_row` [1, C], 1 at the class asked about and 0 elsewhere. Outputs: `logits` [1, C]; `attention` and `relevance` [L, H, T], sizes as in
 * `AttendedLogits`. Where the network has the LPM in it, one run is about all classes: there is no `class_row`, and relevance is [C, L, H, T].
 */
export function buildEvidence(
  config: NetworkConfig,
  { areIndependent = false, frozen }: EvidenceGraphOptions = {},
): Graph {
  const { classes, method } = config;
  const params = input('params', [parameterLayout(config).total]);
  const { logits, attentions } = attending(config, params, frozen);
  const relevanceTo = (classRow: Value): Value => {
    const own = sum(mul(logits, classRow), [0, 1]);
    const logOdds = areIndependent ? own : sub(own, logSumOfOthers(logits, classRow, classes));
    const gradients = grad(logOdds, attentions.flat()).values();
    const relevances = attentions.map((parts) =>
      allLayers(
        parts.map((attention) => {
          const weighted = mul(attention, gradients.next().value as Value);
          const tokenAxis = attention.shape.length - 1;
          return sub(weighted, mul(attention, sum(weighted, [tokenAxis], { keepDims: true })));
        }),
      ),
    );
    return relevances.reduce((total, own) => add(total, own));
  };
  const attention = meanOf(attentions.map(allLayers));
  const [layers, , heads, , tokens] = attention.shape as [number, number, number, number, number];
  const shape = [layers, heads, tokens];
  const overPrompts = (relevance: Value, leading: readonly number[]): Value =>
    reshape(sum(relevance, [3]), [...leading, ...shape]);
  return defineGraph({
    outputs: {
      logits: add(logits, 0),
      attention: reshape(mean(attention, [3]), shape),
      relevance:
        trainingMethods[method].evidence?.attends === 'summary'
          ? concat(
              Array.from({ length: classes }, (_, c) => overPrompts(relevanceTo(rowOf(c, classes)), [1])),
              0,
            )
          : overPrompts(relevanceTo(input('class_row', [1, classes])), []),
    },
  });
}

/** Logits and attention of the method's own network, or of its head on the summary that the frozen LPM draws. */
function attending(config: NetworkConfig, params: Value, frozen: FrozenSummary | undefined): MembersAttending {
  const { evidence } = trainingMethods[config.method];
  invariant(evidence, `${config.method} attends to no place of the image and so has no evidence`);
  if (evidence.network !== undefined) return attendedLogits(config, params, networkInputs(config, 1));
  invariant(frozen, `${config.method} reads what an LPM gave beforehand: its evidence needs that LPM`);
  const { lpm, inputSize, tensorBytes } = frozen;
  // As features are computed (services/lpm/encoder.ts): the answer is the model's own.
  const { class_token: token, summary_attention: attention } = buildLpmEncoder(lpm, {
    batch: 1,
    height: inputSize,
    width: inputSize,
    layers: [],
    tokenRatio: 1,
    tokens: 'global',
    keysValues: false,
    classToken: true,
    summaryAttention: true,
    ...(tensorBytes === undefined ? {} : { tensorBytes }),
  }).outputs;
  // All members read one summary: there is one attention.
  return {
    logits: networkLogits(config, params, { class_token: token as Value }),
    attentions: [[attention as Value]],
  };
}

/** Successive layers as one value [L, B, H, P, T]. Of one image: parts of several would be images of a layer, too. */
function allLayers(parts: readonly Value[]): Value {
  return concat(
    parts.map((part) => (part.shape.length === 4 ? reshape(part, [1, ...part.shape]) : part)),
    0,
  );
}

/** [1, C]: 1 at a class, 0 elsewhere. */
function rowOf(classIndex: number, classes: number): Value {
  const row = new Float32Array(classes);
  row[classIndex] = 1;
  return constant(float32([1, classes], row));
}

/** The log-sum over the other classes, read off their log-softmax: y - logSoftmax(y) is the log-sum at every place. */
function logSumOfOthers(logits: Value, classRow: Value, classes: number): Value {
  const others = sub(1, classRow);
  const without = sub(logits, mul(classRow, out));
  return mul(sum(mul(sub(without, logSoftmax(without, -1)), others), [0, 1]), 1 / (classes - 1));
}

/** What a layer's heads give to the places of the image. */
export interface EvidenceMap {
  /** One value a patch in reading order. */
  readonly patches: Float64Array;
  /** Share that went to the class token, which stands for the whole image and has no place; 0 for LPMs without. */
  readonly classToken: number;
  /** Share that went to register tokens and to a method's learned prompts, which have no place either; 0 where there are none. */
  readonly registers: number;
  /** The total that the shares are shares of, before division. */
  readonly total: number;
}

/**
 * A layer's values [H, T] at token positions `indices` [H, T] as shares of their total: patches, class token and registers
 * together sum to 1 (or are all 0). Negative values, what spoke against the class, count as 0.
 * @param sizes.prefix tokens before the first patch: the class token, where there is one, learned prompts that stand after it, and registers
 */
export function evidenceMap(
  values: ArrayLike<number>,
  indices: ArrayLike<number>,
  sizes: { readonly prefix: number; readonly patches: number; readonly classTokens: number },
): EvidenceMap {
  const patches = new Float64Array(sizes.patches);
  let classToken = 0;
  let registers = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Math.max(0, values[i] as number);
    const token = indices[i] as number;
    total += value;
    if (token < sizes.classTokens) classToken += value;
    else if (token < sizes.prefix) registers += value;
    else patches[token - sizes.prefix] = (patches[token - sizes.prefix] as number) + value;
  }
  if (total === 0) return { patches, classToken: 0, registers: 0, total };
  return {
    patches: patches.map((v) => v / total),
    classToken: classToken / total,
    registers: registers / total,
    total,
  };
}
