/**
 * JPEG (ITU-T T.81): baseline, extended and progressive DCT at 8 and 12 bits, and lossless process 14. Huffman coding only.
 *
 * One decoder for all of them instead of three packages: docs/adr/0030-own-dicom-readers.md. Sample values of DCT streams equal
 * libjpeg's (slow integer transform, triangle upsampling); components are left in the stream's own colour space.
 */
import { CodecError } from '../codec-error.ts';
import { type CoefficientPlane, decodeDctScan } from './dct-scan.ts';
import { inverseDct } from './idct.ts';
import { decodeLosslessScan } from './lossless.ts';
import { type JpegHeader, type JpegTables, readSegments } from './markers.ts';
import { upsampleInto } from './upsample.ts';

export interface JpegImage {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  readonly precision: number;
  /** [rows, columns, components]; 8 bits wide up to precision 8. */
  readonly samples: Uint8Array | Uint16Array;
  /** Colour transform by the Adobe marker (0 none, 1 YCbCr, 2 YCCK); undefined without one. */
  readonly adobeTransform: number | undefined;
  readonly hasJfif: boolean;
  readonly isLossy: boolean;
  readonly componentIds: readonly number[];
}

/**
 * The decoded picture. `accept` sees the frame header before anything is allocated and throws to refuse it.
 * Throws CodecError for streams that are damaged, end early or use arithmetic coding or hierarchical modes.
 */
export function decodeJpeg(data: Uint8Array, accept: (header: JpegHeader) => void): JpegImage {
  let frame: FrameDecoder | undefined;
  const { tables } = readSegments(data, {
    header: (header) => {
      accept(header);
      frame = header.process === 'lossless' ? losslessFrame(data, header) : dctFrame(data, header);
    },
    scan: (scan, header, current) => (frame as FrameDecoder).scan(scan, header, current),
  });
  const { header, samples } = (frame as FrameDecoder).finish(tables);
  return {
    rows: header.rows,
    columns: header.columns,
    components: header.components.length,
    precision: header.precision,
    samples,
    adobeTransform: tables.adobeTransform,
    hasJfif: tables.hasJfif,
    isLossy: header.process !== 'lossless',
    componentIds: header.components.map((component) => component.id),
  };
}

interface FrameDecoder {
  scan(scan: Parameters<typeof decodeDctScan>[1], header: JpegHeader, tables: JpegTables): number;
  finish(tables: JpegTables): { readonly header: JpegHeader; readonly samples: Uint8Array | Uint16Array };
}

function losslessFrame(data: Uint8Array, header: JpegHeader): FrameDecoder {
  const samples = new Uint16Array(header.rows * header.columns * header.components.length);
  const seen = new Set<number>();
  return {
    scan: (scan, _, tables) => {
      for (const { index } of scan.components) seen.add(index);
      return decodeLosslessScan(data, scan, header, tables, samples);
    },
    finish: () => {
      requireAll(seen, header);
      return { header, samples: header.precision <= 8 ? Uint8Array.from(samples) : samples };
    },
  };
}

function dctFrame(data: Uint8Array, header: JpegHeader): FrameDecoder {
  const hMax = Math.max(...header.components.map((component) => component.h));
  const vMax = Math.max(...header.components.map((component) => component.v));
  const mcusWide = Math.ceil(header.columns / (8 * hMax));
  const mcusHigh = Math.ceil(header.rows / (8 * vMax));
  const planes = header.components.map(({ h, v }): CoefficientPlane => {
    return {
      h,
      v,
      blocksWide: Math.ceil((header.columns * h) / hMax / 8),
      blocksHigh: Math.ceil((header.rows * v) / vMax / 8),
      blockStride: mcusWide * h,
      coefficients: new Int16Array(64 * mcusWide * h * mcusHigh * v),
      prediction: 0,
    };
  });
  const seen = new Set<number>();
  const quantisation: (Uint16Array | undefined)[] = [];
  return {
    scan: (scan, _, tables) => {
      for (const { index } of scan.components) {
        seen.add(index);
        // A later table of the same number belongs to later components (B.2.4.1), so it is kept at a component's first scan.
        quantisation[index] ??= tables.quantisation[header.components[index]?.quantisation ?? 0];
      }
      return decodeDctScan(data, scan, header, tables, planes, mcusWide, mcusHigh);
    },
    finish: () => {
      requireAll(seen, header);
      const size = header.rows * header.columns * planes.length;
      const samples = header.precision === 8 ? new Uint8Array(size) : new Uint16Array(size);
      planes.forEach((plane, index) => {
        const table = quantisation[index];
        if (table === undefined) throw new CodecError('a quantisation table is missing');
        renderPlane(plane, table, header, hMax, vMax, samples, index);
      });
      return { header, samples };
    },
  };
}

function requireAll(seen: ReadonlySet<number>, header: JpegHeader): void {
  if (seen.size !== header.components.length) {
    throw new CodecError(`scans cover ${seen.size} of ${header.components.length} components`);
  }
}

function renderPlane(
  plane: CoefficientPlane,
  quantisation: Uint16Array,
  header: JpegHeader,
  hMax: number,
  vMax: number,
  out: Uint8Array | Uint16Array,
  index: number,
): void {
  const stride = plane.blocksWide * 8;
  const samples = new Uint16Array(stride * plane.blocksHigh * 8);
  const work = new Int32Array(64);
  for (let y = 0; y < plane.blocksHigh; y++) {
    for (let x = 0; x < plane.blocksWide; x++) {
      const from = 64 * (y * plane.blockStride + x);
      inverseDct(plane.coefficients, from, quantisation, header.precision, samples, 8 * (y * stride + x), stride, work);
    }
  }
  const width = Math.ceil((header.columns * plane.h) / hMax);
  const height = Math.ceil((header.rows * plane.v) / vMax);
  const full = { width, height, stride, samples };
  upsampleInto(full, hMax / plane.h, vMax / plane.v, out, header.rows, header.columns, index, header.components.length);
}
