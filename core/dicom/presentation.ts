/**
 * Whether the smallest value of a grey frame is white, decided once for viewport, thumbnail and network.
 *
 * Photometric Interpretation says it (PS3.3 C.7.6.3.1.2: MONOCHROME1 is white at its minimum). Presentation LUT Shape says it again, as
 * the last step of the grayscale pipeline: IDENTITY gives P-Values as they are, INVERSE after inversion; where the module is present,
 * IDENTITY shall go with MONOCHROME2 and INVERSE with MONOCHROME1 (C.8.11.3.1). So the two never add up to a double inversion. Where
 * they contradict each other the shape decides, because it is what defines the P-Values that are displayed; DCMTK does the same, and a
 * test compares with it. Such a file is named at import.
 */
import type { DicomDataSet } from './data-set.ts';

/** True when small values are shown white. */
export function isShownInverted(dataSet: DicomDataSet, photometricInterpretation: string): boolean {
  const shape = shapeOf(dataSet);
  return shape === undefined ? photometricInterpretation === 'MONOCHROME1' : shape === 'INVERSE';
}

/** True when Presentation LUT Shape and Photometric Interpretation of a grey instance say the opposite of each other. */
export function contradictsItself(dataSet: DicomDataSet): boolean {
  const photometric = dataSet.texts('photometricInterpretation')[0]?.toUpperCase();
  const shape = shapeOf(dataSet);
  return (
    (photometric === 'MONOCHROME1' && shape === 'IDENTITY') || (photometric === 'MONOCHROME2' && shape === 'INVERSE')
  );
}

function shapeOf(dataSet: DicomDataSet): 'IDENTITY' | 'INVERSE' | undefined {
  const shape = dataSet.text('presentationLUTShape')?.toUpperCase();
  return shape === 'IDENTITY' || shape === 'INVERSE' ? shape : undefined;
}
