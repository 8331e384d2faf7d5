/** Stored values to modality values: Modality LUT Sequence, else rescale slope and intercept, else as they are (PS3.3 C.11.1). */
import type { DicomDataSet } from './data-set.ts';
import { frameAttributes } from './functional-groups.ts';
import { lookUp, readLut } from './lut.ts';

export interface Modality {
  /** The modality value of a stored value. */
  readonly apply: (stored: number) => number;
  readonly isIdentity: boolean;
}

export function readModality(dataSet: DicomDataSet, frame: number, isSigned: boolean): Modality {
  const item = dataSet.items('modalityLUTSequence')[0];
  if (item !== undefined) {
    const table = readLut(item, isSigned);
    return { apply: (stored) => lookUp(table, stored), isIdentity: false };
  }
  const source = frameAttributes(dataSet, 'pixelValueTransformationSequence', frame);
  // A slope of 0 would make every image flat; it is written by tools that mean "no rescale".
  const slope = source.number('rescaleSlope') || 1;
  const intercept = source.number('rescaleIntercept') ?? 0;
  return { apply: (stored) => stored * slope + intercept, isIdentity: slope === 1 && intercept === 0 };
}
