/** Attention inside the frozen LPM's blocks, a piece of the queries at a time: what they find, and which tokens are attended to most. */
import {
  add,
  concat,
  matmul,
  mean,
  mul,
  reshape,
  slice,
  softmax,
  sum,
  transposeLast,
  type Value,
} from '../graph/index.ts';

/** How the importance of a token is measured. */
export type TokenScore = 'global' | 'class_token';

/**
 * Attention is computed for as many queries at a time as keep their scores within this many numbers (8 MB), but for
 * no fewer than 128. All at once would take 13 GB for a 2,048-pixel image on ViT-B/16. Pieces of this size are
 * normalised and used while they are still in the processor's cache; fewer queries would make tens of thousands of
 * nodes at 2,048 pixels, where 128 are 129 pieces of 100 MB a layer.
 */
export const defaultScoreBudget = 2 * 1024 * 1024;
const fewestQueries = 128;
/** A GPU has no such cache and is fed best with large pieces: 64 MB of scores, which are there twice, before softmax and after. */
const deviceScoreBudget = 16 * 1024 * 1024;

/** What limits a piece of attention (`EncoderOptions`). */
interface ScoreLimits {
  readonly scoreBudget?: number;
  readonly tensorBytes?: number;
}

/** How many scores a piece of attention may hold, and how many queries it has at least. */
export function scoreLimits({ scoreBudget, tensorBytes }: ScoreLimits): {
  readonly budget: number;
  readonly fewest: number;
} {
  if (scoreBudget !== undefined) return { budget: scoreBudget, fewest: 1 };
  if (tensorBytes === undefined) return { budget: defaultScoreBudget, fewest: fewestQueries };
  return { budget: Math.min(deviceScoreBudget, tensorBytes / 4), fewest: 1 };
}

/**
 * Context [B, H, rows, d] and scores [B, H, N] of queries [B, H, Q, d] (already scaled), a piece of the queries at a
 * time. Scores are the column means of the attention (`global`) or its first row (`class_token`). `firstRow` [B, H, 1, N] is the attention by which
 * the context of the first row alone is made.
 */
export function attend(
  queries: Value,
  keys: Value,
  values: Value,
  wanted: {
    readonly context: 'all' | 'first-row' | 'none';
    readonly scores: TokenScore | 'none';
    readonly budget: number;
    readonly fewest: number;
  },
): { readonly context?: Value; readonly scores?: Value; readonly firstRow?: Value } {
  const [batch, heads, rows] = queries.shape as [number, number, number];
  const tokens = keys.shape[2]!;
  const piece = Math.max(wanted.fewest, Math.floor(wanted.budget / (batch * heads * tokens)));
  const keysAcross = transposeLast(keys);
  const contexts: Value[] = [];
  let totals: Value | undefined;
  let firstRow: Value | undefined;
  for (let start = 0; start < rows; start += piece) {
    const isBoth = wanted.context === 'all' && wanted.scores === 'global';
    const waited = isBoth && totals !== undefined ? nothingAfter(contexts.at(-1) as Value, totals) : 0;
    const piecesQueries = slice(queries, 2, start, Math.min(start + piece, rows));
    const some = waited === 0 ? piecesQueries : add(piecesQueries, waited);
    const attention = softmax(matmul(some, keysAcross), -1);
    const isFirst = start === 0;
    if (wanted.context === 'all') contexts.push(matmul(attention, values));
    else if (wanted.context === 'first-row' && isFirst) {
      firstRow = slice(attention, 2, 0, 1);
      contexts.push(matmul(firstRow, values));
    }
    if (wanted.scores === 'class_token' && isFirst) totals = reshape(slice(attention, 2, 0, 1), [batch, heads, tokens]);
    if (wanted.scores === 'global') {
      const part = sum(attention, [2]);
      totals = totals === undefined ? part : add(totals, part);
    }
  }
  return {
    ...(contexts.length > 0 && { context: concat(contexts, 2) }),
    ...(totals !== undefined && { scores: wanted.scores === 'global' ? mul(totals, 1 / rows) : totals }),
    ...(firstRow !== undefined && { firstRow }),
  };
}

/**
 * 0 [B, H, 1, 1], known only when both are. An engine is free to compute all pieces' attention for their totals first and their contexts
 * afterwards, and did: the pieces of a layer then lay in memory together, 13 GB of them at 2,048 pixels. A piece that waits for the one before
 * cannot; adding 0 changes no bit of it.
 */
function nothingAfter(context: Value, totals: Value): Value {
  const one = mean(slice(context, 2, 0, 1), [2, 3], { keepDims: true });
  const other = reshape(mean(totals, [2], { keepDims: true }), one.shape);
  return mul(add(one, other), 0);
}
