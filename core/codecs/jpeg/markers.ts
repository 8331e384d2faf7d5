/** JPEG marker segments (ITU-T T.81, Annex B): frame header, tables, restart interval, application markers. */
import { CodecError } from '../codec-error.ts';
import { type HuffmanTable, huffmanTable } from './bits.ts';

export interface JpegComponent {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantisation: number;
}

export type JpegProcess = 'sequential' | 'progressive' | 'lossless';

export interface JpegHeader {
  readonly process: JpegProcess;
  readonly precision: number;
  readonly rows: number;
  readonly columns: number;
  readonly components: readonly JpegComponent[];
}

export interface JpegScan {
  /** Index into the frame's components, with the tables of this scan. */
  readonly components: readonly { readonly index: number; readonly dc: number; readonly ac: number }[];
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly approximationHigh: number;
  readonly approximationLow: number;
  /** Where its entropy-coded data begins. */
  readonly dataStart: number;
}

/** Tables as they stand when a scan begins; later segments replace entries. */
export interface JpegTables {
  readonly quantisation: (Uint16Array | undefined)[];
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
  restartInterval: number;
  /** Colour transform of the Adobe marker: 0 none, 1 YCbCr, 2 YCCK; undefined without one. */
  adobeTransform: number | undefined;
  hasJfif: boolean;
}

export const zigzag = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
]);

const processes: Readonly<Record<number, JpegProcess>> = {
  192: 'sequential',
  193: 'sequential',
  194: 'progressive',
  195: 'lossless',
};

/** What a reader of the segments does at the two that matter beyond tables. */
export interface JpegVisitor {
  header(header: JpegHeader): void;
  /** Decodes the scan and returns where the next marker is looked for. */
  scan(scan: JpegScan, header: JpegHeader, tables: JpegTables): number;
}

/** Reads all segments from SOI to EOI in order. Throws CodecError for damage and for what has no decoder here. */
export function readSegments(data: Uint8Array, visitor: JpegVisitor): { readonly tables: JpegTables } {
  if (data[0] !== 0xff || data[1] !== 0xd8) throw new CodecError('the data does not begin with a JPEG start marker');
  const tables: JpegTables = {
    quantisation: [],
    dc: [],
    ac: [],
    restartInterval: 0,
    adobeTransform: undefined,
    hasJfif: false,
  };
  let header: JpegHeader | undefined;
  let scans = 0;
  let at = 2;
  for (;;) {
    const marker = nextMarker(data, at);
    // An end marker that is missing is common and harmless: the scans are complete or have failed by themselves.
    if (marker === undefined || marker.code === 0xd9) break;
    at = marker.end;
    if ((marker.code >= 0xd0 && marker.code <= 0xd8) || marker.code === 0x01) continue;
    const length = ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
    const segment = data.subarray(at + 2, at + length);
    if (length < 2 || segment.length < length - 2) throw new CodecError('the compressed data ends inside its header');
    at += length;
    if (processes[marker.code] !== undefined) {
      if (header !== undefined) throw new CodecError('hierarchical JPEG has no decoder here', true);
      header = readFrameHeader(segment, processes[marker.code] as JpegProcess);
      visitor.header(header);
    } else if (marker.code === 0xda) {
      if (header === undefined) throw new CodecError('a scan comes before the frame header');
      // Every scan walks the whole picture, so their number bounds the work of a hostile stream. Real ones have about ten.
      if (++scans > 200) throw new CodecError('there are more than 200 scans');
      at = visitor.scan(readScanHeader(segment, header, at), header, tables);
    } else {
      readTables(marker.code, segment, tables);
    }
  }
  if (header === undefined || scans === 0) throw new CodecError('the compressed data holds no picture');
  return { tables };
}

/** The next marker at or after `at`, over any stray bytes. */
function nextMarker(data: Uint8Array, at: number): { readonly code: number; readonly end: number } | undefined {
  for (let i = at; i + 1 < data.length; i++) {
    const code = data[i + 1] as number;
    if (data[i] === 0xff && code !== 0 && code !== 0xff) return { code, end: i + 2 };
  }
  return undefined;
}

function readTables(code: number, segment: Uint8Array, tables: JpegTables): void {
  if (code === 0xdb) readQuantisation(segment, tables);
  else if (code === 0xc4) readHuffman(segment, tables);
  else if (code === 0xdd) tables.restartInterval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
  else if (code === 0xee && String.fromCharCode(...segment.subarray(0, 5)) === 'Adobe')
    tables.adobeTransform = segment[11];
  else if (code === 0xe0 && String.fromCharCode(...segment.subarray(0, 4)) === 'JFIF') tables.hasJfif = true;
  else if (code === 0xcc || (code >= 0xc9 && code <= 0xcf && code !== 0xcc)) {
    throw new CodecError('arithmetic-coded JPEG has no decoder here', true);
  } else if (code >= 0xc5 && code <= 0xc7) throw new CodecError('hierarchical JPEG has no decoder here', true);
  else if (code === 0xf7) throw new CodecError('the data is JPEG-LS, not JPEG');
}

function readFrameHeader(segment: Uint8Array, process: JpegProcess): JpegHeader {
  const [precision = 0, r1 = 0, r0 = 0, c1 = 0, c0 = 0, count = 0] = segment;
  const rows = (r1 << 8) | r0;
  const columns = (c1 << 8) | c0;
  const precisionFits =
    process === 'lossless' ? precision >= 2 && precision <= 16 : precision === 8 || precision === 12;
  if (!precisionFits) throw new CodecError(`the sample precision is ${precision} bits`, true);
  if (rows === 0) throw new CodecError('the number of lines is left open (DNL)', true);
  if (columns === 0 || count < 1 || count > 4 || segment.length < 6 + 3 * count) {
    throw new CodecError(`the frame header says ${columns} columns and ${count} components`);
  }
  const components: JpegComponent[] = [];
  for (let i = 0; i < count; i++) {
    const [id = 0, factors = 0, quantisation = 0] = segment.subarray(6 + 3 * i);
    const h = factors >> 4;
    const v = factors & 15;
    if (h < 1 || h > 4 || v < 1 || v > 4 || quantisation > 3) {
      throw new CodecError(`component ${i} has sampling factors ${h} x ${v}`);
    }
    components.push({ id, h, v, quantisation });
  }
  return { process, precision, rows, columns, components };
}

function readScanHeader(segment: Uint8Array, header: JpegHeader, dataStart: number): JpegScan {
  const count = segment[0] ?? 0;
  if (count < 1 || count > header.components.length || segment.length < 4 + 2 * count) {
    throw new CodecError(`a scan has ${count} components of ${header.components.length}`);
  }
  const components = [];
  for (let i = 0; i < count; i++) {
    const [id, tables = 0] = segment.subarray(1 + 2 * i);
    const index = header.components.findIndex((component) => component.id === id);
    if (index < 0) throw new CodecError(`a scan names component ${id}, which the frame lacks`);
    components.push({ index, dc: tables >> 4, ac: tables & 15 });
  }
  const [spectralStart = 0, spectralEnd = 0, approximation = 0] = segment.subarray(1 + 2 * count);
  return {
    components,
    spectralStart,
    spectralEnd,
    approximationHigh: approximation >> 4,
    approximationLow: approximation & 15,
    dataStart,
  };
}

function readQuantisation(segment: Uint8Array, tables: JpegTables): void {
  for (let at = 0; at < segment.length; ) {
    const head = segment[at++] ?? 0;
    const isWide = head >> 4 !== 0;
    if (at + (isWide ? 128 : 64) > segment.length) throw new CodecError('a quantisation table is cut short');
    const table = new Uint16Array(64);
    for (const place of zigzag) {
      table[place] = isWide ? ((segment[at] ?? 0) << 8) | (segment[at + 1] ?? 0) : (segment[at] ?? 0);
      at += isWide ? 2 : 1;
    }
    tables.quantisation[head & 3] = table;
  }
}

function readHuffman(segment: Uint8Array, tables: JpegTables): void {
  for (let at = 0; at < segment.length; ) {
    const head = segment[at] ?? 0;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (counts.length < 16 || total > 256 || at + 17 + total > segment.length) {
      throw new CodecError('a Huffman table is cut short');
    }
    const table = huffmanTable(counts, segment.slice(at + 17, at + 17 + total));
    (head >> 4 === 0 ? tables.dc : tables.ac)[head & 3] = table;
    at += 17 + total;
  }
}
