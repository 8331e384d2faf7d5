import { expect, test } from 'vitest';
import { parseDicom, slicePositionOf, writeDicom } from '../../../core/dicom/index.ts';

const ids = { sopClassUID: '1.2.3', sopInstanceUID: '1.2.3.4' };
const positionOf = (values: object, frame?: number): number | undefined =>
  slicePositionOf(parseDicom(writeDicom({ ...ids, ...values })).dataSet, frame);

test('the position is along the normal: the height of an axial slice, the depth of a coronal one', () => {
  expect(positionOf({ imageOrientationPatient: '1\\0\\0\\0\\1\\0', imagePositionPatient: '-120\\-80\\-12.5' })).toBe(
    -12.5,
  );
  // Rows to the left, columns to the feet: the normal is (1,0,0) x (0,0,-1) = (0,1,0), towards the back.
  expect(positionOf({ imageOrientationPatient: '1\\0\\0\\0\\0\\-1', imagePositionPatient: '-120\\33\\400' })).toBe(33);
  // Tilted by 3-4-5: (1,0,0) x (0,0.8,0.6) = (0,-0.6,0.8), so -0.6 * 10 + 0.8 * 20.
  expect(positionOf({ imageOrientationPatient: '1\\0\\0\\0\\0.8\\0.6', imagePositionPatient: '5\\10\\20' })).toBe(10);
});

test('a frame says its own, and where position or orientation is missing there is none', () => {
  const frames = {
    sharedFunctionalGroupsSequence: [{ planeOrientationSequence: [{ imageOrientationPatient: '1\\0\\0\\0\\1\\0' }] }],
    perFrameFunctionalGroupsSequence: [4, 9].map((z) => ({
      planePositionSequence: [{ imagePositionPatient: `0\\0\\${z}` }],
    })),
  };
  expect([0, 1, 2].map((frame) => positionOf(frames, frame))).toEqual([4, 9, undefined]);
  expect(positionOf({ imagePositionPatient: '0\\0\\1' })).toBeUndefined();
  expect(positionOf({ imageOrientationPatient: '1\\0\\0\\0\\1\\0' })).toBeUndefined();
});
