/** Values of VR DS written under a locale with decimal commas. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDicom, renderFrame } from '../../../core/dicom/index.ts';
import { readModality } from '../../../core/dicom/modality.ts';
import { readVoi } from '../../../core/dicom/voi.ts';
import { casePath, hasCases } from '../../support/cases.ts';

const fileOf = (name: string) => parseDicom(new Uint8Array(readFileSync(casePath('02-decimal-comma', name))));
const rendered = (name: string) => renderFrame(fileOf(name), 0).data;

describe.skipIf(!hasCases)('case 02: decimal commas in DS', () => {
  test('all-comma.dcm holds the four values with commas', () => {
    const { dataSet } = fileOf('all-comma.dcm');
    const texts = (['rescaleIntercept', 'rescaleSlope', 'windowCenter', 'windowWidth'] as const).map((keyword) =>
      dataSet.text(keyword),
    );
    expect(texts).toEqual(['-1024,0', '1,0', '40,0', '400,0']);
  });

  test('a comma is the decimal sign: the numbers are those of good.dcm', () => {
    for (const keyword of ['rescaleIntercept', 'rescaleSlope', 'windowCenter', 'windowWidth'] as const) {
      expect(fileOf('all-comma.dcm').dataSet.number(keyword)).toBe(fileOf('good.dcm').dataSet.number(keyword));
    }
  });

  test.each(['all-comma.dcm', 'intercept-comma.dcm', 'window-comma.dcm'])(
    '%s: stored 1064 is 40 HU and half grey, and every pixel is as in good.dcm',
    (name) => {
      const { dataSet } = fileOf(name);
      const value = readModality(dataSet, 0, { isSigned: false, bitsStored: 16 }).apply(1064);
      expect(value).toBe(40);
      // The window's half is at 39.5: PS3.3 C.11.2.1.2.1.
      expect(readVoi(dataSet, 0, { least: -1024, most: 3071 })?.apply(value)).toBeCloseTo((40 - 39.5) / 399 + 0.5, 12);
      const image = rendered(name);
      expect([...image]).toEqual([...rendered('good.dcm')]);
    },
  );

  test('no attribute is dropped: the images are not nearly all white', () => {
    for (const name of ['all-comma.dcm', 'intercept-comma.dcm', 'window-comma.dcm']) {
      expect(rendered(name).filter((value) => value < 1).length).toBeGreaterThan(500);
    }
  });
});
