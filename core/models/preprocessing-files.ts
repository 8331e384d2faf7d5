/**
 * How a model wants its pixels, from the files that publishers lay beside the weights: `preprocessor_config.json` or `processor_config.json`
 * (Hugging Face), `open_clip_config.json`, and `pretrained_cfg` in timm's `config.json`.
 */
import { AppError } from '../base/errors.ts';
import type { LpmConfig } from './lpm-config.ts';

type Json = Readonly<Record<string, unknown>>;

/** Parsed files of a model folder, null or absent where it has none. */
export interface ModelFiles {
  /** `config.json` */
  readonly config?: unknown;
  /** `preprocessor_config.json`, or `processor_config.json` */
  readonly preprocessor?: unknown;
  /** `open_clip_config.json` */
  readonly openClip?: unknown;
}

/** The value when it is a JSON object, else an empty one. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/**
 * Mean and standard deviation of each channel, of pixels in [0, 1]: those of the first file that says them, else `fallback`. One value stands
 * for all channels; a model that was trained without normalising has mean 0 and deviation 1.
 * @throws LPM_UNSUPPORTED for values that are no numbers, and deviations that are not above 0
 */
export function pixelNormalisation(
  files: ModelFiles,
  fallback: Pick<LpmConfig, 'mean' | 'std'>,
): Pick<LpmConfig, 'mean' | 'std'> {
  const preprocessor = imageProcessor(files);
  const scaled = (values: readonly [number, number, number]): [number, number, number] => {
    const largest = largestPixel(preprocessor);
    return largest === 1 ? [...values] : [values[0] / largest, values[1] / largest, values[2] / largest];
  };
  if (preprocessor['do_normalize'] === false) return { mean: [0, 0, 0], std: scaled([1, 1, 1]) };
  const openClip = asObject(asObject(files.openClip)['preprocess_cfg']);
  const timm = asObject(asObject(files.config)['pretrained_cfg']);
  const first = (...values: unknown[]): readonly [number, number, number] | undefined =>
    values.map(tripleOf).find((value) => value !== undefined);
  const own = (name: string): readonly [number, number, number] | undefined => {
    const values = tripleOf(preprocessor[name]);
    return values === undefined ? undefined : scaled(values);
  };
  const mean = own('image_mean') ?? first(openClip['mean'], timm['mean']) ?? fallback.mean;
  const std = own('image_std') ?? first(openClip['std'], timm['std']) ?? fallback.std;
  if (!mean.every(Number.isFinite) || !std.every((value) => Number.isFinite(value) && value > 0)) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `The LPM's pixel normalisation is mean [${mean.join(', ')}], std [${std.join(', ')}]; needed are numbers, and std above 0.`,
    );
  }
  return { mean, std };
}

/**
 * What a processor makes of the largest pixel before it takes off the mean: 1 for nearly all, which divide bytes by 255; those that leave
 * bytes as they are write means and deviations of bytes.
 */
function largestPixel({ do_rescale: rescales, rescale_factor: factor }: Json): number {
  if (rescales === false) return 255;
  const largest = typeof factor === 'number' ? factor * 255 : 1;
  return Number.isFinite(largest) && largest > 0 && Math.abs(largest - 1) > 1e-6 ? largest : 1;
}

/** The image size [rows, columns] in pixels that the files beside a model prepare pictures for; undefined where none says it. */
export function preparedSize(files: ModelFiles): readonly [number, number] | undefined {
  const preprocessor = imageProcessor(files);
  const openClip = asObject(files.openClip);
  const vision = asObject(asObject(openClip['model_cfg'])['vision_cfg']);
  return (
    pairOf(preprocessor['crop_size']) ??
    pairOf(preprocessor['size']) ??
    pairOf(asObject(openClip['preprocess_cfg'])['size']) ??
    pairOf(vision['image_size']) ??
    inputSize(asObject(asObject(files.config)['pretrained_cfg'])['input_size'])
  );
}

/** Newer folders have the image processor inside a file that also tells of the text's. */
function imageProcessor({ preprocessor }: ModelFiles): Json {
  const whole = asObject(preprocessor);
  return 'image_processor' in whole ? asObject(whole['image_processor']) : whole;
}

/** Sides that no published model goes beyond; what else files say is no size. */
const largestSide = 16_384;

/** Rows and columns in pixels as files write them: one number, two, or an object of height and width; undefined for what is no size. */
export function pairOf(value: unknown): readonly [number, number] | undefined {
  return sized(anyPair(value));
}

function sized(pair: readonly [number, number] | undefined): readonly [number, number] | undefined {
  const isSize = pair?.every((side) => Number.isInteger(side) && side > 0 && side <= largestSide);
  return isSize === true ? pair : undefined;
}

function anyPair(value: unknown): readonly [number, number] | undefined {
  if (typeof value === 'number') return [value, value];
  if (Array.isArray(value)) return value.length === 2 ? [Number(value[0]), Number(value[1])] : undefined;
  const { height, width, shortest_edge: edge } = asObject(value);
  if (typeof height === 'number' && typeof width === 'number') return [height, width];
  return typeof edge === 'number' ? [edge, edge] : undefined;
}

/** timm's `[channels, height, width]`. */
export function inputSize(value: unknown): readonly [number, number] | undefined {
  return Array.isArray(value) && value.length === 3 ? sized([Number(value[1]), Number(value[2])]) : undefined;
}

function tripleOf(value: unknown): readonly [number, number, number] | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length === 1) return [Number(value[0]), Number(value[0]), Number(value[0])];
  return value.length === 3 ? [Number(value[0]), Number(value[1]), Number(value[2])] : undefined;
}
