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

  const seven = { ...description, bitsAllocated: 8, bitsStored: 7, highBit: 6, isSigned: false };
  const stream = (...samples: number[]): Decoded => ({
    ...decoded,
    precision: 8,
    samples: Uint8Array.from(samples),
    isFromStream: true,
  });

  test('a lossy value just above the bits stored is clamped, a lossless one is used whole', () => {
    expect(checkedFrame(stream(128, 127), seven, true)).toMatchObject({
      samples: Uint8Array.of(127, 127),
      bitsStored: 7,
    });
    expect(checkedFrame(stream(128, 127), seven)).toMatchObject({ samples: Uint8Array.of(128, 127), bitsStored: 8 });
    expect(checkedFrame(stream(200, 127), seven, true)).toMatchObject({
      samples: Uint8Array.of(200, 127),
      bitsStored: 8,
    });
  });

  test('cells that are no stream, and streams with overlays in their cells, lose the bits above those stored', () => {
    const cells = { ...stream(128, 127), isFromStream: false };
    expect([...checkedFrame(cells, seven).samples]).toEqual([0, 127]);
    expect([...checkedFrame(stream(128, 127), { ...seven, hasOverlayBits: true }).samples]).toEqual([0, 127]);
  });

  test('a stream that knows signs keeps them, whatever the header says', () => {
    const signed = { ...decoded, samples: Int16Array.of(-5, 900), isFromStream: true };
    const frame = checkedFrame(signed, { ...description, bitsStored: 10, highBit: 9, isSigned: false });
    expect([frame.isSigned, ...frame.samples]).toEqual([true, -5, 900]);
  });

  test('a stream without signs has them in its own bits', () => {
    const wide = { ...decoded, samples: Uint16Array.of(0xffff, 900), isFromStream: true };
    expect([...checkedFrame(wide, { ...description, bitsStored: 10, highBit: 9 }).samples]).toEqual([-1, 900]);
    const narrow = { ...wide, precision: 10, samples: Uint16Array.of(0x3ff, 100) };
    expect([...checkedFrame(narrow, { ...description, bitsStored: 10, highBit: 9 }).samples]).toEqual([-1, 100]);
  });

  test('three components under a grey header are read by their luminance', () => {
    const colour = { ...decoded, components: 3, precision: 8, samples: Uint8Array.of(255, 0, 0, 10, 20, 30) };
    const grey = { ...description, bitsAllocated: 8, bitsStored: 8, highBit: 7, isSigned: false };
    expect([...checkedFrame({ ...colour, isFromStream: true }, grey).samples]).toEqual([76, 18]);
    const ybr = { ...colour, isFromStream: true, photometricInterpretation: 'YBR_FULL' };
    expect([...checkedFrame(ybr, grey).samples]).toEqual([255, 10]);
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
