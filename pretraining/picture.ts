/**
 * One labelled picture of the pre-training set: noise of a random coarseness, nought to six kinds drawn on it at a
 * random contrast, shown as a display shows it. Made from its number alone: picture n of a seed is always the same,
 * whatever was made before it.
 *
 * How high a drawing is counts in shares of the display's range. Taken as shares of the noise alone, most were too faint for
 * anyone, and 17,000 steps taught little.
 */
import type { Random } from '../core/base/random.ts';
import { addSpot, emptyCanvas, noise } from './canvas.ts';
import { kindNames, kinds } from './kinds.ts';

export interface Picture {
  /** [3, size, size] in [0, 1]. */
  readonly pixels: Float32Array;
  /** [patches, kinds], 1 where the kind is seen in the patch. */
  readonly patchLabels: Float32Array;
  /** [patches, cells, kinds], 1 where the kind is seen in that cell of the patch; cells row by row. */
  readonly cellLabels: Float32Array;
  /** [kinds], 1 where the kind is in the picture. */
  readonly imageLabels: Float32Array;
  /** Coarseness of the background noise, 0 to 1. */
  readonly slope: number;
}

/** A cell holds a kind where the drawing reaches this share of its height. */
const seenHeight = 0.4;

/** Cells along a patch's side. */
export const cellsAcross = 4;

/**
 * Pictures crowded with small drawings. A patch learns a kind from the patches that hold it, and where a picture has two or
 * three small drawings, nine patches in ten teach nothing; the other pictures are as empty as images are.
 */
const denseShare = 0.6;

/** Small kinds, drawn up to four times in a picture, and up to twenty times in a crowded one. */
const repeated: ReadonlySet<string> = new Set(['specks', 'discs', 'rods', 'star', 'rings']);

/** Kinds wide enough to stand out from the clouds of the background only; the others stand out from its grain. */
const wide: ReadonlySet<string> = new Set(['blob', 'edge', 'texture', 'grating']);

/** Kinds of which a patch holds so many pixels that they are seen at less contrast than a speck or a thin line. */
const filled: ReadonlySet<string> = new Set(['discs', 'rods']);

/** A `size` x `size` picture with labels for patches of `patch` pixels. All heights are shares of the display's range. */
export function makePicture(size: number, patch: number, random: Random): Picture {
  const slope = random.uniform(0, 1.1);
  const canvas = noise(size, slope, random);
  const { pixels } = canvas;
  const spread = random.logUniform(0.008, 0.08);
  for (let i = 0; i < pixels.length; i++) pixels[i]! *= spread;
  addDistractors(pixels, size, random);
  // Local roughness: a drawing is seen against the differences between neighbours, not against the clouds.
  const roughness = neighbourDeviation(pixels, size);
  addRegions(pixels, size, random);
  const count = random.uniform() < 0.12 ? 0 : 2 + random.integer(5);
  const isDense = random.uniform() < denseShare;
  const drawings: Drawing[] = [];
  for (const kind of random.shuffled(kindNames.map((_, i) => i)).slice(0, count)) {
    const layer = emptyCanvas(size);
    const times = repeated.has(kindNames[kind]!) ? 1 + random.integer(isDense ? 20 : 4) : 1;
    for (let n = 0; n < times; n++) kinds[kindNames[kind]!](layer, random);
    const ground = wide.has(kindNames[kind]!) ? Math.max(roughness, spread) : roughness;
    const faintest = ground * (filled.has(kindNames[kind]!) ? 1.5 : 2.5);
    const contrast = Math.max(random.logUniform(0.04, 0.4), faintest * random.uniform(1, 1.5));
    for (let i = 0; i < pixels.length; i++) pixels[i]! += contrast * layer.pixels[i]!;
    drawings.push({ kind, contrast, layer: layer.pixels });
  }
  // Some pixel of it is brought to some grey level: a picture stands for a piece of a larger image.
  const shift = random.uniform(0.1, 0.9) - pixels[random.integer(pixels.length)]!;
  for (let i = 0; i < pixels.length; i++) pixels[i]! += shift;
  const columns = size / patch;
  const cellLabels = new Float32Array(columns * columns * cellsAcross ** 2 * kindNames.length);
  for (const drawing of drawings) markCells(drawing, pixels, size, patch, cellLabels);
  const patchLabels = anyOf(cellLabels, columns * columns);
  const imageLabels = anyOf(patchLabels, 1);
  return { pixels: display(pixels, random), cellLabels, patchLabels, imageLabels, slope: slope / 1.1 };
}

/** What was drawn: `layer` has peak height 1 and was added `contrast` times. */
interface Drawing {
  readonly kind: number;
  readonly contrast: number;
  readonly layer: Float32Array;
}

/** Single hot pixels in some pictures, as detectors have: not specks, which are wider and lie in groups. */
function addDistractors(pixels: Float32Array, size: number, random: Random): void {
  if (random.uniform() < 0.3) {
    const height = random.logUniform(0.05, 0.4);
    for (let n = random.integer(20); n > 0; n--) {
      addSpot({ size, pixels }, random.integer(size), random.integer(size), 0.25, height);
    }
  }
}

/**
 * Large soft regions and waves, unnamed, often higher than all that is named: organs, bones and the air beside them.
 */
function addRegions(pixels: Float32Array, size: number, random: Random): void {
  const height = (): number => random.logUniform(0.05, 0.5) * (random.uniform() < 0.5 ? -1 : 1);
  for (let n = random.integer(4); n > 0; n--) {
    const [cx, cy] = [random.uniform(-0.3, 1.3) * size, random.uniform(-0.3, 1.3) * size];
    const [a, b] = [random.uniform(0.2, 0.9) * size, random.uniform(0.2, 0.9) * size];
    const softness = random.uniform(4, 14);
    const [c, s] = turned(random);
    const top = height();
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const [u, v] = [((x - cx) * c + (y - cy) * s) / a, ((y - cy) * c - (x - cx) * s) / b];
        const outside = (Math.hypot(u, v) - 1) * Math.min(a, b);
        const steps = outside / softness;
        if (steps < 20) pixels[y * size + x]! += steps < -20 ? top : top / (1 + Math.exp(steps));
      }
    }
  }
  if (random.uniform() < 0.3) {
    const wave = (2 * Math.PI) / random.uniform(28, 120);
    const [c, s] = turned(random);
    const [top, phase] = [0.5 * height(), random.uniform(0, 2 * Math.PI)];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) pixels[y * size + x]! += top * Math.sin(wave * (x * c + y * s) + phase);
    }
  }
}

/** Cosine and sine of a random direction. */
function turned(random: Random): readonly [number, number] {
  const angle = random.uniform(0, 2 * Math.PI);
  return [Math.cos(angle), Math.sin(angle)];
}

function neighbourDeviation(pixels: Float32Array, size: number): number {
  let sum = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 1; x < size; x++) sum += (pixels[y * size + x]! - pixels[y * size + x - 1]!) ** 2;
  }
  return Math.sqrt(sum / (2 * size * (size - 1)));
}

/** Marks the cells in which the drawing is seen, and not lost beyond black or white. */
function markCells(drawing: Drawing, pixels: Float32Array, size: number, patch: number, labels: Float32Array): void {
  const { kind, contrast, layer } = drawing;
  const [columns, cell, k] = [size / patch, patch / cellsAcross, kindNames.length];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const height = layer[y * size + x]!;
      if (Math.abs(height) < seenHeight) continue;
      const value = pixels[y * size + x]!;
      const shown = Math.abs(clipped(value) - clipped(value - contrast * height));
      if (shown < 0.5 * contrast * Math.abs(height)) continue;
      const token = Math.floor(y / patch) * columns + Math.floor(x / patch);
      const within = Math.floor((y % patch) / cell) * cellsAcross + Math.floor((x % patch) / cell);
      labels[(token * cellsAcross ** 2 + within) * k + kind] = 1;
    }
  }
}

const clipped = (value: number): number => Math.min(1, Math.max(0, value));

/** [groups, kinds] of [groups * n, kinds]: 1 where any of the n is. */
function anyOf(labels: Float32Array, groups: number): Float32Array {
  const k = kindNames.length;
  const each = labels.length / groups;
  const out = new Float32Array(groups * k);
  labels.forEach((label, i) => {
    if (label === 1) out[Math.floor(i / each) * k + (i % k)] = 1;
  });
  return out;
}

/** The pixels as a display shows them, in 8 to 16 bits, sometimes inverted or tinted: [3, size, size] in [0, 1]. */
function display(pixels: Float32Array, random: Random): Float32Array {
  const isInverted = random.uniform() < 0.15;
  const levels = 2 ** (8 + random.integer(9)) - 1;
  const out = new Float32Array(3 * pixels.length);
  const tint = random.uniform() < 0.2 ? [0, 1, 2].map(() => random.uniform(0.6, 1)) : [1, 1, 1];
  for (let i = 0; i < pixels.length; i++) {
    const shown = clipped(pixels[i]!);
    const level = Math.round((isInverted ? 1 - shown : shown) * levels) / levels;
    for (let c = 0; c < 3; c++) out[c * pixels.length + i] = level * tint[c]!;
  }
  return out;
}
