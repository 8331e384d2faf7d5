/** What a frame says about how large its pixels are, and how fast frames follow each other. */
import type { DicomDataSet } from './data-set.ts';

export interface FrameSpacing {
  /** Millimetres from row to row and from column to column; null when not known. */
  readonly spacingMm: [row: number, column: number] | null;
  /** The spacing is that of the detector, where things are shown larger than they are in the patient. */
  readonly isSpacingAtDetector: boolean;
}

/**
 * Pixel Spacing of a frame, else Imager Pixel Spacing. Pixel Spacing that only repeats the detector's was not corrected for magnification, unless
 * the data set says how it was calibrated. Source: PS3.3 10.7.1.
 */
export function frameSpacing(dataSet: DicomDataSet, frame: number): FrameSpacing {
  const own = dataSet.items('perFrameFunctionalGroupsSequence')[frame]?.items('pixelMeasuresSequence')[0];
  const shared = dataSet.items('sharedFunctionalGroupsSequence')[0]?.items('pixelMeasuresSequence')[0];
  const inPatient = (own ?? shared ?? dataSet).numbers('pixelSpacing');
  const atDetector = dataSet.numbers('imagerPixelSpacing');
  const [row = 0, column = 0] = inPatient.length >= 2 ? inPatient : atDetector;
  const isKnown = row > 0 && column > 0;
  const isRepeated =
    row === atDetector[0] && column === atDetector[1] && dataSet.text('pixelSpacingCalibrationType') === undefined;
  return {
    spacingMm: isKnown ? [row, column] : null,
    isSpacingAtDetector: isKnown && (inPatient.length < 2 || isRepeated),
  };
}

/**
 * Frames a second: of FrameTime in milliseconds, else the rate that CineRate or RecommendedDisplayFrameRate names; undefined where none does.
 * Source: PS3.3 C.7.6.5.1.1.
 */
export function framesPerSecond(dataSet: DicomDataSet): number | undefined {
  const frameTimeMs = dataSet.number('frameTime') ?? 0;
  if (frameTimeMs > 0) return 1000 / frameTimeMs;
  const rates = [dataSet.number('cineRate'), dataSet.number('recommendedDisplayFrameRate')];
  return rates.find((rate) => rate !== undefined && rate > 0);
}
