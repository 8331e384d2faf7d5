/**
 * When something is a reason for alarm. Each rule asks for two things: that the effect is there (its 95 % interval over patients lies above 0) and that it
 * is large enough to matter. With six regions and a few attributes the first alone would cry wolf in one check of ten.
 */
import type { AcquisitionResult, EstimateView, RegionResult } from '../../contract/index.ts';

/** A fall of the probability of what is true (of numbers: an error that grows by that part of the labels' deviation) that matters. */
export const leastFall = 0.05;
/** Images of a region, and of each class among them, below which nothing is told. */
export const fewestImages = 10;
/** By how much more often the class is right when it is guessed from an attribute. */
export const leastGain = 0.1;
/** A loss of AUC within the values of an attribute that matters. */
export const leastDrop = 0.05;

const isLarge = ({ value, interval }: EstimateView, least: number): boolean =>
  value !== null && interval !== null && interval[0] > 0 && value > least;

/** @param images those of the rarest class that was answered */
export function regionVerdict(fall: EstimateView, images: number): RegionResult['verdict'] {
  if (images < fewestImages || fall.interval === null) return 'untold';
  return isLarge(fall, leastFall) ? 'hangsOnIt' : 'free';
}

/** `isSeparable` is false where no value has cases of both kinds: the classes then come from different devices altogether. */
export function acquisitionVerdict(
  gain: EstimateView,
  drop: EstimateView,
  isSeparable: boolean,
): AcquisitionResult['verdict'] {
  if (!isLarge(gain, leastGain)) return 'free';
  return !isSeparable || isLarge(drop, leastDrop) ? 'separates' : 'givesAway';
}
