/**
 * Position embeddings for another grid than the trained one, computed on the host once per input size.
 *
 * Bicubic with half-pixel centres and the edge repeated, in torch's two flavours (torch.nn.functional.interpolate):
 * plain, with a = -0.75 and four taps at any scale; anti-aliased, with a = -0.5, a filter that widens when shrinking,
 * and weights renormalised at the edge. ViT and DINO state the scale as (g + 0.1) / g0, which shifts every sample a
 * little; their published weights were used that way, so it is kept.
 */
import { invariant } from '../base/errors.ts';
import { float32, type Tensor } from '../base/tensor.ts';
import type { LpmConfig, PositionRule } from './lpm-config.ts';

/** For each output position, the input positions it is made of and their weights. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Position embeddings [prefix + rows * columns, width] for an input of `height` by `width` pixels: those of the class
 * (and distillation) token as they are, those of the patches resized.
 *
 * @param position canonical `position` tensor, [prefix + trained rows * trained columns, width]
 */
export function positionEmbedding(
  config: LpmConfig,
  position: Tensor<'float32'>,
  height: number,
  width: number,
): Tensor<'float32'> {
  const [rows0, columns0] = config.grid;
  const [rows, columns] = [height / config.patch, width / config.patch];
  if (rows === rows0 && columns === columns0) return position;
  const d = config.width;
  const prefix = position.shape[0]! - rows0 * columns0;
  invariant(prefix >= 0 && Number.isInteger(rows) && Number.isInteger(columns), 'positionEmbedding: sizes do not fit');

  const patches = position.data.subarray(prefix * d);
  const acrossRows = resizeAxis(patches, { outer: 1, from: rows0, to: rows, inner: columns0 * d }, config.positionRule);
  const resized = resizeAxis(acrossRows, { outer: rows, from: columns0, to: columns, inner: d }, config.positionRule);
  const out = new Float32Array((prefix + rows * columns) * d);
  out.set(position.data.subarray(0, prefix * d));
  out.set(resized, prefix * d);
  return float32([prefix + rows * columns, d], out);
}

interface AxisSizes {
  readonly outer: number;
  readonly from: number;
  readonly to: number;
  readonly inner: number;
}

/** Resizes the middle axis of [outer, from, inner]. Bicubic is separable, so one axis follows the other. */
function resizeAxis(data: ArrayLike<number>, { outer, from, to, inner }: AxisSizes, rule: PositionRule): Float64Array {
  const taps = rule.antialias ? antialiasedTaps(from, to) : plainTaps(from, to, rule.offset);
  const out = new Float64Array(outer * to * inner);
  for (let o = 0; o < outer; o++) {
    for (const [t, { first, weights }] of taps.entries()) {
      const target = (o * to + t) * inner;
      for (const [w, weight] of weights.entries()) {
        const source = (o * from + Math.min(Math.max(first + w, 0), from - 1)) * inner;
        for (let i = 0; i < inner; i++) out[target + i] = out[target + i]! + weight * data[source + i]!;
      }
    }
  }
  return out;
}

/** The cubic convolution kernel (Keys, 1981). */
function cubic(x: number, a: number): number {
  const t = Math.abs(x);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  return 0;
}

function plainTaps(from: number, to: number, offset: number): Taps[] {
  const scale = from / (to + offset);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const floor = Math.floor(centre);
    return { first: floor - 1, weights: [-1, 0, 1, 2].map((tap) => cubic(centre - floor - tap, -0.75)) };
  });
}

function antialiasedTaps(from: number, to: number): Taps[] {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const last = Math.min(Math.trunc(centre + 2 * stretch + 0.5), from);
    const weights = Array.from({ length: last - first }, (_, w) => cubic((first + w - centre + 0.5) / stretch, -0.5));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}
