/**
 * A data set as read: elements by tag, values decoded when asked for.
 *
 * Elements keep where their value lies in the file's bytes and copy nothing. Sequences of defined length are parsed when opened,
 * because most of them are never looked at.
 */
import { AppError } from '../base/errors.ts';
import { attributes } from './generated/attributes.ts';

/** An attribute's keyword as PS3.6 writes it, with its first word lowered. */
export type Keyword = keyof typeof attributes;

/** How the elements of one data set are written. */
export interface Encoding {
  readonly littleEndian: boolean;
  readonly explicit: boolean;
}

/** A piece of encapsulated pixel data: where it begins (as offset tables count it) and its bytes. */
export interface Fragment {
  /** Offset of the fragment's item tag from the first byte after the basic offset table. */
  readonly itemOffset: number;
  readonly start: number;
  readonly length: number;
}

/** One element: `start` and `length` locate the value in the data set's bytes. */
export interface DicomElement {
  readonly tag: number;
  /** As written, or undefined in implicit VR, where the dictionary tells. */
  readonly vr: string | undefined;
  readonly start: number;
  /** Bytes really there; less than `declaredLength` when the file ends early. */
  readonly length: number;
  readonly declaredLength: number;
  /** Items of a sequence of undefined length. */
  readonly items?: readonly DicomDataSet[];
  /** Set for encapsulated pixel data. */
  readonly encapsulated?: { readonly offsetTable: Uint8Array; readonly fragments: readonly Fragment[] };
}

/** Parses the items of a sequence whose length is defined. Given by the parser, so that this file needs not know it. */
export type OpenSequence = (dataSet: DicomDataSet, element: DicomElement) => readonly DicomDataSet[];

/** `(0028,0010)`. */
export function tagText(tag: number): string {
  const hex = tag.toString(16).padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

/** `rows (0028,0010)`: how attributes are named in messages. */
export function attributeText(keyword: Keyword): string {
  return `${keyword} ${tagText(attributes[keyword].tag)}`;
}

export class DicomDataSet {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  readonly elements: ReadonlyMap<number, DicomElement>;
  readonly depth: number;
  readonly #view: DataView;
  readonly #open: OpenSequence;
  readonly #opened = new Map<number, readonly DicomDataSet[]>();

  constructor(
    bytes: Uint8Array,
    encoding: Encoding,
    elements: ReadonlyMap<number, DicomElement>,
    depth: number,
    open: OpenSequence,
  ) {
    this.bytes = bytes;
    this.encoding = encoding;
    this.elements = elements;
    this.depth = depth;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#open = open;
  }

  element(keyword: Keyword): DicomElement | undefined {
    return this.elements.get(attributes[keyword].tag);
  }

  has(keyword: Keyword): boolean {
    const element = this.element(keyword);
    return element !== undefined && (element.length > 0 || element.items !== undefined);
  }

  /** The value's bytes as they stand in the file, without a copy; undefined when absent. */
  valueBytes(keyword: Keyword): Uint8Array | undefined {
    const element = this.element(keyword);
    return element && this.bytes.subarray(element.start, element.start + element.length);
  }

  /** The whole text value in ISO 8859-1 with padding removed; undefined when absent or empty. Names need `decodeText` too. */
  text(keyword: Keyword): string | undefined {
    const bytes = this.valueBytes(keyword);
    if (bytes === undefined) return undefined;
    return trimPadding(latin1(bytes)) || undefined;
  }

  /** All values of a text attribute of VM greater than one (`\` between them), each trimmed. */
  texts(keyword: Keyword): readonly string[] {
    const text = this.text(keyword);
    return text === undefined ? [] : text.split('\\').map((value) => trimPadding(value));
  }

  /** A UID with its padding removed. */
  uid(keyword: Keyword): string | undefined {
    return this.texts(keyword)[0] || undefined;
  }

  /**
   * All numbers of an attribute, whether text (DS, IS) or binary (US, SS, UL, SL, FL, FD, AT). Text that is no number is left out.
   * `signed` decides for the dictionary's "US or SS".
   */
  numbers(keyword: Keyword, signed = false): readonly number[] {
    return this.numberList(keyword, signed).filter((value) => value !== undefined);
  }

  /** As `numbers`, but an empty or unreadable value keeps its place as undefined: lists of several attributes pair by position. */
  numberList(keyword: Keyword, signed = false): readonly (number | undefined)[] {
    const element = this.element(keyword);
    if (element === undefined || element.length === 0) return [];
    const written = element.vr;
    const vr = written === undefined || written === 'UN' || written === 'OB' ? attributes[keyword].vr : written;
    if (vr === 'DS' || vr === 'IS' || !(binarySize(vr) > 0)) {
      return this.texts(keyword).map(numberOf);
    }
    return this.#binaryNumbers(element, vr, signed);
  }

  /** The first number of an attribute, or undefined. */
  number(keyword: Keyword, signed = false): number | undefined {
    return this.numbers(keyword, signed)[0];
  }

  /** 16-bit words of an element such as a look-up table, in the machine's order. */
  words(keyword: Keyword): Uint16Array {
    const element = this.element(keyword);
    const out = new Uint16Array((element?.length ?? 0) >> 1);
    for (let i = 0; i < out.length; i++) {
      out[i] = this.#view.getUint16((element?.start ?? 0) + 2 * i, this.encoding.littleEndian);
    }
    return out;
  }

  /** The items of a sequence; empty when absent. Throws DICOM_MALFORMED or DICOM_TRUNCATED when its inside is broken. */
  items(keyword: Keyword): readonly DicomDataSet[] {
    return this.itemsOf(attributes[keyword].tag);
  }

  /** As `items`, by tag number. */
  itemsOf(tag: number): readonly DicomDataSet[] {
    const element = this.elements.get(tag);
    if (element === undefined) return [];
    if (element.items !== undefined) return element.items;
    let items = this.#opened.get(tag);
    if (items === undefined) {
      items = this.#open(this, element);
      this.#opened.set(tag, items);
    }
    return items;
  }

  #binaryNumbers(element: DicomElement, vr: string, signed: boolean): number[] {
    const size = binarySize(vr);
    const out: number[] = [];
    const little = this.encoding.littleEndian;
    for (let at = element.start; at + size <= element.start + element.length; at += size) {
      if (vr === 'FD' || vr === 'OD') out.push(this.#view.getFloat64(at, little));
      else if (vr === 'FL' || vr === 'OF') out.push(this.#view.getFloat32(at, little));
      else if (vr === 'SL') out.push(this.#view.getInt32(at, little));
      else if (vr === 'UL' || vr === 'OL') out.push(this.#view.getUint32(at, little));
      else if (vr === 'UV' || vr === 'OV') out.push(Number(this.#view.getBigUint64(at, little)));
      else if (vr === 'SV') out.push(Number(this.#view.getBigInt64(at, little)));
      else if (vr === 'SS' || (signed && vr.includes('SS'))) out.push(this.#view.getInt16(at, little));
      else out.push(this.#view.getUint16(at, little));
    }
    return out;
  }
}

/**
 * The number of a DS or IS text, undefined where it is none. A comma is not allowed there (PS3.5 6.2), so it can only be the decimal
 * sign of a writer who formatted by his locale: "-1024,0" read as no number once made an intercept 0 and the image white.
 */
function numberOf(text: string): number | undefined {
  return /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text.replace(',', '.')) : undefined;
}

/** Bytes a number of a VR takes; 0 for VRs that hold no binary numbers. The dictionary's "US or SS" counts as two. */
function binarySize(vr: string): number {
  if (vr === 'FD' || vr === 'OD' || vr === 'UV' || vr === 'OV' || vr === 'SV') return 8;
  if (vr === 'FL' || vr === 'OF' || vr === 'SL' || vr === 'UL' || vr === 'OL') return 4;
  return vr.includes('US') || vr.includes('SS') || vr.includes('OW') ? 2 : 0;
}

/** Each byte as the character of the same number: ASCII and ISO 8859-1. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

function trimPadding(text: string): string {
  let start = 0;
  let end = text.length;
  while (end > start && isPadding(text.charCodeAt(end - 1))) end--;
  while (start < end && isPadding(text.charCodeAt(start))) start++;
  return text.slice(start, end);
}

/** Spaces and NULs both pad in real files, whatever the VR. */
function isPadding(code: number): boolean {
  return code === 32 || code === 0;
}

/** The value that must be there. Throws DICOM_MALFORMED naming the attribute. */
export function required<T>(value: T | undefined, keyword: Keyword): T {
  if (value === undefined) {
    throw new AppError('DICOM_MALFORMED', `The file has no ${attributeText(keyword)}, which its pixels need.`);
  }
  return value;
}
