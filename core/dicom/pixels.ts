/** How an instance's pixels are described (PS3.3 C.7.6.3), checked by arithmetic before anything is allocated. */
import { AppError } from '../base/errors.ts';
import { attributeText, type DicomDataSet, type Keyword, required } from './data-set.ts';

export interface PixelDescription {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  /** Samples of one kind lie together (all red, then all green, ...) in uncompressed data. */
  readonly isPlanar: boolean;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
  /** Overlay planes stand in bits of the pixel cells, so bits above those stored are no part of a value. */
  readonly hasOverlayBits: boolean;
  readonly element: 'pixelData' | 'floatPixelData' | 'doubleFloatPixelData';
}

/** One frame may take this much when decoded; larger ones are refused before allocation. */
export const maxFrameBytes = 1024 * 1024 * 1024;

const maxFrames = 1_000_000;

/** The pixels' description. Throws DICOM_NO_PIXELS, DICOM_MALFORMED, DICOM_UNSUPPORTED_PIXELS or TOO_LARGE, naming the attribute. */
export function describePixels(dataSet: DicomDataSet): PixelDescription {
  const element = (['pixelData', 'floatPixelData', 'doubleFloatPixelData'] as const).find(
    (keyword) => dataSet.element(keyword) !== undefined,
  );
  if (element === undefined) throw new AppError('DICOM_NO_PIXELS', 'The object holds no pixel data.');
  const rows = whole(dataSet, 'rows', 1, 65_535);
  const columns = whole(dataSet, 'columns', 1, 65_535);
  // Text that is no number (seen: '1A') counts as absent.
  const frames =
    dataSet.number('numberOfFrames') !== undefined ? whole(dataSet, 'numberOfFrames', 0, maxFrames) || 1 : 1;
  const samplesPerPixel = dataSet.has('samplesPerPixel') ? whole(dataSet, 'samplesPerPixel', 1, 4) : 1;
  const isFloat = element !== 'pixelData';
  const bitsAllocated = isFloat ? (element === 'floatPixelData' ? 32 : 64) : whole(dataSet, 'bitsAllocated', 1, 64);
  if (bitsAllocated !== 1 && bitsAllocated % 8 !== 0)
    throw unsupported('bitsAllocated', bitsAllocated, '1, 8, 16, 24, 32');
  if (!isFloat && bitsAllocated > 32) throw unsupported('bitsAllocated', bitsAllocated, '1, 8, 16, 24, 32');
  const bitsStored =
    isFloat || !dataSet.has('bitsStored') ? bitsAllocated : whole(dataSet, 'bitsStored', 1, bitsAllocated);
  // A high bit outside the cell is a defect of the header alone (seen: 0); the default fits then.
  const writtenHighBit = dataSet.number('highBit') ?? bitsStored - 1;
  const highBit = writtenHighBit < bitsStored - 1 || writtenHighBit >= bitsAllocated ? bitsStored - 1 : writtenHighBit;
  const photometricInterpretation = (
    dataSet.texts('photometricInterpretation')[0] ?? (samplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2')
  ).toUpperCase();
  const frameBytes = rows * columns * samplesPerPixel * Math.max(1, bitsAllocated / 8);
  if (frameBytes > maxFrameBytes) {
    throw new AppError(
      'TOO_LARGE',
      `One frame takes ${frameBytes} bytes (${rows} rows, ${columns} columns, ${samplesPerPixel} samples of ${bitsAllocated} bits); at most ${maxFrameBytes} are read.`,
    );
  }
  return {
    rows,
    columns,
    frames,
    samplesPerPixel,
    photometricInterpretation,
    isPlanar: samplesPerPixel > 1 && dataSet.number('planarConfiguration') === 1,
    bitsAllocated,
    bitsStored,
    highBit,
    isSigned: !isFloat && dataSet.number('pixelRepresentation') === 1,
    hasOverlayBits: hasOverlayInPixels(dataSet),
    element,
  };
}

/** Retired since 2004 but found: overlay planes without own data, in bits above those stored (PS3.5 8.1.2). */
export function hasOverlayInPixels(dataSet: DicomDataSet): boolean {
  for (let group = 0x6000; group <= 0x601e; group += 2) {
    const at = group * 0x10000;
    if (dataSet.elements.has(at + 0x0100) && !dataSet.elements.has(at + 0x3000)) return true;
  }
  return false;
}

function whole(dataSet: DicomDataSet, keyword: Keyword, low: number, high: number): number {
  const value = required(dataSet.number(keyword), keyword);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new AppError('DICOM_MALFORMED', `${attributeText(keyword)} is ${value}; allowed are ${low} to ${high}.`);
  }
  return value;
}

function unsupported(keyword: Keyword, found: number, allowed: string): AppError {
  return new AppError('DICOM_UNSUPPORTED_PIXELS', `${attributeText(keyword)} is ${found}; read are ${allowed}.`);
}
