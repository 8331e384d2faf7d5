/** What a frame says about how large its pixels are, and how fast frames follow each other. */
import type { DicomDataSet } from './data-set.ts';
import { frameAttributes } from './functional-groups.ts';
import type { sopClasses } from './generated/uids.ts';

/** Projection radiographs, on which things are shown larger than they are; of slices a spacing is always one in the patient. */
const projections: ReadonlySet<string | undefined> = new Set([
  '1.2.840.10008.5.1.4.1.1.1',
  '1.2.840.10008.5.1.4.1.1.1.1',
  '1.2.840.10008.5.1.4.1.1.1.1.1',
  '1.2.840.10008.5.1.4.1.1.1.2',
  '1.2.840.10008.5.1.4.1.1.1.2.1',
  '1.2.840.10008.5.1.4.1.1.1.3',
  '1.2.840.10008.5.1.4.1.1.1.3.1',
  '1.2.840.10008.5.1.4.1.1.12.1',
  '1.2.840.10008.5.1.4.1.1.12.2',
  '1.2.840.10008.5.1.4.1.1.12.3',
] satisfies (keyof typeof sopClasses)[]);

export interface FrameSpacing {
  /** Millimetres from row to row and from column to column; null when not known. */
  readonly spacingMm: [row: number, column: number] | null;
  /**
   * Where the spacing is that of: in the patient, `estimated` where that is by the magnification that the file estimates; or at the detector, where
   * things are shown larger than they are. `unknown` where the file does not tell which of both.
   */
  readonly spacingAt: 'patient' | 'estimated' | 'detector' | 'unknown';
  /** The height of a pixel in its widths. */
  readonly pixelAspect: number;
}

/**
 * Pixel Spacing of a frame, else Imager Pixel Spacing (of enhanced angiograms in the frame's pixel data properties). Pixel Spacing that only repeats the detector's was not corrected for magnification, unless
 * the data set says how it was calibrated; where it stands alone on a projection radiograph, it cannot be determined whether it was (PS3.3
 * 10.7.1.1). A spacing at the detector is divided by Estimated Radiographic Magnification Factor (C.8.7.5), as IHE's profile of mammography wants it. Without either, Pixel Aspect Ratio (vertical\horizontal, C.7.6.3.1.7) still tells the shape.
 */
export function frameSpacing(dataSet: DicomDataSet, frame: number): FrameSpacing {
  const source = frameAttributes(dataSet, 'pixelMeasuresSequence', frame);
  const own = source.numbers('pixelSpacing');
  const ofFrame = frameAttributes(dataSet, 'framePixelDataPropertiesSequence', frame).numbers('imagerPixelSpacing');
  const atDetector = ofFrame.length >= 2 ? ofFrame : dataSet.numbers('imagerPixelSpacing');
  const [row = 0, column = 0] = own.length >= 2 ? own : atDetector;
  if (!(row > 0 && column > 0)) return { spacingMm: null, spacingAt: 'patient', pixelAspect: aspectRatio(dataSet) };
  const isCalibrated = dataSet.text('pixelSpacingCalibrationType') !== undefined;
  const isRepeated = row === atDetector[0] && column === atDetector[1] && !isCalibrated;
  const isAlone = atDetector.length < 2 && !isCalibrated && projections.has(dataSet.uid('sopClassUID'));
  const pixelAspect = row / column;
  if (own.length >= 2 && !isRepeated) {
    return { spacingMm: [row, column], spacingAt: isAlone ? 'unknown' : 'patient', pixelAspect };
  }
  // From source to detector, over from source to object: a mammogram that was magnified shows everything nearly twice as large.
  const magnification = dataSet.number('estimatedRadiographicMagnificationFactor') ?? 0;
  if (!(magnification >= 1)) return { spacingMm: [row, column], spacingAt: 'detector', pixelAspect };
  return { spacingMm: [row / magnification, column / magnification], spacingAt: 'estimated', pixelAspect };
}

function aspectRatio(dataSet: DicomDataSet): number {
  const [vertical = 1, horizontal = 1] = dataSet.numbers('pixelAspectRatio');
  return vertical > 0 && horizontal > 0 ? vertical / horizontal : 1;
}

/**
 * Frames a second: of FrameTime in milliseconds, or the mean of FrameTimeVector, else the rate that CineRate or RecommendedDisplayFrameRate names; undefined where none does.
 * Source: PS3.3 C.7.6.5.1.1.
 */
export function framesPerSecond(dataSet: DicomDataSet): number | undefined {
  const frameTimeMs = dataSet.number('frameTime') ?? 0;
  if (frameTimeMs > 0) return 1000 / frameTimeMs;
  // Times from the frame before, of which the first is 0; that they differ from frame to frame cannot be shown by one rate.
  const times = dataSet.numbers('frameTimeVector').slice(1);
  const wholeMs = times.reduce((sum, ms) => sum + ms, 0);
  if (wholeMs > 0) return (1000 * times.length) / wholeMs;
  const rates = [dataSet.number('cineRate'), dataSet.number('recommendedDisplayFrameRate')];
  return rates.find((rate) => rate !== undefined && rate > 0);
}
