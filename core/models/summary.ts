/**
 * What an LPM says of the whole image: its class token after the last norm or, in families without, a pool of all tokens.
 *
 *     attention pool:  h = o(attend(query, k(x), v(x)))   summary = h + fc2(act(fc1(norm(h))))    x: tokens after the last norm
 */
import {
  add,
  layerNorm,
  matmul,
  mean,
  reshape,
  scope,
  slice,
  softmax,
  transposeLast,
  type Value,
  weight,
} from '../graph/index.ts';
import { activate } from './activations.ts';
import { mergeHeads, project, splitHeads } from './attention.ts';
import { type LpmConfig, prefixCount } from './lpm-config.ts';

/** Which tokens the summary is made of: of the class token alone the last layer computes one row. */
export function summaryReads({ summary }: LpmConfig): 'class token' | 'all tokens' {
  return summary === undefined ? 'class token' : 'all tokens';
}

/** Whether one query of its own draws the summary from the tokens, so that its attention says where the summary comes from: a mean has none. */
export function hasSummaryAttention({ summary }: Pick<LpmConfig, 'summary'>): boolean {
  return summary === undefined || summary === 'attention-pool';
}

/** The summary [B, D]; of an attention pool with the attention that it is drawn by, [B, H, 1, N]. */
interface Summary {
  readonly summary: Value;
  readonly attention?: Value;
}

/**
 * The summary of an image.
 * @param tokens [B, N, D] as the last block leaves them; where the class token is the summary, they may be that alone, [B, 1, D]
 * @param lastNorm the LPM's last norm
 */
export function summarise(config: LpmConfig, tokens: Value, lastNorm: (x: Value) => Value): Summary {
  const batch = tokens.shape[0]!;
  const { width: d, summary } = config;
  const flat = (x: Value): Value => reshape(x, [batch, d]);
  if (summary === 'attention-pool') {
    return scope('pool', () => {
      const { pooled, attention } = attentionPool(config, lastNorm(tokens));
      return { summary: flat(pooled), attention };
    });
  }
  if (summary === 'mean') return { summary: mean(patchesOf(config, lastNorm(tokens)), [1]) };
  if (summary === 'mean-before-norm') return { summary: lastNorm(mean(patchesOf(config, tokens), [1])) };
  if (config.lastNorm === 'summary') return { summary: flat(lastNorm(slice(tokens, 1, 0, 1))) };
  return { summary: flat(slice(lastNorm(tokens), 1, 0, 1)) };
}

function patchesOf(config: LpmConfig, tokens: Value): Value {
  const prefix = prefixCount(config);
  return prefix === 0 ? tokens : slice(tokens, 1, prefix, tokens.shape[1]!);
}

/** [B, 1, D] of tokens [B, N, D], and the query's attention [B, H, 1, N]. The learned query comes scaled, and through its layer (encoder-weights.ts). */
function attentionPool(config: LpmConfig, x: Value): { readonly pooled: Value; readonly attention: Value } {
  const { width: d, heads, eps, poolMlpWidth = 4 * config.width } = config;
  const dense = (part: string, y: Value, inputs: number, outputs: number): Value =>
    project(y, weight(`pool.${part}.weight`, [inputs, outputs]), weight(`pool.${part}.bias`, [outputs]));
  const query = splitHeads(reshape(weight('pool.query', [1, d]), [1, 1, d]), heads);
  const keys = splitHeads(dense('k', x, d, d), heads);
  const values = splitHeads(dense('v', x, d, d), heads);
  const attention = softmax(matmul(query, transposeLast(keys)), -1);
  const found = dense('o', mergeHeads(matmul(attention, values)), d, d);
  const normed = layerNorm(found, weight('pool.norm.weight', [d]), weight('pool.norm.bias', [d]), eps);
  const hidden = activate(config, dense('fc1', normed, d, poolMlpWidth));
  return { pooled: add(found, dense('fc2', hidden, poolMlpWidth, d)), attention };
}
