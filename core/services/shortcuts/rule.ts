/**
 * When something is a reason for alarm. Each rule asks for two things: that the effect is there (its 95 % interval over patients lies above 0) and that it
 * is large enough to matter. With six regions and a few attributes the first alone would cry wolf in one check of ten.
 */
import type { AcquisitionResult, EstimateView, RegionResult } from '../../contract/index.ts';

/** A fall of the probability of what is true (of numbers: an error that grows by that part of the labels' deviation) that matters. */
export const leastFall = 0.05;
/** Images of a region, and of each class among them, below which nothing is told. */
export const fewestImages = 10;
/**
 * Patients of each class whose images these are, below which nothing is told: with three of each that differ among themselves by more than the fall asks
 * for, one check of seven found what is none, and the others called the region free.
 */
export const fewestPatients = 5;
/** By how much more often the class is right when it is guessed from an attribute. */
export const leastGain = 0.1;
/** A loss of AUC within the values of an attribute that matters. */
export const leastDrop = 0.05;

const isLarge = ({ value, interval }: EstimateView, least: number): boolean =>
  value !== null && interval !== null && interval[0] > 0 && value > least;

/** @param rarest images and patients of the class that has fewest of them */
export function regionVerdict(
  fall: EstimateView,
  rarest: { readonly images: number; readonly patients: number },
): RegionResult['verdict'] {
  if (rarest.images < fewestImages || rarest.patients < fewestPatients || fall.interval === null) return 'untold';
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
