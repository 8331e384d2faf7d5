/**
 * The headers of JPEG-LS and JPEG 2000 codestreams, read before their decoders see a byte: those allocate what a damaged header
 * asks for, and one of them never reports failure.
 */
import { CodecError } from './codec-error.ts';

export interface CodestreamHeader {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly precision: number;
  readonly isSigned: boolean;
}

/** Frame header of a JPEG-LS stream (ITU-T T.87, Annex C). Throws CodecError. */
export function readJpegLsHeader(bytes: Uint8Array): CodestreamHeader {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8)
    throw new CodecError('the data does not begin with a JPEG-LS start marker');
  const view = viewOf(bytes);
  for (let at = 2; at + 10 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw new CodecError('a JPEG-LS marker is missing');
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xf7) {
      return {
        precision: bytes[at + 4] as number,
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: bytes[at + 9] as number,
        isSigned: false,
      };
    }
    if (marker === 0xda) break;
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xcc) {
      throw new CodecError('the data is JPEG, not JPEG-LS');
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw new CodecError('the JPEG-LS frame header is missing');
}

const codestreamStart = 0xff4f;
const sizeMarker = 0xff51;
const codingMarker = 0xff52;
const capabilitiesMarker = 0xff50;
const tilePartMarker = 0xff90;

export interface Jpeg2000Stream {
  readonly header: CodestreamHeader;
  /** The codestream without any JP2 boxes around it. */
  readonly codestream: Uint8Array;
  readonly isHighThroughput: boolean;
}

/**
 * The main header of a JPEG 2000 or HTJ2K codestream (ITU-T T.800, Annex A), whose tile parts have been checked to lie within the
 * data. Throws CodecError; components of different sizes or precisions count as unsupported.
 */
export function readJpeg2000(bytes: Uint8Array): Jpeg2000Stream {
  const codestream = withoutBoxes(bytes);
  const view = viewOf(codestream);
  if (codestream.length < 44 || view.getUint16(0) !== codestreamStart || view.getUint16(2) !== sizeMarker) {
    throw new CodecError('the data does not begin with a JPEG 2000 codestream');
  }
  const [right, bottom, left, top] = [8, 12, 16, 20].map((at) => view.getUint32(at)) as [
    number,
    number,
    number,
    number,
  ];
  const [tileWidth, tileHeight] = [view.getUint32(24), view.getUint32(28)];
  const components = view.getUint16(40);
  if (components < 1 || components > 4 || codestream.length < 42 + 3 * components) {
    throw new CodecError(`the codestream has ${components} components`);
  }
  if (right <= left || bottom <= top || tileWidth === 0 || tileHeight === 0) {
    throw new CodecError('the codestream header describes an empty picture');
  }
  // T.800 allows 65,535 tiles; each costs the decoder memory whether or not it holds data.
  const tiles = Math.ceil(right / tileWidth) * Math.ceil(bottom / tileHeight);
  if (tiles > 65_535) throw new CodecError(`the codestream has ${tiles} tiles; 65535 are allowed`);
  const depths = Array.from({ length: components }, (_, i) => codestream[42 + 3 * i] as number);
  const isEven = depths.every(
    (depth, i) => depth === depths[0] && codestream[43 + 3 * i] === 1 && codestream[44 + 3 * i] === 1,
  );
  if (!isEven) throw new CodecError('its components differ in size or precision', true);
  const depth = depths[0] as number;
  const isHighThroughput = checkTileParts(codestream, view);
  return {
    header: {
      rows: bottom - top,
      columns: right - left,
      components,
      precision: (depth & 0x7f) + 1,
      isSigned: depth >= 0x80,
    },
    codestream,
    isHighThroughput,
  };
}

/** Walks main header segments and tile parts; returns whether the capabilities name Part 15 (HTJ2K). */
function checkTileParts(codestream: Uint8Array, view: DataView): boolean {
  let isHighThroughput = false;
  let hasCoding = false;
  let at = 2;
  while (at + 4 <= codestream.length && view.getUint16(at) !== tilePartMarker) {
    const marker = view.getUint16(at);
    if (marker < 0xff00) throw new CodecError('a marker of the codestream header is damaged');
    if (marker === capabilitiesMarker) isHighThroughput = true;
    if (marker === codingMarker) hasCoding = true;
    at += 2 + view.getUint16(at + 2);
  }
  if (!hasCoding) throw new CodecError('the codestream has no coding style');
  let parts = 0;
  while (at + 12 <= codestream.length && view.getUint16(at) === tilePartMarker) {
    const length = view.getUint32(at + 6);
    parts++;
    // Length 0: the last tile part reaches to the end of the data.
    if (length === 0) return isHighThroughput;
    if (length < 14 || at + length > codestream.length)
      throw new CodecError('the compressed data ends before the picture does');
    at += length;
  }
  if (parts === 0) throw new CodecError('the codestream holds no tile');
  return isHighThroughput;
}

/** JP2 boxes are not allowed in DICOM, but are found (T.800 Annex I). */
function withoutBoxes(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes);
  if (bytes.length < 12 || view.getUint32(4) !== 0x6a502020) return bytes;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x6a703263) return bytes.subarray(at + 8, length === 0 ? bytes.length : at + length);
    if (length < 8) break;
    at += length;
  }
  throw new CodecError('the JP2 boxes hold no codestream');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
