/** A square grey picture being drawn, and the noise it is drawn on. */
import type { Random } from '../core/base/random.ts';

/** `pixels` [size * size] row-major; any real numbers, shown as a display shows them at the end. */
export interface Canvas {
  readonly size: number;
  readonly pixels: Float32Array;
}

export function emptyCanvas(size: number): Canvas {
  return { size, pixels: new Float32Array(size * size) };
}

/**
 * Noise whose amplitude at wavelength w grows as w^slope (slope 0: white; 1: clouds), mean 0 and standard deviation 1.
 * A sum of octaves, each a random grid interpolated smoothly; cell sizes start from a random real number, so that no
 * grid of ours becomes a feature to learn.
 */
export function noise(size: number, slope: number, random: Random): Canvas {
  const canvas = emptyCanvas(size);
  const { pixels } = canvas;
  for (let cell = random.uniform(1, 1.6); cell < size; cell *= random.uniform(1.7, 2.3)) {
    const amplitude = cell ** slope;
    if (cell < 1.2) for (let i = 0; i < pixels.length; i++) pixels[i]! += amplitude * fastNormal(random);
    else addOctave(canvas, cell, amplitude, random);
  }
  standardise(pixels);
  return canvas;
}

/** Sum of four uniforms, scaled to variance 1: near enough to normal for textures and several times cheaper. */
function fastNormal(random: Random): number {
  const a = random.uint32();
  const b = random.uint32();
  const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16);
  return (sum / 65536 - 2) * Math.sqrt(3);
}

function addOctave({ size, pixels }: Canvas, cell: number, amplitude: number, random: Random): void {
  const n = Math.ceil(size / cell) + 3;
  const grid = new Float32Array(n * n);
  for (let i = 0; i < grid.length; i++) grid[i] = amplitude * fastNormal(random);
  const [left, top] = [random.uniform(), random.uniform()];
  const [columns, fractions] = [new Int32Array(size), new Float64Array(size)];
  for (let x = 0; x < size; x++) [columns[x], fractions[x]] = smoothPosition(x / cell + left);
  for (let y = 0; y < size; y++) {
    const [row, fy] = smoothPosition(y / cell + top);
    const base = row * n;
    for (let x = 0; x < size; x++) {
      const fx = fractions[x]!;
      const i = base + columns[x]!;
      const upper = grid[i]! + fx * (grid[i + 1]! - grid[i]!);
      const lower = grid[i + n]! + fx * (grid[i + n + 1]! - grid[i + n]!);
      pixels[y * size + x]! += upper + fy * (lower - upper);
    }
  }
}

/** Cell and smoothstep fraction of a grid coordinate. */
function smoothPosition(t: number): readonly [cell: number, fraction: number] {
  const cell = Math.floor(t);
  const f = t - cell;
  return [cell, f * f * (3 - 2 * f)];
}

/** Brings `values` to mean 0 and standard deviation 1 in place; constant values become 0. */
export function standardise(values: Float32Array): void {
  let mean = 0;
  for (const v of values) mean += v;
  mean /= values.length;
  let variance = 0;
  for (const v of values) variance += (v - mean) ** 2;
  const scale = variance === 0 ? 0 : 1 / Math.sqrt(variance / values.length);
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - mean) * scale;
}

/** Adds a Gaussian spot of standard deviation `sigma` pixels centred at (x, y). */
export function addSpot({ size, pixels }: Canvas, x: number, y: number, sigma: number, height: number): void {
  const reach = Math.ceil(3 * sigma + 0.5);
  for (let v = Math.max(0, Math.floor(y - reach)); v <= Math.min(size - 1, Math.ceil(y + reach)); v++) {
    for (let u = Math.max(0, Math.floor(x - reach)); u <= Math.min(size - 1, Math.ceil(x + reach)); u++) {
      pixels[v * size + u]! += height * Math.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * sigma * sigma));
    }
  }
}

/** Draws a line of Gaussian profile through `points`, without brightening where its segments meet. */
export function addStroke(
  { size, pixels }: Canvas,
  points: readonly (readonly [number, number])[],
  sigma: number,
  height: number,
): void {
  const reach = Math.ceil(2.5 * sigma + 0.5);
  const falloff = -1 / (2 * sigma * sigma);
  const within = (axis: 0 | 1): readonly [number, number] => {
    const along = points.map((point) => point[axis]);
    return [
      Math.max(0, Math.floor(Math.min(...along) - reach)),
      Math.min(size - 1, Math.floor(Math.max(...along) + reach)),
    ];
  };
  const [[left, right], [top, bottom]] = [within(0), within(1)];
  if (right < left || bottom < top) return;
  const width = right - left + 1;
  const layer = new Float32Array(width * (bottom - top + 1));
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1]!;
    const [x1, y1] = points[i]!;
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / Math.max(0.5, 0.6 * sigma)));
    for (let s = 0; s <= steps; s++) {
      const x = x0 + ((x1 - x0) * s) / steps;
      const y = y0 + ((y1 - y0) * s) / steps;
      const [u0, u1] = [Math.max(0, Math.floor(x - reach)), Math.min(size - 1, Math.floor(x + reach))];
      const [v0, v1] = [Math.max(0, Math.floor(y - reach)), Math.min(size - 1, Math.floor(y + reach))];
      for (let v = v0; v <= v1; v++) {
        for (let u = u0; u <= u1; u++) {
          const exponent = ((u - x) ** 2 + (v - y) ** 2) * falloff;
          if (exponent < -8) continue;
          const value = Math.exp(exponent);
          const at = (v - top) * width + u - left;
          if (value > layer[at]!) layer[at] = value;
        }
      }
    }
  }
  for (let v = top; v <= bottom; v++) {
    for (let u = left; u <= right; u++) pixels[v * size + u]! += height * layer[(v - top) * width + u - left]!;
  }
}
