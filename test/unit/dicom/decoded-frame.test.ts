import { describe, expect, test } from 'vitest';
import { checkedFrame, type Decoded, nativeBytes } from '../../../core/dicom/decoded-frame.ts';
import type { PixelDescription } from '../../../core/dicom/pixels.ts';
import { appErrorOf } from '../../support/thrown.ts';

const description: PixelDescription = {
  rows: 1,
  columns: 2,
  frames: 1,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  isPlanar: false,
  bitsAllocated: 16,
  bitsStored: 16,
  highBit: 15,
  isSigned: true,
  hasOverlayBits: false,
  element: 'pixelData',
};

const decoded: Decoded = { rows: 1, columns: 2, components: 1, precision: 16, samples: Uint16Array.of(1, 0xffff) };

describe('checked frames', () => {
  test('samples of a codec without signs become signed where the header says so', () => {
    expect([...checkedFrame(decoded, description).samples]).toEqual([1, -1]);
  });

  test('eight bits of a stream in signed cells of sixteen keep their value and fill the cell', () => {
    const narrow = { ...decoded, precision: 8, samples: Uint8Array.of(5, 0xff) };
    const frame = checkedFrame(narrow, { ...description, bitsStored: 8, highBit: 7 });
    expect([...frame.samples]).toEqual([5, -1]);
    expect([...nativeBytes(frame)]).toEqual([5, 0, 0xff, 0xff]);
  });

  test('a lossy value just above the bits stored stays, and a lossless one loses the overlay bits above them', () => {
    const stream = { ...decoded, precision: 8, samples: Uint8Array.of(128, 127) };
    const seven = { ...description, bitsAllocated: 8, bitsStored: 7, highBit: 6, isSigned: false };
    expect([...checkedFrame({ ...stream, samples: stream.samples.slice() }, seven, true).samples]).toEqual([128, 127]);
    expect([...checkedFrame(stream, seven).samples]).toEqual([0, 127]);
  });

  test('another size than the header says is refused with both sizes', () => {
    expect(appErrorOf(() => checkedFrame({ ...decoded, columns: 3 }, description))).toMatchObject({
      code: 'DICOM_MALFORMED',
      message: 'The compressed frame is 3 x 1 with 1 components; the header says 2 x 1 with 1.',
    });
  });

  test('more bits than the header allocates are refused', () => {
    expect(
      appErrorOf(() => checkedFrame(decoded, { ...description, bitsAllocated: 8, bitsStored: 8, highBit: 7 })).code,
    ).toBe('DICOM_MALFORMED');
  });

  test('a decoder that gives fewer samples than the frame has is refused', () => {
    expect(appErrorOf(() => checkedFrame({ ...decoded, samples: Uint16Array.of(1) }, description)).code).toBe(
      'DICOM_DECODE_FAILED',
    );
  });
});
