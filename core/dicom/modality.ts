/** Stored values to modality values: Modality LUT Sequence, else rescale slope and intercept, else as they are (PS3.3 C.11.1). */
import { AppError } from '../base/errors.ts';
import { attributeText, type DicomDataSet, type Keyword } from './data-set.ts';
import { frameAttributes } from './functional-groups.ts';
import { lookUp, lutItem, readLut } from './lut.ts';

export interface Modality {
  /** The modality value of a stored value. */
  readonly apply: (stored: number) => number;
  readonly isIdentity: boolean;
}

/**
 * The transformation of a frame's stored values. `isSigned` says how the table's first input is written.
 * Throws DICOM_MALFORMED where a table is damaged or a slope or intercept is there but no number.
 */
export function readModality(dataSet: DicomDataSet, frame: number, isSigned: boolean): Modality {
  const item = lutItem(dataSet, 'modalityLUTSequence');
  if (item !== undefined) {
    const table = readLut(item, isSigned);
    return { apply: (stored) => lookUp(table, stored), isIdentity: false };
  }
  const source = frameAttributes(dataSet, 'pixelValueTransformationSequence', frame);
  // A slope of 0 would make every image flat; it is written by tools that mean "no rescale".
  const slope = rescaleValue(source, 'rescaleSlope') || 1;
  const intercept = rescaleValue(source, 'rescaleIntercept') ?? 0;
  return { apply: (stored) => stored * slope + intercept, isIdentity: slope === 1 && intercept === 0 };
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
