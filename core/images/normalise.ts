/** From pictures to the model's input: three channels or one, mean and standard deviation a channel. */
import type { GreyOrColourImage } from './picture.ts';

export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Shares of red, green and blue in the luma of a colour (ITU-R BT.601), which makes a picture grey. */
export const luma = [0.299, 0.587, 0.114] as const;

/**
 * (value - mean) / std a channel, [channels, height, width]. Of three channels grey is repeated. For a model that reads one channel, colour
 * becomes its luma; so does a mean of three channels, and a deviation, as if the channels went up and down together.
 */
export function normalise(
  image: GreyOrColourImage,
  mean: readonly number[],
  std: readonly number[],
  channels = 3,
): Float32Array {
  if (channels === 1) return normaliseGrey(image, mean, std);
  const pixels = image.width * image.height;
  const out = new Float32Array(3 * pixels);
  for (let c = 0; c < 3; c++) {
    const from = image.channels === 1 ? 0 : c;
    const m = mean[c] ?? mean[0] ?? 0;
    const s = std[c] ?? std[0] ?? 1;
    for (let i = 0; i < pixels; i++) out[c * pixels + i] = ((image.data[i * image.channels + from] as number) - m) / s;
  }
  return out;
}

function normaliseGrey(image: GreyOrColourImage, mean: readonly number[], std: readonly number[]): Float32Array {
  const [m, s] = [lumaOf(mean), lumaOf(std)];
  const { data } = image;
  if (image.channels === 1) return Float32Array.from(data, (value) => (value - m) / s);
  return Float32Array.from({ length: image.width * image.height }, (_, i) => {
    return (luma[0] * data[3 * i]! + luma[1] * data[3 * i + 1]! + luma[2] * data[3 * i + 2]! - m) / s;
  });
}

/** Of values that are all the same exactly that one, so that a model's own mean is not rounded. */
export function lumaOf(values: readonly number[]): number {
  const [r = 0, g = r, b = r] = values;
  return r === g && g === b ? r : luma[0] * r + luma[1] * g + luma[2] * b;
}

/** Running sums of pixel values a channel; plain data, so that it can be stored and combined. */
export interface PixelStatistics {
  readonly count: number;
  readonly mean: readonly [number, number, number];
  /** Sum of squared deviations from the mean. */
  readonly squares: readonly [number, number, number];
}

export const noStatistics: PixelStatistics = { count: 0, mean: [0, 0, 0], squares: [0, 0, 0] };

/** The statistics of one image's pixels, in float64. */
export function imageStatistics(image: GreyOrColourImage): PixelStatistics {
  const count = image.width * image.height;
  const mean: [number, number, number] = [0, 0, 0];
  const squares: [number, number, number] = [0, 0, 0];
  for (let c = 0; c < 3; c++) {
    if (image.channels === 1 && c > 0) {
      mean[c] = mean[0];
      squares[c] = squares[0];
      continue;
    }
    let sum = 0;
    for (let i = c; i < image.data.length; i += image.channels) sum += image.data[i] as number;
    const average = sum / count;
    let deviation = 0;
    for (let i = c; i < image.data.length; i += image.channels) deviation += ((image.data[i] as number) - average) ** 2;
    mean[c] = average;
    squares[c] = deviation;
  }
  return { count, mean, squares };
}

/**
 * The statistics of both sets of pixels together (Chan, Golub and LeVeque 1979). Exact in any order but for rounding; combine in
 * one order where results must repeat bit for bit.
 */
export function combineStatistics(a: PixelStatistics, b: PixelStatistics): PixelStatistics {
  const count = a.count + b.count;
  if (count === 0) return noStatistics;
  const channel = (c: 0 | 1 | 2): { mean: number; squares: number } => {
    const delta = b.mean[c] - a.mean[c];
    return {
      mean: a.mean[c] + (delta * b.count) / count,
      squares: a.squares[c] + b.squares[c] + (delta * delta * a.count * b.count) / count,
    };
  };
  const [r, g, bl] = [channel(0), channel(1), channel(2)];
  return { count, mean: [r.mean, g.mean, bl.mean], squares: [r.squares, g.squares, bl.squares] };
}

/** Mean and population standard deviation. A flat data set has deviation 0, which cannot divide: it is taken as 1. */
export function normalisationOf(statistics: PixelStatistics): Normalisation {
  const std = statistics.squares.map((squares) => Math.sqrt(squares / Math.max(1, statistics.count)) || 1);
  return { mean: [...statistics.mean], std };
}
