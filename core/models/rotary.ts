/**
 * Rotary positions of DINOv3: queries and keys of the patches are turned by angles that grow with the place of the patch.
 *
 * A patch's centre is scaled to [-1, 1] on each axis. Each axis has d/4 frequencies b^(-4i/d) with the base b; the angles are 2π times centre
 * times frequency, first those of the rows, then those of the columns, and both again for the second half of the head. Tokens before the
 * patches have no place and are not turned.
 * Source: Siméoni et al., "DINOv3", arXiv 2508.10104, as transformers computes it (rotate-half of RoFormer, arXiv 2104.09864).
 */
import { float32 } from '../base/tensor.ts';
import { add, concat, constant, mul, slice, type Value } from '../graph/index.ts';
import { type LpmConfig, tokenCounts } from './lpm-config.ts';

/** Cosines and signed sines [N, d] of all tokens at an input size. */
export interface Rotation {
  readonly cos: Value;
  readonly sin: Value;
}

/**
 * The rotation of an LPM's tokens at an input size in pixels; undefined where its positions are a table.
 * @param others tokens besides the LPM's own, before its patches; they are not turned
 */
export function rotationOf(config: LpmConfig, height: number, width: number, others = 0): Rotation | undefined {
  const { rotaryBase: base, heads, patch } = config;
  if (base === undefined) return undefined;
  const d = config.width / heads;
  const own = tokenCounts(config, height, width);
  const [prefix, all] = [own.prefix + others, own.all + others];
  const [rows, columns] = [height / patch, width / patch];
  const cos = new Float32Array(all * d).fill(1);
  const sin = new Float32Array(all * d);
  const quarter = d / 4;
  for (let patchIndex = 0; patchIndex < rows * columns; patchIndex++) {
    const centres = [
      (2 * (Math.floor(patchIndex / columns) + 0.5)) / rows - 1,
      (2 * ((patchIndex % columns) + 0.5)) / columns - 1,
    ];
    const at = (prefix + patchIndex) * d;
    for (const [axis, centre] of centres.entries()) {
      for (let i = 0; i < quarter; i++) {
        const angle = 2 * Math.PI * centre * base ** ((-4 * i) / d);
        for (const half of [0, 1]) {
          const column = half * (d / 2) + axis * quarter + i;
          cos[at + column] = Math.cos(angle);
          // The second half comes before the first one in the swapped copy, negated.
          sin[at + column] = half === 0 ? -Math.sin(angle) : Math.sin(angle);
        }
      }
    }
  }
  return { cos: constant(float32([all, d], cos)), sin: constant(float32([all, d], sin)) };
}

/** Queries or keys x [B, H, N, d], turned. */
export function rotate({ cos, sin }: Rotation, x: Value): Value {
  const d = x.shape.at(-1)!;
  const swapped = concat([slice(x, 3, d / 2, d), slice(x, 3, 0, d / 2)], 3);
  return add(mul(x, cos), mul(swapped, sin));
}
