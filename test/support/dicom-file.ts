/** DICOM files for tests, made element by element; everything in them is invented. */
import { type OutElement, writeElements } from '../../core/dicom/deidentify/rewrite.ts';
import { textBytes } from '../../core/dicom/deidentify/values.ts';

const explicitLittle = { littleEndian: true, explicit: true };

/** A text element. */
export function textElement(tag: number, vr: string, value: string): OutElement {
  return { tag, vr, value: textBytes(value, vr) };
}

/** An unsigned 16-bit element. */
export function shortElement(tag: number, value: number): OutElement {
  return { tag, vr: 'US', value: new Uint8Array(Uint16Array.of(value).buffer) };
}

export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(chunks));
}

/** A Part 10 file (explicit VR little endian, or the encoding given with its transfer syntax) around `elements`. */
export function dicomFile(
  elements: readonly OutElement[],
  encoding = explicitLittle,
  transferSyntaxUID = '1.2.840.10008.1.2.1',
): Uint8Array {
  const start = new Uint8Array(132);
  start.set([0x44, 0x49, 0x43, 0x4d], 128);
  const meta = writeElements([textElement(0x00020010, 'UI', transferSyntaxUID)], explicitLittle);
  return joined([start, ...meta, ...writeElements(elements, encoding)]);
}

/** The attributes without which a file is not exported. */
export const identity: readonly OutElement[] = [
  textElement(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
  textElement(0x00080018, 'UI', '1.2.3.4.5'),
];
