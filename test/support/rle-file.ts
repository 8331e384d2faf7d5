/** A compressed DICOM image that tests make themselves. */
import { dicomFile, shortElement, textElement } from './dicom-file.ts';

/** PS3.5 G: a header of sixteen numbers, then one segment of replicate and literal runs. */
function rleFrame(pixels: Uint8Array): Uint8Array {
  const header = new Uint8Array(new Uint32Array(16).buffer);
  new DataView(header.buffer).setUint32(0, 1, true);
  new DataView(header.buffer).setUint32(4, 64, true);
  const parts: number[] = [];
  for (let at = 0; at < pixels.length; at += 128) parts.push(127, ...pixels.subarray(at, at + 128));
  return Uint8Array.from([...header, ...parts]);
}

/** An RLE image of 16 by 16 pixels of 8 bits; `damage` changes its compressed frame. */
export function rleImage(
  instance: string,
  value: (i: number) => number,
  damage: (frame: Uint8Array) => Uint8Array = (frame) => frame,
): Uint8Array {
  const pixels = Uint8Array.from({ length: 256 }, (_, i) => value(i));
  return dicomFile(
    [
      textElement(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
      textElement(0x00080018, 'UI', instance),
      textElement(0x00080060, 'CS', 'OT'),
      textElement(0x00100020, 'LO', 'P'),
      textElement(0x0020000d, 'UI', '1.9'),
      textElement(0x0020000e, 'UI', '1.9.1'),
      shortElement(0x00280002, 1),
      textElement(0x00280004, 'CS', 'MONOCHROME2'),
      shortElement(0x00280010, 16),
      shortElement(0x00280011, 16),
      shortElement(0x00280100, 8),
      shortElement(0x00280101, 8),
      shortElement(0x00280102, 7),
      shortElement(0x00280103, 0),
      textElement(0x00281050, 'DS', '128'),
      textElement(0x00281051, 'DS', '256'),
      {
        tag: 0x7fe00010,
        vr: 'OB',
        encapsulated: { offsetTable: new Uint8Array(0), fragments: [damage(rleFrame(pixels))] },
      },
    ],
    undefined,
    '1.2.840.10008.1.2.5',
  );
}
