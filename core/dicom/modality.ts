/**
 * Stored values to modality values: Modality LUT Sequence, else rescale slope and intercept, else as they are (PS3.3 C.11.1).
 *
 * Of X-ray angiography and radiofluoroscopy they are as they are always. Pixels are stored there as they are to be seen, and what the module says
 * leads back to the intensity of the beam (Pixel Intensity Relationship, C.8.7.1.1.2); windows are about stored values. Applied for display,
 * a table that undoes a logarithm makes nearly all of a picture black or white. DCMTK draws such files so, and a test compares with it.
 */
import { AppError } from '../base/errors.ts';
import { attributeText, type DicomDataSet, type Keyword } from './data-set.ts';
import type { DecodedFrame } from './decoded-frame.ts';
import { frameAttributes } from './functional-groups.ts';
import type { sopClasses } from './generated/uids.ts';
import { type InputRange, lookUp, lutItem, readLut, storedRange } from './lut.ts';

export interface Modality {
  /** The modality value of a stored value. */
  readonly apply: (stored: number) => number;
  readonly isIdentity: boolean;
  /** The values that it can give. */
  readonly range: InputRange;
}

/** X-Ray Angiographic, X-Ray Radiofluoroscopic and (retired) biplane: their enhanced successors use the transformation for display. */
const storedForDisplay: ReadonlySet<string | undefined> = new Set([
  '1.2.840.10008.5.1.4.1.1.12.1',
  '1.2.840.10008.5.1.4.1.1.12.2',
  '1.2.840.10008.5.1.4.1.1.12.3',
] satisfies (keyof typeof sopClasses)[]);

/** Whether the instance is of a kind whose stored values are what is displayed, whatever its Modality LUT module says. */
export function isStoredForDisplay(dataSet: DicomDataSet): boolean {
  return storedForDisplay.has(dataSet.uid('sopClassUID'));
}

/**
 * The transformation of a frame's stored values for display.
 * Throws DICOM_MALFORMED where a table is damaged or a slope or intercept is there but no number.
 */
export function readModality(
  dataSet: DicomDataSet,
  frame: number,
  decoded: Pick<DecodedFrame, 'isSigned' | 'bitsStored'>,
): Modality {
  const stored = storedRange(decoded);
  if (isStoredForDisplay(dataSet)) return { apply: (value) => value, isIdentity: true, range: stored };
  const item = lutItem(dataSet, 'modalityLUTSequence');
  if (item !== undefined) {
    const table = readLut(item, stored);
    return { apply: (value) => lookUp(table, value), isIdentity: false, range: { least: 0, most: table.most } };
  }
  const source = frameAttributes(dataSet, 'pixelValueTransformationSequence', frame);
  // A slope of 0 would make every image flat; it is written by tools that mean "no rescale".
  const slope = rescaleValue(source, 'rescaleSlope') || 1;
  const intercept = rescaleValue(source, 'rescaleIntercept') ?? 0;
  const apply = (value: number): number => value * slope + intercept;
  const ends = [apply(stored.least), apply(stored.most)] as const;
  const range = { least: Math.min(...ends), most: Math.max(...ends) };
  return { apply, isIdentity: slope === 1 && intercept === 0, range };
}

/**
 * What a frame's modality values are measured in; '' where nobody says. A CT names every unit but Hounsfield's (PS3.3 C.8.2.1: Rescale Type), which takes
 * a rescale: a report that was photographed into its series has none, or one of 1 and 0 that leaves no value below that of water, as air is.
 * `US` is the standard's word for unspecified (C.11.1.1.2).
 */
export function modalityUnit(dataSet: DicomDataSet, frame: number): string {
  if (isStoredForDisplay(dataSet) || lutItem(dataSet, 'modalityLUTSequence') !== undefined) return '';
  const source = frameAttributes(dataSet, 'pixelValueTransformationSequence', frame);
  const said = source.text('rescaleType');
  if (said !== undefined) return said === 'US' ? '' : said;
  if (dataSet.text('modality') !== 'CT') return '';
  const intercept = source.number('rescaleIntercept');
  const reachesAir = dataSet.number('pixelRepresentation') === 1 || (intercept ?? 0) < 0;
  return intercept !== undefined && reachesAir ? 'HU' : '';
}

/** Taken for absent, an unreadable intercept would move every value by a thousand without a word. */
function rescaleValue(source: DicomDataSet, keyword: Keyword): number | undefined {
  const value = source.number(keyword);
  if (value === undefined && source.text(keyword) !== undefined) {
    throw new AppError(
      'DICOM_MALFORMED',
      `${attributeText(keyword)} is no number; a decimal number with a point is allowed.`,
    );
  }
  return value;
}
