import { describe, expect, test } from 'vitest';
import { type DicomValues, renderFrame } from '../../../core/dicom/index.ts';
import { expandSegments } from '../../../core/dicom/palette.ts';
import { windowOf } from '../../../core/dicom/voi.ts';
import { smallFile } from '../../support/small-instance.ts';
import { appErrorOf } from '../../support/thrown.ts';

const grey = (file: ReturnType<typeof smallFile>): number[] =>
  [...renderFrame(file, 0).data].map((v) => Number(v.toFixed(4)));

describe('grey frames', () => {
  test('without a window the smallest value is 0 and the largest 1', () => {
    expect(grey(smallFile([100, 200, 300]))).toEqual([0, 0.5, 1]);
  });

  test('padding is left out of the automatic range', () => {
    expect(grey(smallFile([0, 100, 200, 300], { pixelPaddingValue: 0 }))).toEqual([0, 0, 0.5, 1]);
  });

  test('MONOCHROME1 is inverted', () => {
    expect(grey(smallFile([100, 200, 300], { photometricInterpretation: 'MONOCHROME1' }))).toEqual([1, 0.5, 0]);
  });

  test('slope and intercept come before the window', () => {
    const file = smallFile([1000, 1040, 1080], {
      rescaleSlope: 1,
      rescaleIntercept: -1000,
      windowCenter: 40.5,
      windowWidth: 81,
    });
    expect(grey(file)).toEqual([0, 0.5, 1]);
  });

  test('the first usable of several windows is taken', () => {
    const file = smallFile([0, 50, 100], { windowCenter: [7, 50.5], windowWidth: [0, 101] });
    expect(grey(file)).toEqual([0, 0.5, 1]);
  });

  test('a VOI LUT is used where there is no window', () => {
    const item = { lutDescriptor: [3, 10, 16], lutData: Uint16Array.of(65_535, 0, 32_768) };
    expect(grey(smallFile([0, 11, 99], { voiLUTSequence: [item] }))).toEqual([1, 0, 0.5]);
  });

  test('a modality LUT replaces the stored values', () => {
    const item = { lutDescriptor: [2, 0, 16], lutData: Uint16Array.of(500, 100) };
    expect(grey(smallFile([0, 1, 1], { modalityLUTSequence: [item] }))).toEqual([1, 0, 0]);
  });

  test('what leads an angiogram or a fluoroscopy back to the beam is not for display; of their enhanced successors and of others it is', () => {
    const item = { lutDescriptor: [3, 0, 16], lutData: Uint16Array.of(0, 1000, 65_535) };
    const drawn = (sopClassUID: string, values: DicomValues) =>
      grey(smallFile([0, 1, 2], { sopClassUID, windowCenter: 1.5, windowWidth: 3, ...values }));
    const [xa, rf, enhanced] = ['12.1', '12.2', '12.1.1'].map((end) => `1.2.840.10008.5.1.4.1.1.${end}`) as [
      string,
      string,
      string,
    ];
    for (const values of [{ modalityLUTSequence: [item] }, { rescaleSlope: 1000, rescaleIntercept: -500 }]) {
      expect(drawn(xa, values)).toEqual([0, 0.5, 1]);
      expect(drawn(rf, values)).toEqual([0, 0.5, 1]);
      expect(drawn(enhanced, values)).toEqual([0, 1, 1]);
    }
  });

  test('a signed 12-bit value is extended over its 16-bit cell and stray high bits are dropped', () => {
    const file = smallFile([0x0fff, 0x0000, 0xf001], { pixelRepresentation: 1, bitsStored: 12, highBit: 11 });
    expect(grey(file)).toEqual([0, 0.5, 1]);
  });

  test('plain 8-bit pixels keep their scale', () => {
    const file = smallFile([0, 0], { bitsAllocated: 8, bitsStored: 8, highBit: 7, pixelData: Uint8Array.of(51, 102) });
    expect(grey(file)).toEqual([0.2, 0.4]);
  });

  test('the levels of a 12-bit frame stay apart', () => {
    const file = smallFile(Array.from({ length: 4096 }, (_, i) => i));
    expect(new Set(renderFrame(file, 0).data).size).toBe(4096);
  });

  test('a frame with one value only is black', () => {
    expect(grey(smallFile([5, 5]))).toEqual([0, 0]);
  });
});

describe('window functions of PS3.3 C.11.2.1', () => {
  test('LINEAR has its half at center - 0.5 and its ends at (width - 1) / 2 from there', () => {
    const linear = windowOf('LINEAR', 2048, 4096);
    expect([linear(0), linear(2047.5), linear(4095)]).toEqual([0, 0.5, 1]);
  });

  test('LINEAR of width 1 is a step', () => {
    const step = windowOf('LINEAR', 10, 1);
    expect([step(9.5), step(9.6)]).toEqual([0, 1]);
  });

  test('LINEAR_EXACT spans exactly its width', () => {
    const exact = windowOf('LINEAR_EXACT', 10, 4);
    expect([exact(8), exact(10), exact(12)]).toEqual([0, 0.5, 1]);
  });

  test('SIGMOID is half at its center', () => {
    expect(windowOf('SIGMOID', 10, 4)(10)).toBe(0.5);
    expect(windowOf('SIGMOID', 10, 4)(11)).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  });
});

describe('colour frames', () => {
  const rgb = {
    samplesPerPixel: 3,
    rows: 1,
    columns: 1,
    bitsAllocated: 8,
    bitsStored: 8,
    highBit: 7,
    planarConfiguration: 0,
  };

  test('YBR_FULL becomes RGB', () => {
    const file = smallFile([0], {
      ...rgb,
      photometricInterpretation: 'YBR_FULL',
      pixelData: Uint8Array.of(76, 85, 255),
    });
    const [r = 0, g = 0, b = 0] = renderFrame(file, 0).data;
    expect([r * 255, g * 255, b * 255].map(Math.round)).toEqual([254, 0, 0]);
  });

  test('planar colour is interleaved', () => {
    const pixelData = Uint8Array.of(255, 0, 0, 255, 51, 102);
    const values = { ...rgb, columns: 2, photometricInterpretation: 'RGB', planarConfiguration: 1, pixelData };
    expect([...renderFrame(smallFile([0], values), 0).data].map((v) => Math.round(v * 255))).toEqual([
      255, 0, 51, 0, 255, 102,
    ]);
  });

  test('a palette index takes its three entries, and indices outside it the first or last', () => {
    const file = smallFile([0], {
      ...rgb,
      samplesPerPixel: 1,
      columns: 3,
      photometricInterpretation: 'PALETTE COLOR',
      pixelData: Uint8Array.of(0, 11, 200),
      redPaletteColorLookupTableDescriptor: [2, 10, 16],
      greenPaletteColorLookupTableDescriptor: [2, 10, 16],
      bluePaletteColorLookupTableDescriptor: [2, 10, 16],
      redPaletteColorLookupTableData: Uint16Array.of(65_535, 0),
      greenPaletteColorLookupTableData: Uint16Array.of(0, 65_535),
      bluePaletteColorLookupTableData: Uint16Array.of(0, 0),
    });
    expect([...renderFrame(file, 0).data]).toEqual([1, 0, 0, 0, 1, 0, 0, 1, 0]);
  });

  test('segments are expanded: a list, a line to a value, a repetition', () => {
    const data = Uint16Array.from([0, 2, 0, 100, 1, 2, 200, 2, 1, 0, 0]);
    expect([...expandSegments(data, 6, 16, 'segmentedRedPaletteColorLookupTableData')]).toEqual([
      0, 100, 150, 200, 0, 100,
    ]);
  });

  test('a colour model without a conversion is refused by name', () => {
    const file = smallFile([0], { ...rgb, photometricInterpretation: 'HSV', pixelData: Uint8Array.of(1, 2, 3) });
    expect(appErrorOf(() => renderFrame(file, 0))).toMatchObject({ code: 'DICOM_UNSUPPORTED_PIXELS' });
  });
});

describe('frames that are not there', () => {
  test('pixel data that ends early names the frame and both lengths', () => {
    const file = smallFile([1, 2], { columns: 4 });
    expect(appErrorOf(() => renderFrame(file, 0))).toMatchObject({
      code: 'DICOM_TRUNCATED',
      message: 'The pixel data holds 4 bytes; frame 0 of 1 needs 8.',
    });
  });

  test('a frame number past the last is bad input', () => {
    expect(appErrorOf(() => renderFrame(smallFile([1, 2]), 1)).code).toBe('BAD_INPUT');
  });
});
