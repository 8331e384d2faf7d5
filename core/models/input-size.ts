/** Which image sizes fit an LPM: multiples of its patch, so a patch of 14 pixels turns 512 into 518 and 128 into 126. */
import { AppError } from '../base/errors.ts';

/** Smallest and largest LPM input side in pixels. */
export const inputSizeLimits = { smallest: 224, largest: 2048 } as const;

/** The LPM input size used unless the user sets one: 512, rounded up to a multiple of the patch. */
export function defaultInputSize(patch: number): number {
  return Math.ceil(512 / patch) * patch;
}

/** `size` when it is an LPM input size for this patch. @throws BAD_INPUT naming the nearest sizes that are */
export function checkInputSize(patch: number, size: number): number {
  const { smallest, largest } = inputSizeLimits;
  const clamped = Math.min(Math.max(Number.isFinite(size) ? size : 512, smallest), largest);
  const below = Math.max(Math.floor(clamped / patch), Math.ceil(smallest / patch)) * patch;
  const above = Math.min(Math.ceil(clamped / patch), Math.floor(largest / patch)) * patch;
  if (Number.isInteger(size) && size >= smallest && size <= largest && size % patch === 0) return size;
  throw new AppError(
    'BAD_INPUT',
    `The input size ${size} does not fit the LPM: allowed are multiples of its patch size ${patch} from ${smallest} to ${largest}.`,
    { action: `Use ${below === above ? below : `${below} or ${above}`} instead.` },
  );
}

/** The side network's image: 128 pixels (224 for FPT), rounded down to a multiple of the patch. */
export function sideImageSize(patch: number, wanted: number): number {
  return Math.max(1, Math.floor(wanted / patch)) * patch;
}
