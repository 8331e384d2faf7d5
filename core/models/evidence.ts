/**
 * Where a model looked (its prompts or queries), and what of it spoke for a class.
 *
 * `attention` is the network's own softmax over the tokens that it is given, averaged over the prompts: each row over T sums to 1.
 * It is the same whatever the class. `relevance` is a_t (g_t - g), summed over the prompts, where a is the attention, g_t the
 * gradient of the class's log-odds ln(p / (1 - p)) by a_t, and g the mean of g_t weighted by a. It is the gradient by the
 * score of the token before the softmax. Positive: were this token left out and its attention given to the others, the class
 * would be less probable. For two classes the log-odds is the difference of the two logits; it does not saturate, as the
 * probability does.
 * Source: attention times gradient after Chefer, Gur and Wolf, "Generic attention-model explainability", ICCV 2021, eq. 5,
 * here for one attention of learned queries over tokens of the frozen LPM. Departure: g is taken off. Attention always sums to 1, so a
 * gradient that all tokens share can change nothing; with it, patches without any say in the answer were highlighted.
 *
 * Of a network of several members the attention is the mean of theirs. Their relevances add up: each is about the mean of the members' logits
 * already, and leaving a token out leaves it out for all of them.
 */
import {
  add,
  concat,
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
import { trainingMethods } from './methods/index.ts';
import { attendedLogits, meanOf, networkInputs } from './network.ts';
import type { NetworkConfig } from './network-config.ts';
import { parameterLayout } from './parameters.ts';

/** Taken from a class's logit to leave it out of a log-sum: far below any logit, and exact in float32. */
const out = 4096;

/** Whether a method attends to places of the image. */
export function hasEvidence({ method }: Pick<NetworkConfig, 'method'>): boolean {
  return trainingMethods[method].evidence !== undefined;
}

/**
 * The graph for one image. Inputs: `params` [total]; those of the method; `class_row` [1, C], 1 at the class asked about and 0
 * elsewhere. Outputs: `logits` [1, C]; `attention` and `relevance` [L, H, T], sizes as in `AttendedLogits`.
 * @param areIndependent whether each logit is that of a question of its own (findings): it is its log-odds then, whatever the others say
 */
export function buildEvidence(config: NetworkConfig, areIndependent = false): Graph {
  const { classes } = config;
  const params = input('params', [parameterLayout(config).total]);
  const { logits, attentions } = attendedLogits(config, params, networkInputs(config, 1));
  const classRow = input('class_row', [1, classes]);
  const own = sum(mul(logits, classRow), [0, 1]);
  const logOdds = areIndependent ? own : sub(own, logSumOfOthers(logits, classRow, classes));
  const gradients = grad(logOdds, attentions.flat()).values();
  const relevances = attentions.map((parts) =>
    allLayers(
      parts.map((attention) => {
        const weighted = mul(attention, gradients.next().value as Value);
        return sub(weighted, mul(attention, sum(weighted, [4], { keepDims: true })));
      }),
    ),
  );
  const relevance = relevances.reduce((total, own) => add(total, own));
  const attention = meanOf(attentions.map(allLayers));
  const [layers, , heads, , tokens] = attention.shape as [number, number, number, number, number];
  const shape = [layers, heads, tokens];
  return defineGraph({
    outputs: {
      logits: add(logits, 0),
      attention: reshape(mean(attention, [3]), shape),
      relevance: reshape(sum(relevance, [3]), shape),
    },
  });
}

/** Successive layers as one value. */
function allLayers(parts: readonly Value[]): Value {
  return concat(parts, 0);
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
  /** Share that went to register tokens, which have no place either; 0 for LPMs without. */
  readonly registers: number;
  /** The total that the shares are shares of, before division. */
  readonly total: number;
}

/**
 * A layer's values [H, T] at token positions `indices` [H, T] as shares of their total: patches, class token and registers
 * together sum to 1 (or are all 0). Negative values, what spoke against the class, count as 0.
 * @param sizes.prefix tokens before the first patch: the class token, where there is one, and the registers
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
