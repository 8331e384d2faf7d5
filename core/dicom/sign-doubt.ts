/**
 * Signed values under a header that says that they are unsigned, as converters leave them: Hounsfield units below 0 become the largest numbers of 16
 * bits and are drawn white. Nothing says so but the values: they lie at both ends, with nothing between.
 */
import { AppError } from '../base/errors.ts';
import { attributeText } from './data-set.ts';
import type { DecodedFrame } from './decoded-frame.ts';

/** What lies at an end: this part of the range. */
const end = 1 / 8;
/** So many different values at each end are no padding and no writing, and this part of all samples at each. */
const fewestValues = 16;
const fewestSamples = 0.005;
/** Samples between the ends. */
const mostBetween = 0.001;

/** The notice that the samples look signed and are read unsigned; undefined for all others. */
export function signDoubt({ samples, bitsStored, isSigned, samplesPerPixel }: DecodedFrame): AppError | undefined {
  if (isSigned || samplesPerPixel !== 1 || bitsStored < 10) return undefined;
  const range = 2 ** bitsStored;
  const low = new Set<number>();
  const high = new Set<number>();
  let lows = 0;
  let highs = 0;
  for (const sample of samples) {
    if (sample < range * end) {
      lows += 1;
      if (low.size < fewestValues) low.add(sample);
    } else if (sample >= range * (1 - end)) {
      highs += 1;
      if (high.size < fewestValues) high.add(sample);
    }
  }
  const fewest = samples.length * fewestSamples;
  const isAtBothEnds = low.size >= fewestValues && high.size >= fewestValues && lows >= fewest && highs >= fewest;
  if (!isAtBothEnds || samples.length - lows - highs > samples.length * mostBetween) return undefined;
  return new AppError(
    'DICOM_HEADER_DOUBTFUL',
    `${attributeText('pixelRepresentation')} says that the samples are unsigned, and they look signed: they lie at both ends of the range and nothing between. Those below 0 are drawn white.`,
  );
}
