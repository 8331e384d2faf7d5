/**
 * Resizing as Pillow does it (libImaging/Resample.c): separable, and when shrinking the filter is widened by the scale, which is
 * what torchvision calls anti-aliasing. On floats, with no rounding between the two passes.
 */
import type { GreyOrColourImage } from './picture.ts';

interface Filter {
  readonly support: number;
  readonly weight: (x: number) => number;
}

const triangle: Filter = { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };

/** Keys' cubic with a = -0.5, as Pillow has it. */
const cubic: Filter = {
  support: 2,
  weight: (signed) => {
    const x = Math.abs(signed);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  },
};

/** A rectangle of an image in pixels; borders may lie between pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** For each output place the first input it takes from, how many it takes, and their weights, with room for `taps` a place. */
interface Weights {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  readonly taps: number;
  readonly values: Float64Array;
}

/** `image` at `width` x `height`, bilinear, equal to Pillow's within rounding. */
export function resizeBilinear(image: GreyOrColourImage, width: number, height: number): GreyOrColourImage {
  return resample(image, width, height, triangle, whole(image));
}

/**
 * `image` at `width` x `height`, bicubic. Values are kept within [0, 1] after each of the two passes, as Pillow's 8-bit
 * lines are: the cubic overshoots at edges, and what overshoots in one pass must not be averaged back in the next.
 */
export function resizeBicubic(image: GreyOrColourImage, width: number, height: number): GreyOrColourImage {
  const lines = clamped(resample(image, width, image.height, cubic, whole(image)));
  return clamped(resample(lines, width, height, cubic, whole(lines)));
}

function clamped(image: GreyOrColourImage): GreyOrColourImage {
  return { ...image, data: image.data.map((value) => Math.min(1, Math.max(0, value))) };
}

/** The region of `image` at `width` x `height`, bilinear: crop and resize in one step, as RandomResizedCrop does. */
export function cropResizeBilinear(
  image: GreyOrColourImage,
  region: Region,
  width: number,
  height: number,
): GreyOrColourImage {
  return resample(image, width, height, triangle, region);
}

function whole(image: GreyOrColourImage): Region {
  return { left: 0, top: 0, width: image.width, height: image.height };
}

function resample(
  image: GreyOrColourImage,
  width: number,
  height: number,
  filter: Filter,
  region: Region,
): GreyOrColourImage {
  const { channels, data } = image;
  const across = weightsFor(region.left, region.width, width, filter);
  const down = weightsFor(region.top, region.height, height, filter);
  const top = Math.max(0, Math.floor(region.top));
  const bottom = Math.min(image.height, Math.ceil(region.top + region.height));
  // Pillow's order: lines first, so that the second pass has less to do.
  const lines = new Float32Array((bottom - top) * width * channels);
  for (let y = top; y < bottom; y++) {
    resampleLine(data, y * image.width * channels, channels, across, lines, (y - top) * width * channels);
  }
  const out = new Float32Array(width * height * channels);
  const stride = width * channels;
  for (let y = 0; y < height; y++) {
    const first = (down.first[y] as number) - top;
    const row = out.subarray(y * stride, (y + 1) * stride);
    for (let k = 0; k < (down.counts[y] as number); k++) {
      const weight = down.values[y * down.taps + k] as number;
      const line = lines.subarray((first + k) * stride, (first + k + 1) * stride);
      for (let i = 0; i < stride; i++) row[i] = (row[i] as number) + weight * (line[i] as number);
    }
  }
  return { width, height, channels, data: out };
}

/**
 * One line of the first pass, from `data` at `from` into `lines` at `to`. Most of a training step's own time is spent here:
 * the inner loops have no branch and nothing to look up.
 */
function resampleLine(
  data: Float32Array,
  from: number,
  channels: number,
  { first, counts, taps, values }: Weights,
  lines: Float32Array,
  to: number,
): void {
  for (let x = 0; x < first.length; x++) {
    const weights = x * taps;
    const count = counts[x] as number;
    const start = from + (first[x] as number) * channels;
    if (channels === 1) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += (values[weights + k] as number) * (data[start + k] as number);
      lines[to + x] = sum;
      continue;
    }
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let k = 0; k < count; k++)
        sum += (values[weights + k] as number) * (data[start + k * channels + c] as number);
      lines[to + x * channels + c] = sum;
    }
  }
}

/** precompute_coeffs of Resample.c: taps outside the region are left out and the rest scaled to sum to one. */
function weightsFor(start: number, length: number, size: number, filter: Filter): Weights {
  const scale = length / size;
  const filterScale = Math.max(1, scale);
  const support = filter.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const lowest = Math.max(0, Math.floor(start));
  const highest = Math.ceil(start + length);
  const first = new Int32Array(size);
  const counts = new Int32Array(size);
  const values = new Float64Array(size * taps);
  for (let i = 0; i < size; i++) {
    const center = start + (i + 0.5) * scale;
    const low = Math.max(lowest, Math.floor(center - support + 0.5));
    const high = Math.min(highest, Math.floor(center + support + 0.5));
    let sum = 0;
    for (let k = 0; k < high - low; k++) {
      const weight = filter.weight((k + low - center + 0.5) / filterScale);
      values[i * taps + k] = weight;
      sum += weight;
    }
    if (sum !== 0) for (let k = 0; k < high - low; k++) values[i * taps + k] = (values[i * taps + k] as number) / sum;
    first[i] = low;
    counts[i] = high - low;
  }
  return { first, counts, taps, values };
}
