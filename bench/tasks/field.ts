/**
 * Random fields from blurred white noise: the only painter's tool of the tasks. Neither the demo nor the pre-training
 * set is made this way (both interpolate lattices), so nothing learned from their noise helps here.
 */
import type { Random } from '../../core/base/random.ts';

/** `size` x `size` numbers, row by row. */
export type Field = Float32Array;

/** Independent normal numbers, from a table: one draw a pixel instead of four. */
export function whiteNoise(size: number, random: Random): Field {
  const table = Float32Array.from({ length: 4093 }, () => random.normal());
  return Float32Array.from({ length: size * size }, () => table[random.integer(table.length)] as number);
}

/** `field` blurred by about a Gaussian of `sigma` pixels: three running means along each axis, edges wrapped. */
export function blurred(field: Field, size: number, sigma: number): Field {
  // Three boxes of 2r + 1 have the variance ((2r + 1)² - 1) / 4; a mixture of two radii hits any sigma.
  const exact = (Math.sqrt(4 * sigma * sigma + 1) - 1) / 2;
  const [small, share] = [Math.floor(exact), exact - Math.floor(exact)];
  let out = field;
  for (let pass = 0; pass < 3; pass++) {
    out = boxRows(boxRows(out, size, small, share), size, small, share);
  }
  return out;
}

/** Running mean of 2r + 1 pixels along rows, blended with that of 2r + 3; the result is transposed. */
function boxRows(field: Field, size: number, r: number, share: number): Field {
  const out = new Float32Array(field.length);
  const reach = r + 1;
  const row = new Float64Array(size + 2 * reach);
  const [narrow, wide] = [(1 - share) / (2 * r + 1), share / (2 * r + 3)];
  for (let y = 0; y < size; y++) {
    for (let i = 0; i < row.length; i++) row[i] = field[y * size + ((i - reach + size) % size)] as number;
    let sum = 0;
    for (let i = 1; i < 2 * r + 2; i++) sum += row[i] as number;
    for (let x = 0; x < size; x++) {
      const [before, after] = [row[x] as number, row[x + 2 * reach] as number];
      out[x * size + y] = narrow * sum + wide * (sum + before + after);
      sum += after - (row[x + 1] as number);
    }
  }
  return out;
}

/** `field` with mean 0 and deviation 1. */
export function standardised(field: Field): Field {
  const mean = field.reduce((sum, x) => sum + x, 0) / field.length;
  const variance = field.reduce((sum, x) => sum + (x - mean) ** 2, 0) / field.length;
  return field.map((x) => (x - mean) / Math.sqrt(variance));
}

/** Clouds: standardised noise whose blur is `sigma`, with `detail` times as much of a quarter of it on top. */
export function clouds(size: number, sigma: number, detail: number, random: Random): Field {
  const coarse = standardised(blurred(whiteNoise(size, random), size, sigma));
  const fine = standardised(blurred(whiteNoise(size, random), size, sigma / 4));
  return coarse.map((x, i) => (x + detail * (fine[i] as number)) / Math.hypot(1, detail));
}

/** Adds `height` times a Gaussian of `sigma` pixels at (cx, cy), raised to `hardness`: 1 is soft, 3 nearly a disc. */
export function addSpot(
  field: Field,
  size: number,
  spot: {
    readonly cx: number;
    readonly cy: number;
    readonly sigma: number;
    readonly height: number;
    readonly hardness?: number;
  },
): void {
  const { cx, cy, sigma, height, hardness = 1 } = spot;
  const reach = Math.ceil(4 * sigma);
  for (let y = Math.max(0, Math.round(cy) - reach); y <= Math.min(size - 1, Math.round(cy) + reach); y++) {
    for (let x = Math.max(0, Math.round(cx) - reach); x <= Math.min(size - 1, Math.round(cx) + reach); x++) {
      const r2 = ((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma * sigma);
      field[y * size + x] = (field[y * size + x] as number) + height * Math.exp(-(r2 ** hardness));
    }
  }
}
