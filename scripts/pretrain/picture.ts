/**
 * One labelled picture of the pre-training set: noise of a random coarseness, nought to five kinds drawn on it at a
 * random contrast, brought to a random display range. Made from its number alone: picture n of a seed is always the
 * same, whatever was made before it.
 */
import type { Random } from '../../core/base/random.ts';
import { addSpot, emptyCanvas, noise } from './canvas.ts';
import { kindNames, kinds } from './kinds.ts';

export interface Picture {
  /** [3, size, size] in [0, 1]. */
  readonly pixels: Float32Array;
  /** [patches, kinds], 1 where the kind is seen in the patch. */
  readonly patchLabels: Float32Array;
  /** [kinds], 1 where the kind is in the picture. */
  readonly imageLabels: Float32Array;
  /** Coarseness of the background noise, 0 to 1. */
  readonly slope: number;
}

/** A patch holds a kind where the drawing reaches this share of its height, or this many pixels reach half of it. */
const seenHeight = 0.4;

/** Small kinds are drawn up to three times: a patch that holds one is what a picture has to teach, and most hold none. */
const repeated: ReadonlySet<string> = new Set(['specks', 'star', 'rings']);

/** A `size` x `size` picture with labels for patches of `patch` pixels. */
export function makePicture(size: number, patch: number, random: Random): Picture {
  const slope = random.uniform(0, 1.1);
  const canvas = noise(size, slope, random);
  const columns = size / patch;
  const patchLabels = new Float32Array(columns * columns * kindNames.length);
  const imageLabels = new Float32Array(kindNames.length);
  addDistractors(canvas.pixels, size, random);
  // Local roughness: a drawing is seen against the differences between neighbours, not against the clouds.
  const roughness = neighbourDeviation(canvas.pixels, size);
  const count = random.uniform() < 0.12 ? 0 : 2 + random.integer(4);
  for (const kind of random.shuffled(kindNames.map((_, i) => i)).slice(0, count)) {
    const layer = emptyCanvas(size);
    const times = repeated.has(kindNames[kind]!) ? 1 + random.integer(3) : 1;
    for (let n = 0; n < times; n++) kinds[kindNames[kind]!](layer, random);
    const isWide = ['blob', 'edge', 'texture', 'grating'].includes(kindNames[kind]!);
    const reference = isWide ? Math.max(roughness, 0.35) : roughness;
    const contrast = reference * Math.exp(random.uniform(Math.log(2.5), Math.log(14)));
    for (let i = 0; i < layer.pixels.length; i++) canvas.pixels[i]! += contrast * layer.pixels[i]!;
    if (markPatches(layer.pixels, size, patch, patchLabels, kind)) imageLabels[kind] = 1;
  }
  return { pixels: display(canvas.pixels, size, random), patchLabels, imageLabels, slope: slope / 1.1 };
}

/** Single hot pixels in some pictures, as detectors have: not specks, which are wider and lie in groups. */
function addDistractors(pixels: Float32Array, size: number, random: Random): void {
  if (random.uniform() < 0.3) {
    const height = random.uniform(1, 4);
    for (let n = random.integer(20); n > 0; n--) {
      addSpot({ size, pixels }, random.integer(size), random.integer(size), 0.25, height);
    }
  }
}

function neighbourDeviation(pixels: Float32Array, size: number): number {
  let sum = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 1; x < size; x++) sum += (pixels[y * size + x]! - pixels[y * size + x - 1]!) ** 2;
  }
  return Math.sqrt(sum / (2 * size * (size - 1)));
}

/** Marks the patches in which the drawing is seen; false when it is seen in none (it fell outside). */
function markPatches(layer: Float32Array, size: number, patch: number, labels: Float32Array, kind: number): boolean {
  const columns = size / patch;
  let seen = false;
  for (let row = 0; row < columns; row++) {
    for (let column = 0; column < columns; column++) {
      let peak = 0;
      for (let y = row * patch; y < (row + 1) * patch; y++) {
        for (let x = column * patch; x < (column + 1) * patch; x++)
          peak = Math.max(peak, Math.abs(layer[y * size + x]!));
      }
      if (peak >= seenHeight) {
        labels[(row * columns + column) * kindNames.length + kind] = 1;
        seen = true;
      }
    }
  }
  return seen;
}

/** Grey levels of a random window, in 8 to 16 bits, sometimes tinted: [3, size, size] in [0, 1]. */
function display(pixels: Float32Array, size: number, random: Random): Float32Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of pixels) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  const centre = random.uniform(0.3, 0.7);
  const width = random.uniform(0.35, 1);
  const gamma = Math.exp(random.uniform(-0.35, 0.35));
  const isInverted = random.uniform() < 0.15;
  const levels = 2 ** (8 + random.integer(9)) - 1;
  const out = new Float32Array(3 * size * size);
  const tint = random.uniform() < 0.2 ? [0, 1, 2].map(() => random.uniform(0.6, 1)) : [1, 1, 1];
  const range = Math.max(high - low, 1e-6);
  for (let i = 0; i < pixels.length; i++) {
    const unit = ((pixels[i]! - low) / range) ** gamma;
    const shown = Math.min(1, Math.max(0, centre + (unit - 0.5) * width));
    const level = Math.round((isInverted ? 1 - shown : shown) * levels) / levels;
    for (let c = 0; c < 3; c++) out[c * pixels.length + i] = level * tint[c]!;
  }
  return out;
}
