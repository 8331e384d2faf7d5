/**
 * Tissue-like background at several scales, different for every patient and, less so, for every image of a patient.
 *
 * A half-ellipse of tissue against air, as in mammography; inside it lattice noise in octaves (the spectrum of real breast
 * texture falls off as a power of frequency: Burgess, Jacobson, Judy 2001), ridged noise for strands, and grain.
 */
import type { Random } from '../../base/random.ts';

/** How a patient's tissue looks; drawn once a patient. */
export interface TissueStyle {
  readonly density: number;
  readonly contrast: number;
  readonly persistence: number;
  readonly strands: number;
  readonly width: number;
  readonly height: number;
  readonly grain: number;
}

/** A square picture with values around [0, 1] and how much of each pixel is tissue (0 air, 1 tissue). */
export interface TissueImage {
  readonly size: number;
  readonly data: Float32Array;
  readonly inside: Float32Array;
  /** Whether the chest wall is on the right. */
  readonly mirrored: boolean;
}

export function drawStyle(random: Random): TissueStyle {
  return {
    density: random.uniform(0.38, 0.52),
    contrast: random.uniform(0.035, 0.06),
    persistence: random.uniform(0.52, 0.66),
    strands: random.uniform(0.03, 0.09),
    width: random.uniform(0.9, 1.05),
    height: random.uniform(0.5, 0.58),
    grain: random.uniform(0.008, 0.014),
  };
}

/** A picture of `size` x `size` pixels in the style of a patient. */
export function paintTissue(size: number, style: TissueStyle, random: Random): TissueImage {
  const texture = new Float32Array(size * size);
  let amplitude = style.contrast;
  for (let cell = size / 4; cell >= 3; cell /= 2) {
    addLatticeNoise(texture, size, cell, amplitude, random);
    amplitude *= style.persistence;
  }
  addStrands(texture, size, style.strands, random);

  const data = new Float32Array(size * size);
  const inside = new Float32Array(size * size);
  const mirrored = random.uniform() < 0.5;
  const centreY = size * random.uniform(0.47, 0.53);
  const air = 0.035;
  for (let y = 0; y < size; y++) {
    const dy = (y - centreY) / (size * style.height);
    for (let x = 0; x < size; x++) {
      const dx = x / (size * style.width);
      const depth = 1 - dx * dx - dy * dy;
      const i = y * size + (mirrored ? size - 1 - x : x);
      if (depth <= 0) {
        data[i] = air;
        continue;
      }
      // Compressed tissue is nearly flat and thins towards the skin line.
      const tissue = depth > 0.25 ? 1 : Math.sqrt(depth / 0.25);
      inside[i] = tissue;
      data[i] = air + tissue * (style.density - air + (texture[i] ?? 0));
    }
  }
  addGrain(data, style.grain, random);
  return { size, data, inside, mirrored };
}

/** Adds smoothly interpolated normal noise on a lattice of `cell` pixels. */
function addLatticeNoise(out: Float32Array, size: number, cell: number, amplitude: number, random: Random): void {
  const n = Math.ceil(size / cell) + 2;
  const lattice = Float32Array.from({ length: n * n }, () => random.normal(0, amplitude));
  const shiftX = random.uniform();
  const shiftY = random.uniform();
  const column = new Int32Array(size);
  const weight = new Float32Array(size);
  for (let x = 0; x < size; x++) {
    const u = x / cell + shiftX;
    column[x] = Math.floor(u);
    weight[x] = smooth(u - Math.floor(u));
  }
  const row = new Float32Array(n);
  for (let y = 0; y < size; y++) {
    const v = y / cell + shiftY;
    const top = Math.floor(v) * n;
    const t = smooth(v - Math.floor(v));
    for (let k = 0; k < n; k++) row[k] = (lattice[top + k] ?? 0) * (1 - t) + (lattice[top + n + k] ?? 0) * t;
    const start = y * size;
    for (let x = 0; x < size; x++) {
      const c = column[x] as number;
      const w = weight[x] as number;
      out[start + x] = (out[start + x] as number) + (row[c] as number) * (1 - w) + (row[c + 1] as number) * w;
    }
  }
}

/** Adds thin bright ridges where a smooth field crosses zero: ligaments and vessels. */
function addStrands(out: Float32Array, size: number, amplitude: number, random: Random): void {
  const field = new Float32Array(size * size);
  addLatticeNoise(field, size, size / 7, 1, random);
  addLatticeNoise(field, size, size / 16, 0.35, random);
  for (let i = 0; i < field.length; i++) {
    const ridge = 1 - Math.abs(field[i] as number) * 4;
    if (ridge > 0) out[i] = (out[i] as number) + amplitude * ridge * ridge;
  }
}

/** Adds pixel noise from a table of normal numbers: one draw a pixel instead of four. */
function addGrain(data: Float32Array, amplitude: number, random: Random): void {
  const table = Float32Array.from({ length: 8192 }, () => random.normal(0, amplitude));
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + (table[random.uint32() & 8191] as number);
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
