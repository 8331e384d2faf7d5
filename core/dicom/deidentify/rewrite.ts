/**
 * Elements to be written and the writer that keeps what it is given: values byte for byte, pixel fragments as they are, the byte order
 * and VR encoding of the file they came from. Sequences are written with undefined lengths, so that one pass is enough.
 *
 * The result is a list of byte ranges; those of unchanged values are views of the file that was read, because pixels are large.
 */
import { AppError } from '../../base/errors.ts';
import { type Encoding, tagText } from '../data-set.ts';
import { evenBytes } from './values.ts';

/** An element to be written: a value, items, or encapsulated pixel data. */
export interface OutElement {
  readonly tag: number;
  readonly vr: string;
  readonly value?: Uint8Array;
  readonly items?: readonly (readonly OutElement[])[];
  readonly encapsulated?: { readonly offsetTable: Uint8Array; readonly fragments: readonly Uint8Array[] };
}

const longVrs: ReadonlySet<string> = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
const undefinedLength = 0xffffffff;
const itemTag = 0xfffee000;
const itemDelimiter = 0xfffee00d;
const sequenceDelimiter = 0xfffee0dd;

/** Collects bytes: small headers in blocks, values as they come. */
class Chunks {
  readonly list: Uint8Array[] = [];
  readonly #encoding: Encoding;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  get encoding(): Encoding {
    return this.#encoding;
  }

  bytes(value: Uint8Array): void {
    if (value.length > 0) this.list.push(value);
  }

  /** Tag and 32-bit length, as items and implicit VR elements begin. */
  tagAndLength(tag: number, length: number): void {
    const header = new Uint8Array(8);
    const view = new DataView(header.buffer);
    this.#tag(view, tag);
    view.setUint32(4, length, this.#encoding.littleEndian);
    this.list.push(header);
  }

  elementHeader(tag: number, vr: string, length: number): void {
    if (!this.#encoding.explicit) {
      this.tagAndLength(tag, length);
      return;
    }
    const long = longVrs.has(vr);
    if (!long && length > 0xffff) {
      throw new AppError(
        'DICOM_MALFORMED',
        `${tagText(tag)} of VR ${vr} has ${length} bytes; at most 65534 can be written.`,
      );
    }
    const header = new Uint8Array(long ? 12 : 8);
    const view = new DataView(header.buffer);
    this.#tag(view, tag);
    view.setUint8(4, vr.charCodeAt(0));
    view.setUint8(5, vr.charCodeAt(1));
    if (long) view.setUint32(8, length, this.#encoding.littleEndian);
    else view.setUint16(6, length, this.#encoding.littleEndian);
    this.list.push(header);
  }

  #tag(view: DataView, tag: number): void {
    view.setUint16(0, tag >>> 16, this.#encoding.littleEndian);
    view.setUint16(2, tag & 0xffff, this.#encoding.littleEndian);
  }
}

/** The bytes of `elements`, ordered by tag. Throws DICOM_MALFORMED for a value longer than its VR can be written. */
export function writeElements(elements: readonly OutElement[], encoding: Encoding): readonly Uint8Array[] {
  const chunks = new Chunks(encoding);
  writeLevel(chunks, elements);
  return chunks.list;
}

function writeLevel(chunks: Chunks, elements: readonly OutElement[]): void {
  for (const element of [...elements].sort((a, b) => a.tag - b.tag)) writeElement(chunks, element);
}

function writeElement(chunks: Chunks, element: OutElement): void {
  if (element.items !== undefined) {
    chunks.elementHeader(element.tag, 'SQ', undefinedLength);
    for (const item of element.items) {
      chunks.tagAndLength(itemTag, undefinedLength);
      writeLevel(chunks, item);
      chunks.tagAndLength(itemDelimiter, 0);
    }
    chunks.tagAndLength(sequenceDelimiter, 0);
    return;
  }
  if (element.encapsulated !== undefined) {
    chunks.elementHeader(element.tag, 'OB', undefinedLength);
    for (const fragment of [element.encapsulated.offsetTable, ...element.encapsulated.fragments]) {
      const value = evenBytes(fragment, 'OB');
      chunks.tagAndLength(itemTag, value.length);
      chunks.bytes(value);
    }
    chunks.tagAndLength(sequenceDelimiter, 0);
    return;
  }
  const value = evenBytes(element.value ?? new Uint8Array(0), element.vr);
  chunks.elementHeader(element.tag, element.vr, value.length);
  chunks.bytes(value);
}

/** Bytes of one number of a VR; 1 where byte order does not matter. */
function numberSize(vr: string): number {
  if (vr === 'FD' || vr === 'OD' || vr === 'SV' || vr === 'UV' || vr === 'OV') return 8;
  if (vr === 'FL' || vr === 'OF' || vr === 'SL' || vr === 'UL' || vr === 'OL') return 4;
  return vr === 'US' || vr === 'SS' || vr === 'OW' || vr === 'AT' ? 2 : 1;
}

/** A value in the other byte order, for items that an editor wrote in another one than their data set. */
export function inByteOrder(value: Uint8Array, vr: string, from: Encoding, to: Encoding): Uint8Array {
  const size = numberSize(vr);
  if (from.littleEndian === to.littleEndian || size === 1) return value;
  const out = value.slice();
  for (let at = 0; at + size <= out.length; at += size) out.subarray(at, at + size).reverse();
  return out;
}
