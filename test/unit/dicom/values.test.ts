/** Numbers, lists, tables and padding as real files write them. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readsOtherwise } from '../../../core/dicom/earlier-readings.ts';
import { type DicomValues, decodeFrame, displayFrame, parseDicom, renderFrame } from '../../../core/dicom/index.ts';
import { readWindows } from '../../../core/dicom/voi.ts';
import { identifyBytes } from '../../../core/services/files/identify.ts';
import { dicomFile, shortElement, textElement } from '../../support/dicom-file.ts';
import { withVr } from '../../support/dicom-patch.ts';
import { smallFile, smallInstance } from '../../support/small-instance.ts';
import { appErrorOf } from '../../support/thrown.ts';

const grey = (file: ReturnType<typeof smallFile>): number[] =>
  [...renderFrame(file, 0).data].map((v) => Number(v.toFixed(4)));
const noContext = { patientKey: null, studyKey: null };

describe('numbers as text', () => {
  test('a comma is the decimal sign in every DS and IS, in lists too', () => {
    const { dataSet } = smallFile([1], { pixelSpacing: '0,25\\0,5', instanceNumber: '3,0', sliceThickness: '-1,5E1' });
    expect(dataSet.numbers('pixelSpacing')).toEqual([0.25, 0.5]);
    expect([dataSet.number('instanceNumber'), dataSet.number('sliceThickness')]).toEqual([3, -15]);
  });

  test('a comma with a point, and two commas, are no number', () => {
    const { dataSet } = smallFile([1], { pixelSpacing: '1,024.5\\1,0,0' });
    expect(dataSet.numberList('pixelSpacing')).toEqual([undefined, undefined]);
  });

  test.each(['rescaleIntercept', 'rescaleSlope'] as const)(
    'a %s that is no number is refused by name, not left out',
    (keyword) => {
      const error = appErrorOf(() => renderFrame(smallFile([1, 2], { [keyword]: '1.024,0' }), 0));
      expect(error.code).toBe('DICOM_MALFORMED');
      expect(error.message).toContain(keyword);
    },
  );

  test('a window that is no number is named when the file is looked into', async () => {
    const bytes = smallInstance([1, 2000], { windowCenter: 'auto', windowWidth: '100' });
    const { notices } = await identifyBytes(bytes, noContext, 'pixels');
    expect(notices.map(({ code, message }) => [code, message])).toEqual([
      [
        'DICOM_HEADER_DOUBTFUL',
        'windowCenter (0028,1050) is no number; the image is drawn by its own smallest and largest value.',
      ],
    ]);
  });
});

describe('windows', () => {
  test('center, width and name pair by their place, over empty values', () => {
    const { dataSet } = smallFile([1], {
      windowCenter: '40\\\\100\\7',
      windowWidth: '400\\50\\200\\',
      windowCenterWidthExplanation: 'soft\\none\\bone',
    });
    expect(readWindows(dataSet, 0)).toEqual([
      { shape: 'LINEAR', center: 40, width: 400, name: 'soft' },
      { shape: 'LINEAR', center: 100, width: 200, name: 'bone' },
    ]);
  });

  test('a width between 0 and 1 is drawn as LINEAR_EXACT, one of 0 or less is none', () => {
    const map = { rescaleSlope: '0.001', windowCenter: '0.25', windowWidth: '0.5' };
    expect(grey(smallFile([0, 250, 500], map))).toEqual([0, 0.5, 1]);
    expect(readWindows(smallFile([0], map).dataSet, 0)[0]?.shape).toBe('LINEAR_EXACT');
    for (const windowWidth of ['0', '-0.5']) {
      expect(readWindows(smallFile([0], { ...map, windowWidth }).dataSet, 0)).toEqual([]);
      expect(readWindows(smallFile([0], { ...map, windowWidth, voiLUTFunction: 'SIGMOID' }).dataSet, 0)).toEqual([]);
    }
  });
});

describe('tables', () => {
  test('an empty item of a LUT sequence counts as absent', () => {
    const rescaled: DicomValues = { rescaleSlope: 2, rescaleIntercept: -10, windowCenter: 40.5, windowWidth: 81 };
    for (const item of [{}, { lutDescriptor: new Uint8Array(0), lutData: new Uint16Array(0) }] as const) {
      const file = smallFile([5, 25, 45], { ...rescaled, modalityLUTSequence: [item], voiLUTSequence: [item] });
      expect(grey(file)).toEqual([0, 0.5, 1]);
    }
    const table = { lutDescriptor: [2, 0, 16], lutData: Uint16Array.of(500, 100) };
    expect(grey(smallFile([0, 1], { modalityLUTSequence: [{}, table] }))).toEqual([1, 0]);
  });

  test('half a table is refused', () => {
    const file = smallFile([0, 1], { modalityLUTSequence: [{ lutDescriptor: [2, 0, 16] }] });
    expect(appErrorOf(() => renderFrame(file, 0)).code).toBe('DICOM_MALFORMED');
  });

  test('an empty item of a functional group does not hide what the shared group says', () => {
    const file = smallFile([0, 50, 100], {
      sharedFunctionalGroupsSequence: [{ frameVOILUTSequence: [{ windowCenter: 50.5, windowWidth: 101 }] }],
      perFrameFunctionalGroupsSequence: [{ frameVOILUTSequence: [{}] }],
    });
    expect(readWindows(file.dataSet, 0)).toHaveLength(1);
  });
});

describe('padding', () => {
  const padding = 0x00280120;

  test('a signed value written as US is the same bits', () => {
    const pixels = [63_536, 0, 100, 200]; // -2000 in sixteen bits
    const file = smallInstance(pixels, { pixelRepresentation: 1, pixelPaddingValue: -2000 });
    for (const vr of ['SS', 'US']) expect(grey(parseDicom(withVr(file, padding, vr)))).toEqual([0, 0, 0.5, 1]);
  });

  test('an unsigned value written as SS is the same bits', () => {
    const file = smallInstance([65_535, 0, 100, 200], { pixelPaddingValue: 65_535 });
    expect(grey(parseDicom(withVr(file, padding, 'SS')))).toEqual([1, 0, 0.5, 1]);
  });

  test('in twelve signed bits, 2096 is -2000', () => {
    const bits = { bitsStored: 12, highBit: 11, pixelRepresentation: 1 };
    const file = smallInstance([0xf830, 0, 100, 200], { ...bits, pixelPaddingValue: 2096 });
    expect(grey(parseDicom(withVr(file, padding, 'US')))).toEqual([0, 0, 0.5, 1]);
  });
});

describe('Presentation LUT Shape and Photometric Interpretation', () => {
  test.each([
    ['MONOCHROME1', undefined, true],
    ['MONOCHROME1', 'INVERSE', true],
    ['MONOCHROME1', 'IDENTITY', false],
    ['MONOCHROME2', undefined, false],
    ['MONOCHROME2', 'IDENTITY', false],
    ['MONOCHROME2', 'INVERSE', true],
  ])('%s with %s: inverted is %s, for network and viewport alike', (photometricInterpretation, shape, isInverted) => {
    const values = { photometricInterpretation, ...(shape === undefined ? {} : { presentationLUTShape: shape }) };
    const file = smallFile([100, 200, 300], values);
    expect(grey(file)).toEqual(isInverted ? [1, 0.5, 0] : [0, 0.5, 1]);
    expect(displayFrame(file.dataSet, decodeFrame(file, 0), 0).isInverted).toBe(isInverted);
  });

  test('a contradiction is named when the file is looked into', async () => {
    const bytes = smallInstance([100, 200, 300], { presentationLUTShape: 'INVERSE' });
    const { notices } = await identifyBytes(bytes, noContext, 'pixels');
    expect(notices.map(({ code }) => code)).toEqual(['DICOM_HEADER_DOUBTFUL']);
  });
});

describe('lengths that do not fit', () => {
  const three = { bitsAllocated: 8, bitsStored: 8, highBit: 7, columns: 3, pixelData: Uint8Array.of(10, 100, 250, 0) };

  test('a missing byte of padding at the end costs nothing', async () => {
    const bytes = smallInstance([0], three).slice(0, -1);
    expect((await identifyBytes(bytes, noContext, 'pixels')).instance.columns).toBe(3);
    expect([...decodeFrame(parseDicom(bytes), 0).samples]).toEqual([10, 100, 250]);
  });

  test('a missing byte of the image is refused', async () => {
    const bytes = smallInstance([0], three).slice(0, -2);
    await expect(identifyBytes(bytes, noContext, 'pixels')).rejects.toMatchObject({ code: 'DICOM_TRUNCATED' });
  });

  test('plain frames beyond the number that the header names are said, a byte of padding is none', async () => {
    const pixelData = Uint8Array.of(10, 100, 250, 20, 110, 240, 30, 120, 230, 0);
    const surplus = await identifyBytes(smallInstance([0], { ...three, pixelData }), noContext, 'pixels');
    expect(surplus.notices.map(({ code, message }) => [code, message])).toEqual([
      [
        'IMAGE_PARTLY_USED',
        'The file holds 2 more frames than numberOfFrames (0028,0008) says; only as many as it says are read.',
      ],
    ]);
    expect((await identifyBytes(smallInstance([0], three), noContext, 'pixels')).notices).toEqual([]);
  });
});

describe('Deflated Image Frame with chroma for two pixels', () => {
  test('gives the pixels that the same bytes give uncompressed', () => {
    const stored = Uint8Array.of(76, 150, 85, 200, 29, 226, 120, 60);
    const rows = 2;
    const columns = 2;
    const values = {
      bitsAllocated: 8,
      bitsStored: 8,
      highBit: 7,
      samplesPerPixel: 3,
      rows,
      columns,
      planarConfiguration: 0,
    };
    const plain = smallFile([0], { ...values, photometricInterpretation: 'YBR_FULL_422', pixelData: stored });
    const head = dicomFile(
      [
        shortElement(0x00280002, 3),
        textElement(0x00280004, 'CS', 'YBR_FULL_422'),
        shortElement(0x00280006, 0),
        shortElement(0x00280010, rows),
        shortElement(0x00280011, columns),
        shortElement(0x00280100, 8),
        shortElement(0x00280101, 8),
        shortElement(0x00280102, 7),
        shortElement(0x00280103, 0),
      ],
      undefined,
      '1.2.840.10008.1.2.8.1',
    );
    const deflated = deflateRawSync(stored);
    const padded = Buffer.concat([deflated, Buffer.alloc(deflated.length % 2)]);
    const item = (tag: readonly number[], length: number): Buffer => {
      const header = Buffer.from([...tag, 0, 0, 0, 0]);
      header.writeUInt32LE(length, 4);
      return header;
    };
    const pixels = Buffer.concat([
      Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]),
      item([0xfe, 0xff, 0, 0xe0], 0),
      item([0xfe, 0xff, 0, 0xe0], padded.length),
      padded,
      item([0xfe, 0xff, 0xdd, 0xe0], 0),
    ]);
    const file = parseDicom(new Uint8Array(Buffer.concat([head, pixels])));
    expect([...decodeFrame(file, 0).samples]).toEqual([76, 85, 200, 150, 85, 200, 29, 120, 60, 226, 120, 60]);
    expect([...renderFrame(file, 0).data]).toEqual([...renderFrame(plain, 0).data]);
  });
});

test('values are called Hounsfield units where they are, and nothing where nobody says', () => {
  const unitOf = (values: DicomValues) => {
    const file = smallFile([1, 2, 3], values);
    return displayFrame(file.dataSet, decodeFrame(file, 0), 0).unit;
  };
  const ct: DicomValues = { modality: 'CT', rescaleSlope: 1, rescaleIntercept: -1024 };
  const lut = { lutDescriptor: [3, 0, 16], lutData: Uint16Array.of(0, 1, 2) };
  const group = { pixelValueTransformationSequence: [{ rescaleSlope: 1, rescaleIntercept: 0, rescaleType: 'Z_EFF' }] };
  expect(unitOf(ct)).toBe('HU');
  expect(unitOf({ ...ct, rescaleType: 'MGML' })).toBe('MGML');
  expect(unitOf({ ...ct, rescaleType: 'US' })).toBe('');
  // A report that was photographed into a CT series.
  expect(unitOf({ modality: 'CT' })).toBe('');
  expect(unitOf({ ...ct, rescaleIntercept: 0 })).toBe('');
  expect(unitOf({ ...ct, rescaleIntercept: 0, rescaleType: 'HU' })).toBe('HU');
  expect(unitOf({ ...ct, rescaleIntercept: 0, pixelRepresentation: 1 })).toBe('HU');
  // Materials instead of densities, of an enhanced CT.
  expect(unitOf({ modality: 'CT', sharedFunctionalGroupsSequence: [group] })).toBe('Z_EFF');
  // What a VOI LUT made of Hounsfield units is in none.
  expect(unitOf({ ...ct, rescaleIntercept: 0, voiLUTSequence: [lut] })).toBe('');
  expect(unitOf({ ...ct, windowCenter: 40, windowWidth: 400, voiLUTSequence: [lut] })).toBe('HU');
  expect(unitOf({ modality: 'MR', rescaleSlope: 2, rescaleIntercept: 0 })).toBe('');
});

describe('readings that changed', () => {
  test.each<[string, DicomValues, boolean]>([
    ['a plain file', {}, false],
    ['a window', { windowCenter: '40', windowWidth: '400' }, false],
    ['two windows', { windowCenter: '40\\50', windowWidth: '400\\80' }, false],
    ['MONOCHROME1 with INVERSE', { photometricInterpretation: 'MONOCHROME1', presentationLUTShape: 'INVERSE' }, false],
    ['padding', { pixelPaddingValue: 0 }, false],
    ['a comma', { rescaleIntercept: '-1024,0' }, true],
    ['a gap', { windowCenter: '\\50', windowWidth: '400\\80' }, true],
    ['a narrow window', { windowCenter: '0.5', windowWidth: '0.5' }, true],
    ['MONOCHROME2 with INVERSE', { presentationLUTShape: 'INVERSE' }, true],
    ['a rescaled CT', { sopClassUID: '1.2.840.10008.5.1.4.1.1.2', rescaleSlope: 2 }, false],
    ['an angiogram that is not', { sopClassUID: '1.2.840.10008.5.1.4.1.1.12.1', rescaleSlope: 1 }, false],
    ['a rescaled angiogram', { sopClassUID: '1.2.840.10008.5.1.4.1.1.12.1', rescaleSlope: 2 }, true],
    [
      'an angiogram with a table',
      {
        sopClassUID: '1.2.840.10008.5.1.4.1.1.12.1',
        modalityLUTSequence: [{ lutDescriptor: [1, 0, 16], lutData: Uint16Array.of(0) }],
      },
      true,
    ],
  ])('%s', (_, values, isOtherwise) => {
    expect(readsOtherwise(smallInstance([1, 2, 3], values))).toBe(isOtherwise);
  });

  test('padding under another sign', () => {
    const file = smallInstance([1, 2], { pixelRepresentation: 1, pixelPaddingValue: -2000 });
    expect([readsOtherwise(file), readsOtherwise(withVr(file, 0x00280120, 'US'))]).toEqual([false, true]);
  });
});
