/** Where a slice lies in the patient. */
import type { DicomDataSet, Keyword } from './data-set.ts';
import { frameAttributes } from './functional-groups.ts';

/**
 * Image Position (Patient) along the normal of the image, in millimetres: for axial slices their height, towards the head. Undefined where the
 * data set does not say it; of a frame, its own functional groups are asked first. Slices of one direction lie in the order of this number.
 * Source: PS3.3 C.7.6.2.1.1.
 */
export function slicePositionOf(dataSet: DicomDataSet, frame?: number): number | undefined {
  const attributesOf = (macro: Keyword): DicomDataSet =>
    frame === undefined ? dataSet : frameAttributes(dataSet, macro, frame);
  const orientation = attributesOf('planeOrientationSequence');
  const plane = attributesOf('planePositionSequence');
  const [x, y, z] = plane.numbers('imagePositionPatient');
  const [rx, ry, rz, cx, cy, cz] = orientation.numbers('imageOrientationPatient');
  const known = [x, y, z, rx, ry, rz, cx, cy, cz];
  if (known.some((value) => value === undefined || !Number.isFinite(value))) return undefined;
  const [px = 0, py = 0, pz = 0, ax = 0, ay = 0, az = 0, bx = 0, by = 0, bz = 0] = known;
  const position = px * (ay * bz - az * by) + py * (az * bx - ax * bz) + pz * (ax * by - ay * bx);
  // Neither -0 nor the noise of a tenth of a micrometre.
  return Math.round(position * 1e4) / 1e4 + 0;
}
