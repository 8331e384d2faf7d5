/** Entropy decoding of DCT scans into coefficients: sequential (T.81 F.2) and progressive (G.2), 8 and 12 bits. */
import { CodecError } from '../codec-error.ts';
import { BitReader, type HuffmanTable } from './bits.ts';
import { type JpegHeader, type JpegScan, type JpegTables, zigzag } from './markers.ts';

/** The coefficients of one component: 64 to a block, natural order, padded to whole MCUs. */
export interface CoefficientPlane {
  readonly h: number;
  readonly v: number;
  /** Blocks a line and lines of blocks that hold picture; a scan of one component codes these only (A.2.2). */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** Blocks a line as allocated. */
  readonly blockStride: number;
  readonly coefficients: Int16Array;
  prediction: number;
}

interface ScanPart {
  readonly plane: CoefficientPlane;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

interface BlockState {
  /** Blocks left of a run of blocks without further coefficients (progressive). */
  endOfBandRun: number;
}

type DecodeBlock = (reader: BitReader, part: ScanPart, at: number, scan: JpegScan, state: BlockState) => void;

/** Decodes one scan into the planes; returns where its data ended. Throws CodecError. */
export function decodeDctScan(
  data: Uint8Array,
  scan: JpegScan,
  header: JpegHeader,
  tables: JpegTables,
  planes: readonly CoefficientPlane[],
  mcusWide: number,
  mcusHigh: number,
): number {
  const parts = scan.components.map(({ index, dc, ac }): ScanPart => {
    const plane = planes[index] as CoefficientPlane;
    plane.prediction = 0;
    return { plane, dc: tables.dc[dc & 3], ac: tables.ac[ac & 3] };
  });
  const decode = header.process === 'sequential' ? sequentialBlock : progressiveBlock(scan);
  const reader = new BitReader(data, scan.dataStart);
  const state: BlockState = { endOfBandRun: 0 };
  const single = parts.length === 1 ? parts[0] : undefined;
  const wide = single ? single.plane.blocksWide : mcusWide;
  const high = single ? single.plane.blocksHigh : mcusHigh;
  let units = 0;
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      if (tables.restartInterval > 0 && units > 0 && units % tables.restartInterval === 0) {
        reader.restart((units / tables.restartInterval - 1) % 8);
        state.endOfBandRun = 0;
        for (const { plane } of parts) plane.prediction = 0;
      }
      units++;
      if (single) {
        decode(reader, single, 64 * (y * single.plane.blockStride + x), scan, state);
        continue;
      }
      for (const part of parts) {
        const { h, v, blockStride } = part.plane;
        for (let by = 0; by < v; by++) {
          for (let bx = 0; bx < h; bx++) {
            decode(reader, part, 64 * ((y * v + by) * blockStride + x * h + bx), scan, state);
          }
        }
      }
    }
  }
  return reader.position;
}

function need(table: HuffmanTable | undefined): HuffmanTable {
  if (table === undefined) throw new CodecError('a Huffman table is missing');
  return table;
}

function dcDifference(reader: BitReader, part: ScanPart): number {
  const size = reader.symbol(need(part.dc));
  if (size > 15) throw new CodecError('a DC coefficient has more than 15 bits');
  return reader.extended(size);
}

const sequentialBlock: DecodeBlock = (reader, part, at) => {
  const { plane } = part;
  const out = plane.coefficients;
  const ac = need(part.ac);
  plane.prediction += dcDifference(reader, part);
  out[at] = plane.prediction;
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(ac);
    const size = symbol & 15;
    if (size === 0) {
      if (symbol !== 0xf0) break;
      k += 15;
      continue;
    }
    k += symbol >> 4;
    if (k > 63) throw new CodecError('a block has more than 64 coefficients');
    out[at + (zigzag[k] as number)] = reader.extended(size);
  }
};

function progressiveBlock(scan: JpegScan): DecodeBlock {
  const { spectralStart: start, spectralEnd: end, approximationHigh: high } = scan;
  if (start > end || end > 63 || (start === 0 && end !== 0) || (start > 0 && scan.components.length > 1)) {
    throw new CodecError(`a progressive scan covers coefficients ${start} to ${end}`);
  }
  if (scan.approximationLow > 13) throw new CodecError(`a progressive scan shifts by ${scan.approximationLow}`);
  if (start === 0) return high === 0 ? firstDc : refineDc;
  return high === 0 ? firstAc : refineAc;
}

const firstDc: DecodeBlock = (reader, part, at, scan) => {
  part.plane.prediction += dcDifference(reader, part);
  part.plane.coefficients[at] = part.plane.prediction << scan.approximationLow;
};

const refineDc: DecodeBlock = (reader, part, at, scan) => {
  const out = part.plane.coefficients;
  if (reader.read(1) === 1) out[at] = (out[at] as number) | (1 << scan.approximationLow);
};

const firstAc: DecodeBlock = (reader, part, at, scan, state) => {
  if (state.endOfBandRun > 0) {
    state.endOfBandRun--;
    return;
  }
  const ac = need(part.ac);
  for (let k = scan.spectralStart; k <= scan.spectralEnd; k++) {
    const symbol = reader.symbol(ac);
    const run = symbol >> 4;
    const size = symbol & 15;
    if (size === 0) {
      if (run < 15) {
        state.endOfBandRun = (1 << run) - 1 + reader.read(run);
        break;
      }
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) throw new CodecError('a block has more than 64 coefficients');
    part.plane.coefficients[at + (zigzag[k] as number)] = reader.extended(size) << scan.approximationLow;
  }
};

const refineAc: DecodeBlock = (reader, part, at, scan, state) => {
  const out = part.plane.coefficients;
  const bit = 1 << scan.approximationLow;
  /** One more bit for a coefficient that is already known to differ from zero. */
  const refine = (place: number): void => {
    const value = out[place] as number;
    if (reader.read(1) === 1 && (value & bit) === 0) out[place] = value + (value > 0 ? bit : -bit);
  };
  let k = scan.spectralStart;
  if (state.endOfBandRun === 0) {
    const ac = need(part.ac);
    for (; k <= scan.spectralEnd; k++) {
      const symbol = reader.symbol(ac);
      let run = symbol >> 4;
      let fresh = 0;
      if ((symbol & 15) !== 0) fresh = reader.read(1) === 1 ? bit : -bit;
      else if (run < 15) {
        state.endOfBandRun = (1 << run) + reader.read(run);
        break;
      }
      for (; k <= scan.spectralEnd; k++) {
        const place = at + (zigzag[k] as number);
        if (out[place] !== 0) refine(place);
        else if (run-- === 0) {
          if (fresh !== 0) out[place] = fresh;
          break;
        }
      }
    }
  }
  if (state.endOfBandRun > 0) {
    for (; k <= scan.spectralEnd; k++) {
      const place = at + (zigzag[k] as number);
      if (out[place] !== 0) refine(place);
    }
    state.endOfBandRun--;
  }
};
