/** The pieces that LPM, fusion and side network share. */
import { add, matmul, reshape, transpose, type Value } from '../graph/index.ts';

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

/** Square patches of images [B, C, height, width] in reading order, each flattened: [B, patches, C * patch * patch]. */
export function patchify(images: Value, patch: number): Value {
  const [batch, channels, height, width] = images.shape as [number, number, number, number];
  const [rows, columns] = [height / patch, width / patch];
  const cut = reshape(images, [batch, channels, rows, patch, columns, patch]);
  return reshape(transpose(cut, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, channels * patch * patch]);
}

/** x · w + b, where `w` is [in, out] and the bias may be absent. */
export function project(x: Value, w: Value, b?: Value): Value {
  const product = matmul(x, w);
  return b === undefined ? product : add(product, b);
}
