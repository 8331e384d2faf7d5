import { expect, test } from 'vitest';
import { frameSpacing, framesPerSecond, parseDicom, readHeader, writeDicom } from '../../../core/dicom/index.ts';

const fileOf = (values: object) =>
  parseDicom(writeDicom({ sopClassUID: '1.2.3', sopInstanceUID: '1.2.3.4', ...values }));
const spacingOf = (values: object) => frameSpacing(fileOf(values).dataSet, 0);
const rateOf = (values: object) => framesPerSecond(fileOf(values).dataSet);

test('a length is in the patient by Pixel Spacing, at the detector by Imager Pixel Spacing, and unknown without either', () => {
  const imagerPixelSpacing = '0.1\\0.1';
  expect(spacingOf({ pixelSpacing: '0.5\\0.25' })).toEqual({
    ...{ spacingMm: [0.5, 0.25], spacingAt: 'patient', pixelAspect: 2 },
  });
  expect(spacingOf({ imagerPixelSpacing })).toEqual({ spacingMm: [0.1, 0.1], spacingAt: 'detector', pixelAspect: 1 });
  expect(spacingOf({})).toEqual({ spacingMm: null, spacingAt: 'patient', pixelAspect: 1 });
  expect(spacingOf({ pixelSpacing: '0\\0' })).toEqual({ spacingMm: null, spacingAt: 'patient', pixelAspect: 1 });
});

test('of an enhanced angiogram the spacing at the detector is told by its frames', () => {
  const frame = (spacing: string) => ({ framePixelDataPropertiesSequence: [{ imagerPixelSpacing: spacing }] });
  const values = { perFrameFunctionalGroupsSequence: [frame('0.2\\0.2'), frame('0.1\\0.2')] };
  const both = [0, 1].map((n) => frameSpacing(fileOf(values).dataSet, n));
  expect(both).toEqual([
    { spacingMm: [0.2, 0.2], spacingAt: 'detector', pixelAspect: 1 },
    { spacingMm: [0.1, 0.2], spacingAt: 'detector', pixelAspect: 0.5 },
  ]);
});

test('Pixel Spacing that only repeats the detector is at the detector, unless it says how it was calibrated', () => {
  const both = { imagerPixelSpacing: '0.1\\0.1', pixelSpacing: '0.1\\0.1' };
  expect(spacingOf(both).spacingAt).toBe('detector');
  expect(spacingOf({ ...both, pixelSpacingCalibrationType: 'FIDUCIAL' }).spacingAt).toBe('patient');
  expect(spacingOf({ ...both, pixelSpacing: '0.08\\0.08' })).toMatchObject({
    spacingMm: [0.08, 0.08],
    spacingAt: 'patient',
  });
});

test('a spacing at the detector is one in the patient by the magnification that the file estimates; no other spacing is divided by it', () => {
  const of = (values: object) =>
    spacingOf({ imagerPixelSpacing: '0.1\\0.2', estimatedRadiographicMagnificationFactor: '2', ...values });
  const estimated = { spacingMm: [0.05, 0.1], spacingAt: 'estimated', pixelAspect: 0.5 };
  expect(of({})).toEqual(estimated);
  expect(of({ pixelSpacing: '0.1\\0.2' })).toEqual(estimated);
  expect(of({ pixelSpacing: '0.06\\0.12' })).toMatchObject({ spacingMm: [0.06, 0.12], spacingAt: 'patient' });
  expect(of({ imagerPixelSpacing: '', pixelSpacing: '0.06\\0.12' })).toMatchObject({ spacingMm: [0.06, 0.12] });
  // What is shown smaller than it is was not made by a point of light: the number means something else.
  for (const factor of ['0', '0.5', '', 'x'])
    expect(of({ estimatedRadiographicMagnificationFactor: factor })).toMatchObject({ spacingAt: 'detector' });
});

test('Pixel Spacing that stands alone is in the patient of a slice, and nobody knows where of a projection radiograph that does not say', () => {
  const at = (sopClassUID: string, values: object = {}) =>
    spacingOf({ sopClassUID: `1.2.840.10008.5.1.4.1.1.${sopClassUID}`, pixelSpacing: '0.1\\0.1', ...values }).spacingAt;
  const [ct, cr, dx, mammography, xa] = ['2', '1', '1.1', '1.2', '12.1'] as const;
  expect([ct, cr, dx, mammography, xa].map((one) => at(one))).toEqual([
    'patient',
    ...['unknown', 'unknown', 'unknown', 'unknown'],
  ]);
  expect(at(cr, { pixelSpacingCalibrationType: 'GEOMETRY' })).toBe('patient');
  expect(at(cr, { imagerPixelSpacing: '0.12\\0.12' })).toBe('patient');
});

test('the shape of pixels without a spacing is told by Pixel Aspect Ratio; an empty group of measures says nothing', () => {
  const aspects = ['2\\1', '1\\2', '0\\0', '1\\1'].map(
    (pixelAspectRatio) => spacingOf({ pixelAspectRatio }).pixelAspect,
  );
  expect(aspects).toEqual([2, 0.5, 1, 1]);
  // A spacing says it better.
  expect(spacingOf({ pixelAspectRatio: '2\\1', pixelSpacing: '0.5\\0.5' }).pixelAspect).toBe(1);
  const sharedFunctionalGroupsSequence = [{ pixelMeasuresSequence: [{}] }];
  expect(spacingOf({ sharedFunctionalGroupsSequence, pixelSpacing: '0.5\\0.5' }).spacingMm).toEqual([0.5, 0.5]);
});

test('frames follow each other by Frame Time or the mean of its vector, else Cine Rate, else the recommended rate', () => {
  expect(rateOf({ frameTime: '40', cineRate: '15', recommendedDisplayFrameRate: '12' })).toBe(25);
  expect(rateOf({ frameTime: '0', cineRate: '15', recommendedDisplayFrameRate: '12' })).toBe(15);
  expect(rateOf({ recommendedDisplayFrameRate: '12' })).toBe(12);
  expect(rateOf({ frameTimeVector: '0\\30\\50\\40', cineRate: '15' })).toBe(25);
  expect(rateOf({ frameTimeVector: '0', cineRate: '15' })).toBe(15);
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
