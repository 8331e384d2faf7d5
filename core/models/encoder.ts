/**
 * The frozen LPM as a graph: a pre-norm ViT that gives the important tokens' keys and values of some layers, or all their tokens.
 *
 * What families of LPMs have of their own (rotary positions, a norm before the blocks, gated MLPs, another summary than the class token) is
 * asked of the configuration, module by module; no family is known here by name.
 *
 * In each extracted layer and head the tokens are scored (`global`: the attention each receives, averaged over all
 * queries; `class_token`: the attention it receives from the class token), and the layer's own keys and values of the
 * best are kept (Huang et al., arXiv 2408.02426). Nothing is computed that no output needs: the network ends at the keys and values of
 * the last extracted layer, unless the final class token or hidden state is asked for, and for the class token alone
 * the last layer computes one row.
 */
import { invariant } from '../base/errors.ts';
import type { Shape } from '../base/tensor.ts';
import {
  add,
  concat,
  defineGraph,
  expand,
  type Graph,
  gatherAlong,
  input,
  layerNorm,
  matmul,
  mul,
  reshape,
  scope,
  slice,
  topkIndices,
  type Value,
  weight,
} from '../graph/index.ts';
import { activate } from './activations.ts';
import { mergeHeads, patchify, project, splitHeads } from './attention.ts';
import { attend, scoreLimits, type TokenScore } from './encoder-attention.ts';
import type { EncoderChanges } from './encoder-changes.ts';
import { stacked } from './encoder-outputs.ts';
import { type BiasedPart, hasClassToken, keptTokens, type LpmConfig, prefixCount, tokenCounts } from './lpm-config.ts';
import { type Rotation, rotate, rotationOf } from './rotary.ts';
import { summarise, summaryReads } from './summary.ts';

export interface EncoderOptions {
  readonly batch: number;
  /** Input size in pixels, multiples of the patch. */
  readonly height: number;
  readonly width: number;
  /** Layers that keys and values or all tokens come from, ascending. */
  readonly layers: readonly number[];
  /** Those of all tokens, where they are others. */
  readonly tokenLayers?: readonly number[];
  /** Share of the tokens that is kept (0.2). */
  readonly tokenRatio: number;
  readonly tokens: TokenScore;
  /** Output `keys`, `values` and `indices`. */
  readonly keysValues: boolean;
  /** Output `all_tokens`. */
  readonly allTokens?: boolean;
  /** Output `class_token`: the LPM's summary of the image, which is the final class token where it has one. */
  readonly classToken: boolean;
  /**
   * Output `summary_attention` [B, H, 1, N]: how the summary's one query attends to the tokens that it reads, prompts of `changes` among them. For LPMs
   * with such a query (summary.ts), with `classToken` and nothing else. It is the value that the summary is computed from: differentiate by it.
   */
  readonly summaryAttention?: true;
  /** Output `last_hidden_state`. */
  readonly hiddenState?: boolean;
  /**
   * Each output with the bits that it has where it is asked for alone: what an engine computes otherwise because more is asked for is computed
   * once more beside it (ADR 470).
   */
  readonly asAlone?: boolean;
  /** Also output, for checks, `scores` and the uncut `all_keys`, `all_values`. */
  readonly details?: boolean;
  /** Numbers an attention piece may hold; set only by tests and measurements. */
  readonly scoreBudget?: number;
  /**
   * Bytes that no tensor should exceed, for a device that takes no larger ones. What grows beyond it is computed in pieces: attention
   * and the hidden layer of the MLP; left out on the processor.
   */
  readonly tensorBytes?: number;
  /** For networks in which the LPM is trained in part; without `keysValues` and `allTokens`. */
  readonly changes?: EncoderChanges;
}

/**
 * The encoder graph.
 *
 * Input: `pixel_values` [B, C, height, width]. Weights: those of encoder-weights.ts. Outputs as asked for: `keys`,
 * `values` [L, B, H, T, d], keys before any rotation ([ADR 275](../../docs/adr/0275-families-of-lpms.md)); `indices` [L, B, H, T] int32 among
 * all tokens, best first; `all_tokens` [L, B, N, D] as the layers' blocks leave them; `class_token` [B, D], the class token after the final
 * norm or what stands for it (summary.ts), and `summary_attention`; `last_hidden_state` [B, N, D], after the final norm where that is not the summary's alone. What would be
 * beyond `tensorBytes` comes layer by layer (`outputParts`).
 */
export function buildLpmEncoder(config: LpmConfig, options: EncoderOptions): Graph {
  const { height, width, layers, keysValues, allTokens = false, classToken, hiddenState = false } = options;
  const [keyed, read] = [keysValues ? layers : [], allTokens ? (options.tokenLayers ?? layers) : []];
  invariant(height % config.patch === 0 && width % config.patch === 0, 'encoder: size is no multiple of the patch');
  for (const list of [layers, options.tokenLayers ?? []]) {
    invariant(
      list.every((layer, i) => layer >= 0 && layer < config.layers && (i === 0 || layer > list[i - 1]!)),
      `encoder: layers [${list}] of ${config.layers}`,
    );
  }
  const needsEnd = classToken || hiddenState;
  const lastLayer = needsEnd ? config.layers - 1 : [...keyed, ...read].sort((a, b) => a - b).at(-1);
  invariant(lastLayer !== undefined && (needsEnd || keysValues || allTokens), 'encoder: no output is asked for');
  invariant(
    !keysValues || options.tokens === 'global' || hasClassToken(config),
    'encoder: tokens are scored by a class token that the LPM does not have',
  );
  invariant(options.changes === undefined || !(keysValues || allTokens), 'encoder: features of a changed LPM');
  const rotation = rotationOf(config, height, width, options.changes?.prompts?.count);
  const readsAll = classToken && summaryReads(config) === 'all tokens';

  const kept: KeptTokens[] = [];
  const tokens: Value[] = [];
  // Pieces and repeated parts share their weights.
  const known = new Map<string, Value>();
  const blockOf = (i: number, from: Value, needs: Omit<BlockNeeds, 'rotation' | 'known'>): BlockOutput =>
    scope(`blocks.${i}`, () => prompted(config, options, i, from, { ...needs, rotation, known }));
  let x = scope('embeddings', () => embed(config, options));
  let again: Value | undefined;
  let row: Value | undefined;
  let classAttention: Value | undefined;
  for (let i = 0; i <= lastLayer; i++) {
    const isRead = read.includes(i);
    const isWhole = i < lastLayer || hiddenState || readsAll || isRead;
    const rows = isWhole ? 'all' : needsEnd ? 'class-token' : 'none';
    const isExtracted = keyed.includes(i);
    const isApart = options.asAlone === true && isExtracted && i === keyed.at(-1) && rows !== 'none';
    if (isApart) kept.push(blockOf(i, again ?? x, { rows: 'none', isExtracted }).kept as KeptTokens);
    if (
      options.asAlone === true &&
      classToken &&
      rows === 'all' &&
      i === config.layers - 1 &&
      !readsAll &&
      !hiddenState
    ) {
      row = blockOf(i, x, { rows: 'class-token', isExtracted: false }).x;
    }
    const step = blockOf(i, x, { rows, isExtracted: isExtracted && !isApart });
    if (step.kept !== undefined) kept.push(step.kept);
    x = step.x;
    again = step.again;
    if (isRead) tokens.push(x);
    classAttention = step.classAttention;
  }

  const outputs: Record<string, Value> = {};
  if (keysValues) {
    for (const key of Object.keys(kept[0]!) as (keyof KeptTokens)[]) {
      Object.assign(
        outputs,
        stacked(
          key,
          kept.map((layer) => layer[key]!),
          options,
        ),
      );
    }
  }
  if (allTokens) Object.assign(outputs, stacked('all_tokens', tokens, options));
  if (needsEnd) {
    const [gamma, beta] = [weight('norm.weight', [config.width]), weight('norm.bias', [config.width])];
    const lastNorm = (y: Value): Value => layerNorm(y, gamma, beta, config.eps);
    if (hiddenState) outputs['last_hidden_state'] = config.lastNorm === 'summary' ? x : lastNorm(x);
    const end =
      row ?? (options.asAlone === true && readsAll && read.includes(config.layers - 1) ? again : undefined) ?? x;
    if (classToken) {
      const { summary, attention = classAttention } = summarise(config, end, lastNorm);
      outputs['class_token'] = summary;
      if (options.summaryAttention) {
        invariant(attention, 'encoder: no query of its own draws the summary, or more than the summary is asked for');
        outputs['summary_attention'] = attention;
      }
    }
  }
  return defineGraph({ outputs });
}

interface KeptTokens {
  readonly keys: Value;
  readonly values: Value;
  readonly indices: Value;
  readonly scores?: Value;
  readonly all_keys?: Value;
  readonly all_values?: Value;
}

/** Tokens [B, N, D] before the first block. */
function embed(config: LpmConfig, { batch, height, width, changes }: EncoderOptions): Value {
  const { patch, channels, width: d } = config;
  const { patches } = tokenCounts(config, height, width);
  const images = input('pixel_values', [batch, channels, height, width]);
  const projected = matmul(patchify(images, patch), weight('patch.weight', [channels * patch * patch, d]));
  const before = prefixCount(config);
  const tokens = (): Value => {
    const isPlaced = config.rotaryBase === undefined;
    const isBiased = !config.withoutBias?.includes('patch');
    if (!isPlaced && !isBiased) return projected;
    if (isPlaced && isBiased && changes?.ownPatchBias) {
      return add(projected, add(weight('position.alone', [patches, d]), weight('patch.bias', [d])));
    }
    return add(projected, isPlaced ? weight('position', [patches, d]) : weight('patch.bias', [d]));
  };
  const normed = (x: Value): Value =>
    config.preNorm ? layerNorm(x, weight('pre_norm.weight', [d]), weight('pre_norm.bias', [d]), config.eps) : x;
  if (before === 0) return normed(tokens());
  const prefix = reshape(weight('prefix', [before, d]), [1, before, d]);
  return normed(concat([expand(prefix, [batch, before, d]), tokens()], 1));
}

interface BlockNeeds {
  /** Which rows of the block's output are needed. */
  readonly rows: 'all' | 'class-token' | 'none';
  readonly isExtracted: boolean;
  /** Of queries and keys, where positions are rotary. */
  readonly rotation: Rotation | undefined;
  /** The weights that are in the graph already, by name. */
  readonly known: Map<string, Value>;
}

interface BlockOutput {
  readonly x: Value;
  /**
   * The same tokens, their last sum written the other way round. An engine fuses a sum with the norm that reads it only where nothing else does, and
   * sums in another order then; to it this is another sum.
   */
  readonly again?: Value;
  readonly kept?: KeptTokens;
  /** [B, H, 1, N] behind the class token's row, where that is computed alone. */
  readonly classAttention?: Value;
}

/** A block that reads the prompts of `options.changes` besides its tokens, and gives the tokens alone. */
function prompted(config: LpmConfig, options: EncoderOptions, i: number, x: Value, needs: BlockNeeds): BlockOutput {
  const { prompts } = options.changes ?? {};
  if (prompts === undefined) return block(config, options, i, x, needs);
  const [batch, tokens, d] = x.shape as [number, number, number];
  const { count } = prompts;
  const before = hasClassToken(config) ? 1 : 0;
  const learned = expand(reshape(prompts.of(i), [1, count, d]), [batch, count, d]);
  const around = (y: Value, from: number, to: number): Value[] => (from < to ? [slice(y, 1, from, to)] : []);
  const read = concat([...around(x, 0, before), learned, ...around(x, before, tokens)], 1);
  const { again: _, ...given } = block(config, options, i, read, needs);
  // Of the class token alone nothing follows.
  if (needs.rows !== 'all') return given;
  const { x: all } = given;
  return { x: concat([...around(all, 0, before), ...around(all, before + count, tokens + count)], 1) };
}

function block(config: LpmConfig, options: EncoderOptions, index: number, x: Value, needs: BlockNeeds): BlockOutput {
  const { width: d, heads, eps, mlpWidth } = config;
  const { rotation, known } = needs;
  const { changes } = options;
  const own = (part: string, shape: Shape): Value => {
    const name = `blocks.${index}.${part}`;
    const value = known.get(name) ?? weight(name, shape);
    known.set(name, value);
    return value;
  };
  const norm = (part: string, y: Value): Value =>
    layerNorm(y, own(`${part}.weight`, [d]), own(`${part}.bias`, [d]), eps);
  const dense = (part: BiasedPart, y: Value, inputs: number, outputs: number, bias = true): Value => {
    const projected = project(
      y,
      own(`${part}.weight`, [inputs, outputs]),
      bias && !config.withoutBias?.includes(part) ? own(`${part}.bias`, [outputs]) : undefined,
    );
    return changes?.dense?.(index, part, y, projected) ?? projected;
  };
  const heads4 = (part: BiasedPart, y: Value): Value => splitHeads(dense(part, y, d, d, config.qkvBias), heads);
  const onlyClass = (y: Value): Value => slice(y, 1, 0, 1);

  const normed = norm('norm1', x);
  const keys = heads4('k', normed);
  const values = heads4('v', normed);
  // All queries are needed for the block's output, or to average over them.
  const allQueries = needs.rows === 'all' || (needs.isExtracted && options.tokens === 'global');
  const queries = heads4('q', allQueries ? normed : onlyClass(normed));
  // The class token has no place, so its query alone is not turned.
  const isTurned = rotation !== undefined && allQueries;
  const attendedKeys = rotation === undefined ? keys : rotate(rotation, keys);
  const attention = attend(isTurned ? rotate(rotation, queries) : queries, attendedKeys, values, {
    context: needs.rows === 'none' ? 'none' : needs.rows === 'class-token' ? 'first-row' : 'all',
    scores: needs.isExtracted ? options.tokens : 'none',
    ...scoreLimits(options),
  });
  const kept = attention.scores && keepBest(config, options, keys, values, attention.scores);
  if (attention.context === undefined) return { x, ...(kept && { kept }) };

  const attended = add(
    needs.rows === 'class-token' ? onlyClass(x) : x,
    dense('o', mergeHeads(attention.context), d, d),
  );
  const mlp = (rows: Value): { readonly rows: Value; readonly added: Value } => {
    const read = norm('norm2', rows);
    const hidden = config.gated
      ? mul(activate(config, dense('gate', read, d, mlpWidth)), dense('fc1', read, d, mlpWidth))
      : activate(config, dense('fc1', read, d, mlpWidth));
    const added = dense('fc2', hidden, mlpWidth, d);
    return { rows, added: changes?.mlp?.(index, added) ?? added };
  };
  const pieces = piecesOf(attended, mlpWidth, options).map(mlp);
  const joined = (sum: (piece: (typeof pieces)[number]) => Value): Value => concat(pieces.map(sum), 1);
  return {
    x: joined(({ rows, added }) => add(rows, added)),
    again: joined(({ rows, added }) => add(added, rows)),
    ...(kept && { kept }),
    ...(attention.firstRow && { classAttention: attention.firstRow }),
  };
}

/** Tokens [B, N, D] in pieces of so many that `width` numbers for each stay within the largest tensor; all of them where nothing limits it. */
function piecesOf(tokens: Value, width: number, { batch, tensorBytes }: EncoderOptions): Value[] {
  const rows = tokens.shape[1] as number;
  const piece = tensorBytes === undefined ? rows : Math.max(1, Math.floor(tensorBytes / (4 * batch * width)));
  return Array.from({ length: Math.ceil(rows / piece) }, (_, i) =>
    slice(tokens, 1, i * piece, Math.min((i + 1) * piece, rows)),
  );
}

/** The best tokens' keys, values and positions. */
function keepBest(config: LpmConfig, options: EncoderOptions, keys: Value, values: Value, scores: Value): KeptTokens {
  const kept = keptTokens(config, options.height, options.width, options.tokenRatio);
  const indices = topkIndices(scores, kept, 2);
  const [batch, heads, , d] = keys.shape as [number, number, number, number];
  const everywhere = expand(reshape(indices, [batch, heads, kept, 1]), [batch, heads, kept, d]);
  return {
    keys: gatherAlong(keys, everywhere, 2),
    values: gatherAlong(values, everywhere, 2),
    indices,
    ...(options.details && { scores, all_keys: keys, all_values: values }),
  };
}
