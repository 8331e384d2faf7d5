/**
 * JPEG-LS (ITU-T T.87): lossless and near-lossless, 2 to 16 bits, all three interleave modes.
 *
 * Own code because the WebAssembly build of CharLS stalls for ten seconds on frames that end early (docs/adr/0030-own-dicom-readers.md).
 */
import { CodecError } from '../codec-error.ts';
import { type CodestreamHeader, readJpegLsHeader } from '../codestream.ts';
import { type Interleave, type LsParameters, LsScan } from './scan.ts';

export interface JpegLsImage extends CodestreamHeader {
  /** [rows, columns, components]; 8 bits wide up to precision 8. */
  readonly samples: Uint8Array | Uint16Array;
}

/**
 * The decoded picture. `accept` sees the header before anything is allocated and throws to refuse it. Throws CodecError for streams
 * that are damaged or end early, and for mapping tables, restart intervals, point transforms and colour transforms.
 */
export function decodeJpegLs(data: Uint8Array, accept: (header: CodestreamHeader) => void): JpegLsImage {
  const header = readJpegLsHeader(data);
  const { rows, columns, components, precision } = header;
  if (precision < 2 || precision > 16 || rows === 0 || columns === 0 || components < 1 || components > 4) {
    throw new CodecError(`the frame header says ${columns} x ${rows}, ${components} components of ${precision} bits`);
  }
  accept(header);
  const samples = new Uint16Array(rows * columns * components);
  const ids: number[] = [];
  const done = new Set<number>();
  let preset: readonly number[] = [];
  let at = 2;
  while (done.size < components) {
    const marker = nextMarker(data, at);
    at = marker.end;
    if (marker.code === 0xd9) break;
    const length = ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
    const segment = data.subarray(at + 2, at + length);
    if (length < 2 || segment.length < length - 2) throw new CodecError('the compressed data ends inside its header');
    at += length;
    if (marker.code === 0xf7) ids.push(...componentIds(segment, components));
    else if (marker.code === 0xf8) preset = presetOf(segment);
    else if (marker.code === 0xdd && segment.some((byte) => byte !== 0))
      throw new CodecError('it uses restart intervals', true);
    else if (marker.code === 0xe8 && String.fromCharCode(...segment.subarray(0, 4)) === 'mrfx' && segment[4] !== 0) {
      throw new CodecError('it uses a colour transform that is not of the standard', true);
    } else if (marker.code === 0xda) {
      const { offsets, near, interleave } = scanOf(segment, ids);
      const scan = new LsScan(parametersOf((1 << precision) - 1, near, preset), data, at);
      scan.decode(samples, rows, columns, components, offsets, interleave);
      for (const offset of offsets) done.add(offset);
      at = scan.position;
    }
  }
  if (done.size < components) throw new CodecError(`scans cover ${done.size} of ${components} components`);
  return { ...header, samples: precision <= 8 ? Uint8Array.from(samples) : samples };
}

function nextMarker(data: Uint8Array, at: number): { readonly code: number; readonly end: number } {
  for (let i = at; i + 1 < data.length; i++) {
    const code = data[i + 1] as number;
    // Within a scan an FF is followed by a byte below 80; markers are above.
    if (data[i] === 0xff && code >= 0x80 && code !== 0xff) return { code, end: i + 2 };
  }
  throw new CodecError('the compressed data ends before the picture does');
}

function componentIds(segment: Uint8Array, components: number): number[] {
  return Array.from({ length: components }, (_, i) => {
    if (segment[7 + 3 * i] !== 0x11) throw new CodecError('its components are subsampled', true);
    return segment[6 + 3 * i] ?? 0;
  });
}

/** LSE: only preset coding parameters (type 1) have a meaning here. */
function presetOf(segment: Uint8Array): readonly number[] {
  if (segment[0] !== 1 || segment.length < 11) throw new CodecError('it uses mapping tables', true);
  return [1, 3, 5, 7, 9].map((at) => ((segment[at] ?? 0) << 8) | (segment[at + 1] ?? 0));
}

function scanOf(
  segment: Uint8Array,
  ids: readonly number[],
): { readonly offsets: readonly number[]; readonly near: number; readonly interleave: Interleave } {
  const count = segment[0] ?? 0;
  if (count < 1 || count > ids.length || segment.length < 4 + 2 * count) {
    throw new CodecError(`a scan has ${count} components of ${ids.length}`);
  }
  const offsets = Array.from({ length: count }, (_, i) => {
    const index = ids.indexOf(segment[1 + 2 * i] ?? -1);
    if (index < 0) throw new CodecError('a scan names a component that the frame lacks');
    if (segment[2 + 2 * i] !== 0) throw new CodecError('it uses mapping tables', true);
    return index;
  });
  const [near = 0, interleave = 0, transform = 0] = segment.subarray(1 + 2 * count);
  if (transform !== 0) throw new CodecError('it uses a point transform', true);
  if (interleave > 2 || (interleave === 0 && count > 1))
    throw new CodecError(`a scan of ${count} has interleave mode ${interleave}`);
  return { offsets, near, interleave: count === 1 ? 0 : (interleave as Interleave) };
}

/** Thresholds as preset, or as C.2.4.1.1.1 computes them. */
function parametersOf(written: number, near: number, preset: readonly number[]): LsParameters {
  const maxval = preset[0] || written;
  if (maxval > written || near > Math.min(255, maxval >> 1)) {
    throw new CodecError(`its largest value is ${maxval} and its error limit ${near}`);
  }
  const bounded = (value: number, low: number): number => (value > maxval || value < low ? low : value);
  const isWide = maxval >= 128;
  const factor = isWide ? (Math.min(maxval, 4095) + 128) >> 8 : Math.floor(256 / (maxval + 1));
  const threshold = (base: number, least: number, nears: number): number =>
    isWide ? factor * (base - least) + least + nears * near : Math.max(least, Math.floor(base / factor) + nears * near);
  const t1 = preset[1] || bounded(threshold(3, 2, 3), near + 1);
  const t2 = preset[2] || bounded(threshold(7, 3, 5), t1);
  const t3 = preset[3] || bounded(threshold(21, 4, 7), t2);
  if (t1 < near + 1 || t2 < t1 || t3 < t2 || t3 > Math.max(maxval, near + 1))
    throw new CodecError('its thresholds are out of order');
  return { maxval, near, t1, t2, t3, reset: preset[4] || 64 };
}
