/** Writing DICOM files (PS3.10) in Explicit VR Little Endian from values by keyword: the demo's studies, tests, exports. */
import { invariant } from '../base/errors.ts';
import type { Encoding, Keyword } from './data-set.ts';
import { implementationClassUID } from './deidentify/deidentify.ts';
import { type OutElement, writeElements } from './deidentify/rewrite.ts';
import { textBytes } from './deidentify/values.ts';
import { attributes } from './generated/attributes.ts';

/** Text, numbers (as the attribute's VR writes them), raw bytes, or the items of a sequence. */
export type DicomValue = string | number | readonly number[] | Uint8Array | Uint16Array | readonly DicomValues[];

export type DicomValues = { readonly [K in Keyword]?: DicomValue };

const encoding: Encoding = { littleEndian: true, explicit: true };
const explicitLittle = '1.2.840.10008.1.2.1';

/**
 * A whole file: preamble, file meta group, data set. `values` must hold sopClassUID and sopInstanceUID; group 0002 is made from
 * them. Texts must be ISO 8859-1 (name the set in specificCharacterSet when beyond ASCII).
 */
export function writeDicom(values: DicomValues): Uint8Array {
  const { sopClassUID, sopInstanceUID } = values;
  invariant(
    typeof sopClassUID === 'string' && typeof sopInstanceUID === 'string',
    'writeDicom needs SOP class and instance',
  );
  const meta: DicomValues = {
    fileMetaInformationVersion: Uint8Array.of(0, 1),
    mediaStorageSOPClassUID: sopClassUID,
    mediaStorageSOPInstanceUID: sopInstanceUID,
    transferSyntaxUID: explicitLittle,
    implementationClassUID,
    implementationVersionName: 'SIDELIGHT',
  };
  const metaChunks = writeElements(outElements(meta, false), encoding);
  const metaLength = metaChunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const start = new Uint8Array(132);
  start.set([0x44, 0x49, 0x43, 0x4d], 128);
  const isSigned = values.pixelRepresentation === 1;
  return joined([
    start,
    ...writeElements(outElements({ fileMetaInformationGroupLength: metaLength }, false), encoding),
    ...metaChunks,
    ...writeElements(outElements(values, isSigned), encoding),
  ]);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function outElements(values: DicomValues, isSigned: boolean): OutElement[] {
  return Object.entries(values).map(([keyword, value]) => {
    const { tag, vr: listed } = attributes[keyword as Keyword];
    const vr = writtenVr(listed, value, isSigned);
    if (isItems(value)) return { tag, vr: 'SQ', items: value.map((item) => outElements(item, isSigned)) };
    return { tag, vr, value: valueBytes(value, vr, keyword) };
  });
}

function isItems(value: DicomValue): value is readonly DicomValues[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object');
}

/** The dictionary's alternatives decided: pixels and look-up tables are OW when given as words, else OB. */
function writtenVr(listed: string, value: DicomValue, isSigned: boolean): string {
  if (listed.includes('OB') && listed.includes('OW')) return value instanceof Uint16Array ? 'OW' : 'OB';
  if (listed.includes('SS')) return isSigned ? 'SS' : 'US';
  return listed.includes('OW') ? 'OW' : listed;
}

function valueBytes(value: DicomValue, vr: string, keyword: string): Uint8Array {
  if (typeof value === 'string') return textBytes(value, vr);
  if (value instanceof Uint8Array) return value;
  if (value instanceof Uint16Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const numbers = (typeof value === 'number' ? [value] : value) as readonly number[];
  if (vr === 'DS' || vr === 'IS') return textBytes(numbers.map(decimalText).join('\\'), vr);
  const writer = writers[vr];
  invariant(writer !== undefined, `writeDicom: ${keyword} of VR ${vr} takes no numbers`);
  const out = new Uint8Array(numbers.length * writer.size);
  const view = new DataView(out.buffer);
  numbers.forEach((number, i) => {
    writer.set(view, i * writer.size, number);
  });
  return out;
}

/** A decimal string has at most sixteen characters (PS3.5 6.2). */
function decimalText(value: number): string {
  const text = String(value);
  return text.length <= 16 ? text : value.toPrecision(10).slice(0, 16);
}

const writers: Readonly<
  Record<string, { readonly size: number; readonly set: (view: DataView, at: number, value: number) => void }>
> = {
  US: { size: 2, set: (view, at, value) => view.setUint16(at, value, true) },
  SS: { size: 2, set: (view, at, value) => view.setInt16(at, value, true) },
  UL: { size: 4, set: (view, at, value) => view.setUint32(at, value, true) },
  SL: { size: 4, set: (view, at, value) => view.setInt32(at, value, true) },
  FL: { size: 4, set: (view, at, value) => view.setFloat32(at, value, true) },
  FD: { size: 8, set: (view, at, value) => view.setFloat64(at, value, true) },
};
