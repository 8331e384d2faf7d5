/** JPEG lossless, process 14, all selection values and point transforms (ITU-T T.81, Annex H). */
import { CodecError } from '../codec-error.ts';
import { BitReader, type HuffmanTable } from './bits.ts';
import type { JpegHeader, JpegScan, JpegTables } from './markers.ts';

/**
 * Decodes one scan into `samples` [rows, columns, components]; returns where its data ended.
 * Differences are modulo 2^16 (H.1.2.1), predictions modulo 2^precision by construction.
 */
export function decodeLosslessScan(
  data: Uint8Array,
  scan: JpegScan,
  header: JpegHeader,
  tables: JpegTables,
  samples: Uint16Array,
): number {
  const { rows, columns, precision } = header;
  const stride = header.components.length;
  const predictor = scan.spectralStart;
  const shift = scan.approximationLow;
  if (predictor < 1 || predictor > 7)
    throw new CodecError(`the lossless predictor is ${predictor}; allowed are 1 to 7`);
  if (shift >= precision) throw new CodecError(`the point transform is ${shift} of ${precision} bits`);
  const single = scan.components.length === 1;
  const parts = scan.components.map(({ index, dc }) => {
    const component = header.components[index];
    if (!single && component && (component.h !== 1 || component.v !== 1)) {
      throw new CodecError('subsampled lossless JPEG has no decoder here', true);
    }
    const table = tables.dc[dc];
    if (table === undefined) throw new CodecError(`Huffman table ${dc} is missing`);
    return { index, table };
  });
  const reader = new BitReader(data, scan.dataStart);
  const interval = tables.restartInterval;
  if (interval % columns !== 0) throw new CodecError('a restart interval does not end at a line', true);
  const linesAnInterval = interval / columns;
  let restarts = 0;
  let isFirstLine = true;
  for (let y = 0; y < rows; y++) {
    if (interval > 0 && y > 0 && y % linesAnInterval === 0) {
      reader.restart(restarts++ % 8);
      isFirstLine = true;
    }
    const line = y * columns * stride;
    for (let x = 0; x < columns; x++) {
      for (const { index, table } of parts) {
        const at = line + x * stride + index;
        const predicted = predict(
          samples,
          at,
          x,
          isFirstLine,
          stride,
          columns * stride,
          predictor,
          1 << (precision - shift - 1),
        );
        samples[at] = predicted + difference(reader, table);
      }
    }
    isFirstLine = false;
  }
  if (shift > 0) {
    for (const { index } of parts) {
      for (let i = index; i < samples.length; i += stride) samples[i] = (samples[i] as number) << shift;
    }
  }
  return reader.position;
}

function difference(reader: BitReader, table: HuffmanTable): number {
  const size = reader.symbol(table);
  if (size > 16) throw new CodecError('the compressed data holds a code that its Huffman table lacks');
  return size === 16 ? 32_768 : reader.extended(size);
}

/** H.1.2.1, table H.1: a is to the left, b above, c above to the left. */
function predict(
  samples: Uint16Array,
  at: number,
  x: number,
  isFirstLine: boolean,
  stride: number,
  lineStride: number,
  predictor: number,
  middle: number,
): number {
  if (isFirstLine) return x === 0 ? middle : (samples[at - stride] as number);
  const b = samples[at - lineStride] as number;
  if (x === 0) return b;
  const a = samples[at - stride] as number;
  const c = samples[at - lineStride - stride] as number;
  if (predictor === 1) return a;
  if (predictor === 2) return b;
  if (predictor === 3) return c;
  if (predictor === 4) return a + b - c;
  if (predictor === 5) return a + ((b - c) >> 1);
  if (predictor === 6) return b + ((a - c) >> 1);
  return (a + b) >> 1;
}
