/** The pieces that LPM, fusion and side network share. */
import { add, matmul, reshape, transpose, transposeLast, type Value } from '../graph/index.ts';

/** `[..., tokens, heads * d]` as `[..., heads, tokens, d]`. */
export function splitHeads(x: Value, heads: number): Value {
  const lead = x.shape.slice(0, -2);
  const [tokens, width] = x.shape.slice(-2) as [number, number];
  const r = lead.length;
  return transpose(reshape(x, [...lead, tokens, heads, width / heads]), [...lead.keys(), r + 1, r, r + 2]);
}

/** `[..., heads, tokens, d]` as `[..., tokens, heads * d]`. */
export function mergeHeads(x: Value): Value {
  const lead = x.shape.slice(0, -3);
  const [heads, tokens, d] = x.shape.slice(-3) as [number, number, number];
  const r = lead.length;
  return reshape(transpose(x, [...lead.keys(), r + 1, r, r + 2]), [...lead, tokens, heads * d]);
}

/**
 * x [B, tokens, E] through a Linear layer, weight [heads * d, E] and bias [heads * d], by heads and with tokens as columns: [B, heads, d, tokens]. That is how products of
 * attention read queries, keys and values, so none of their numbers has to move; from rows of tokens all of them would, there and back.
 */
export function projectToColumns(x: Value, weight: Value, bias: Value, heads: number): Value {
  const [batch, tokens] = x.shape as [number, number, number];
  const [out] = weight.shape as [number, number];
  const columns = add(matmul(weight, transposeLast(x)), reshape(bias, [out, 1]));
  return reshape(columns, [batch, heads, out / heads, tokens]);
}

/** Square patches of images [B, C, height, width] in reading order, each flattened: [B, patches, C * patch * patch]. */
export function patchify(images: Value, patch: number): Value {
  const [batch, channels, height, width] = images.shape as [number, number, number, number];
  const [rows, columns] = [height / patch, width / patch];
  // In two moves of one axis each, of which an engine copies whole runs; in one move of several it asks for every 16 numbers anew.
  const cut = transpose(reshape(images, [batch * channels * rows, patch, columns, patch]), [0, 2, 1, 3]);
  const whole = transpose(reshape(cut, [batch, channels, rows * columns, patch * patch]), [0, 2, 1, 3]);
  return reshape(whole, [batch, rows * columns, channels * patch * patch]);
}

/** x · w + b, where `w` is [in, out] and the bias may be absent. */
export function project(x: Value, w: Value, b?: Value): Value {
  const product = matmul(x, w);
  return b === undefined ? product : add(product, b);
}
