/** Float pixels; and first inputs of look-up tables: numbers of sixteen bits whose sign the VR often tells wrongly. DCMTK draws such files so too (streams.test.ts). */
import { describe, expect, test } from 'vitest';
import { readsOtherwise } from '../../../core/dicom/earlier-readings.ts';
import {
  type DicomValues,
  decodeFrame,
  displayFrame,
  parseDicom,
  renderFrame,
  writeDicom,
} from '../../../core/dicom/index.ts';
import { withVr } from '../../support/dicom-patch.ts';
import { smallInstance } from '../../support/small-instance.ts';

const lutDescriptorTag = 0x00283002;
/** Five entries for inputs from `first` on, black to white. */
const table = (first: number) => [{ lutDescriptor: [5, first, 16], lutData: Uint16Array.of(0, 100, 200, 300, 400) }];
const signed: DicomValues = { pixelRepresentation: 1 };
/** -1000 to -996, in the bits of unsigned cells. */
const below = [64_536, 64_537, 64_538, 64_539, 64_540];
const levels = (bytes: Uint8Array): number[] =>
  [...renderFrame(parseDicom(bytes), 0).data].map((value) => Math.round((value * 65_535) / 100));

describe('the first input of a table', () => {
  test.each(['SS', 'US'])('is -1000 for signed values, written as %s', (vr) => {
    const voi = smallInstance(below, { ...signed, voiLUTSequence: table(-1000) });
    expect(levels(withVr(voi, lutDescriptorTag, vr))).toEqual([0, 1, 2, 3, 4]);
    const modality = smallInstance(below, { ...signed, modalityLUTSequence: table(-1000) });
    // Drawn from its smallest value to its largest: quarters.
    const drawn = [...renderFrame(parseDicom(withVr(modality, lutDescriptorTag, vr)), 0).data];
    expect(drawn).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  test.each(['SS', 'US'])('is -1000 for unsigned values that a rescale takes below 0, written as %s', (vr) => {
    const rescaled = { rescaleSlope: 1, rescaleIntercept: -1024, voiLUTSequence: table(64_536) };
    expect(levels(withVr(smallInstance([24, 25, 26, 27, 28], rescaled), lutDescriptorTag, vr))).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  test.each(['SS', 'US'])('is 40000 for signed values that a rescale takes above 32767, written as %s', (vr) => {
    const rescaled = { ...signed, rescaleSlope: 1, rescaleIntercept: 41_000, voiLUTSequence: table(40_000) };
    expect(levels(withVr(smallInstance(below, rescaled), lutDescriptorTag, vr))).toEqual([0, 1, 2, 3, 4]);
  });

  test('is left as it is written where values reach the table so, as that of a table that begins far above them', () => {
    expect(levels(smallInstance([0, 1, 40_002], { voiLUTSequence: table(40_000) }))).toEqual([0, 0, 2]);
    expect(levels(smallInstance([0, 1, 2], { voiLUTSequence: table(0) }))).toEqual([0, 1, 2]);
  });

  test('that was read otherwise before is told', () => {
    const voi = smallInstance(below, { ...signed, voiLUTSequence: table(-1000) });
    const up = { ...signed, rescaleSlope: 1, rescaleIntercept: 41_000, voiLUTSequence: table(40_000) };
    const files = [voi, withVr(voi, lutDescriptorTag, 'US'), smallInstance(below, up), smallInstance([0], {})];
    expect(files.map(readsOtherwise)).toEqual([false, true, true, false]);
  });
});

/** A parametric map of one row. */
function floats(values: readonly number[], also: DicomValues, isDouble: boolean): Uint8Array {
  const cells = isDouble ? Float64Array.from(values) : Float32Array.from(values);
  return writeDicom({
    ...{ sopClassUID: '1.2.840.10008.5.1.4.1.1.30', sopInstanceUID: '2.25.1000' },
    ...{ rows: 1, columns: values.length, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' },
    bitsAllocated: isDouble ? 64 : 32,
    [isDouble ? 'doubleFloatPixelData' : 'floatPixelData']: new Uint8Array(cells.buffer),
    ...also,
  });
}

describe('padding of float pixels', () => {
  test.each([false, true])('is left out of the range that is drawn (double: %s)', (isDouble) => {
    const key = isDouble ? 'doubleFloatPixelPadding' : 'floatPixelPadding';
    const draw = (also: DicomValues) => [
      ...renderFrame(parseDicom(floats([-9999, -9000, 1, 2, 3], also, isDouble)), 0).data,
    ];
    expect(draw({ [`${key}Value`]: [-9999], [`${key}RangeLimit`]: [-9000] })).toEqual([0, 0, 0, 0.5, 1]);
    expect(
      draw({})
        .slice(2)
        .every((value) => value > 0.99),
    ).toBe(true);
  });
});

test('float values without an end count neither as the smallest nor as the largest', () => {
  const window = { windowCenter: '2', windowWidth: '4', voiLUTFunction: 'LINEAR_EXACT' };
  const values = [Number.NEGATIVE_INFINITY, 1, Number.NaN, 3, Number.POSITIVE_INFINITY];
  const file = parseDicom(floats(values, window, false));
  const { min, max } = displayFrame(file.dataSet, decodeFrame(file, 0), 0);
  expect([min, max]).toEqual([1, 3]);
  expect([...renderFrame(file, 0).data]).toEqual([0, 0.25, 0, 0.75, 1]);
});
