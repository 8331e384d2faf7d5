import { expect, test } from 'vitest';
import { frameSpacing, framesPerSecond, parseDicom, readHeader, writeDicom } from '../../../core/dicom/index.ts';

const fileOf = (values: object) =>
  parseDicom(writeDicom({ sopClassUID: '1.2.3', sopInstanceUID: '1.2.3.4', ...values }));
const spacingOf = (values: object) => frameSpacing(fileOf(values).dataSet, 0);
const rateOf = (values: object) => framesPerSecond(fileOf(values).dataSet);

test('a length is in the patient by Pixel Spacing, at the detector by Imager Pixel Spacing, and unknown without either', () => {
  const imagerPixelSpacing = '0.1\\0.1';
  expect(spacingOf({ pixelSpacing: '0.5\\0.25' })).toEqual({ spacingMm: [0.5, 0.25], isSpacingAtDetector: false });
  expect(spacingOf({ imagerPixelSpacing })).toEqual({ spacingMm: [0.1, 0.1], isSpacingAtDetector: true });
  expect(spacingOf({})).toEqual({ spacingMm: null, isSpacingAtDetector: false });
  expect(spacingOf({ pixelSpacing: '0\\0' })).toEqual({ spacingMm: null, isSpacingAtDetector: false });
});

test('Pixel Spacing that only repeats the detector is at the detector, unless it says how it was calibrated', () => {
  const both = { imagerPixelSpacing: '0.1\\0.1', pixelSpacing: '0.1\\0.1' };
  expect(spacingOf(both).isSpacingAtDetector).toBe(true);
  expect(spacingOf({ ...both, pixelSpacingCalibrationType: 'FIDUCIAL' }).isSpacingAtDetector).toBe(false);
  expect(spacingOf({ ...both, pixelSpacing: '0.08\\0.08' })).toEqual({
    spacingMm: [0.08, 0.08],
    isSpacingAtDetector: false,
  });
});

test('frames follow each other by Frame Time, else Cine Rate, else the recommended rate', () => {
  expect(rateOf({ frameTime: '40', cineRate: '15', recommendedDisplayFrameRate: '12' })).toBe(25);
  expect(rateOf({ frameTime: '0', cineRate: '15', recommendedDisplayFrameRate: '12' })).toBe(15);
  expect(rateOf({ recommendedDisplayFrameRate: '12' })).toBe(12);
  expect(rateOf({ cineRate: '0' })).toBeUndefined();
});

test('the view of a mammogram is told by its code where no word says it', () => {
  const viewOf = (codeValue: string) => readHeader(fileOf({ viewCodeSequence: [{ codeValue }] })).viewPosition;
  expect(['R-10242', '399162004', 'R-10226', '399368009', 'R-0'].map(viewOf)).toEqual([
    'CC',
    'CC',
    'MLO',
    'MLO',
    undefined,
  ]);
  expect(readHeader(fileOf({ viewPosition: 'ML', viewCodeSequence: [{ codeValue: 'R-10242' }] })).viewPosition).toBe(
    'ML',
  );
});
