/** Number of Frames that does not fit the pixel data. Frame k is a flat grey of 20 k + 10. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeFrame, parseDicom } from '../../../core/dicom/index.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { appErrorOf } from '../../support/thrown.ts';

const fileOf = (name: string) => parseDicom(new Uint8Array(readFileSync(casePath('14-frame-count', name))));

/** Says that frame `k` is there and of its own grey alone; JPEG may be one level off. */
function expectFrame(name: string, k: number, tolerance: number): void {
  const { samples } = decodeFrame(fileOf(name), k);
  expect(samples.length).toBe(32 * 48);
  for (const value of new Set(samples))
    expect(Math.abs(value - (20 * k + 10)), `${name}, frame ${k}`).toBeLessThanOrEqual(tolerance);
}

describe.skipIf(!hasCases)('case 14: a wrong number of frames', () => {
  test('enc-says-8-has-5: the five that are there are given, the three that are not are refused', () => {
    for (let k = 0; k < 5; k++) expectFrame('enc-says-8-has-5.dcm', k, 1);
    for (let k = 5; k < 8; k++) {
      expect(appErrorOf(() => decodeFrame(fileOf('enc-says-8-has-5.dcm'), k))).toMatchObject({
        code: 'DICOM_TRUNCATED',
        message: `Frame ${k} of 8 has no data.`,
      });
    }
  });

  test('enc-says-3-has-5: three are given, a fourth is refused', () => {
    for (let k = 0; k < 3; k++) expectFrame('enc-says-3-has-5.dcm', k, 1);
    expect(appErrorOf(() => decodeFrame(fileOf('enc-says-3-has-5.dcm'), 3)).code).toBe('BAD_INPUT');
  });

  test('enc-no-number-5: the first is given alone, a second is refused', () => {
    expectFrame('enc-no-number-5.dcm', 0, 1);
    expect(appErrorOf(() => decodeFrame(fileOf('enc-no-number-5.dcm'), 1)).code).toBe('BAD_INPUT');
  });

  test('plain-says-8-has-5: five are given exactly, the others are refused', () => {
    for (let k = 0; k < 5; k++) expectFrame('plain-says-8-has-5.dcm', k, 0);
    for (let k = 5; k < 8; k++) {
      expect(appErrorOf(() => decodeFrame(fileOf('plain-says-8-has-5.dcm'), k)).code).toBe('DICOM_TRUNCATED');
    }
  });

  test('plain-no-number-3: the first is given exactly, a second is refused', () => {
    expectFrame('plain-no-number-3.dcm', 0, 0);
    expect(appErrorOf(() => decodeFrame(fileOf('plain-no-number-3.dcm'), 1)).code).toBe('BAD_INPUT');
  });

  test('an import names the files with surplus frames, and imports them', async () => {
    const context = testContext(temporaryLibrary());
    const report = await importPaths(context, { paths: [casePath('14-frame-count')], dataset: 'frames' });
    expect(report.imported).toBe(5);
    const surplus = report.problems.filter(({ code }) => code === 'IMAGE_PARTLY_USED');
    expect(surplus.map(({ message, count }) => [message.slice(0, 26), count])).toEqual(
      expect.arrayContaining([
        ['The file holds 2 more fram', 2],
        ['The file holds 4 more fram', 1],
      ]),
    );
  });
});
