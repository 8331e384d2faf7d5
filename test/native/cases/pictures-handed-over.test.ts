/** Pictures as programs leave them beside the set's other ones: alpha beside 12 bits, pixels without a value. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openPicture, readPicture } from '../../../core/images/index.ts';
import { lookAtBytes, spreadOf } from '../../../core/services/files/look.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const side = 16;
const white = 0xffff;

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crcOf(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** A 16-bit PNG of `count` samples a pixel. */
function png16(colourType: number, count: number, sample: (pixel: number, channel: number) => number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([16, colourType], 8);
  const line = 1 + 2 * count * side;
  const lines = Buffer.alloc(line * side);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const at = Math.floor(pixel / side) * line + 1 + 2 * count * (pixel % side);
    for (let c = 0; c < count; c++) lines.writeUInt16BE(sample(pixel, c), at + 2 * c);
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A TIFF of one strip, 32-bit floats or 16-bit samples. */
function tiff(values: Float32Array | Uint16Array, count: number): Uint8Array {
  const isFloat = values instanceof Float32Array;
  const entries: readonly (readonly [tag: number, value: number])[] = [
    ...([
      [256, side],
      [257, side],
    ] as const),
    // All samples are of one width, and one entry says so where there is one; of several the table stands behind the directory.
    ...([
      [259, 1],
      [262, 1],
      [273, 0],
      [277, count],
      [278, side],
      [279, values.byteLength],
    ] as const),
    ...([
      [338, 2],
      [339, isFloat ? 3 : 1],
    ] as const),
  ];
  const kept = [[258, isFloat ? 32 : 16] as const, ...entries.filter(([tag]) => tag !== 338 || count === 2)];
  kept.sort(([a], [b]) => a - b);
  const head = 8 + 2 + 12 * kept.length + 4 + 4;
  const out = Buffer.alloc(head);
  out.write('II*\0', 0, 'latin1');
  out.writeUInt32LE(8, 4);
  out.writeUInt16LE(kept.length, 8);
  for (const [i, [tag, value]] of kept.entries()) {
    const at = 10 + 12 * i;
    const isPerSample = count === 2 && (tag === 258 || tag === 339);
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(tag === 273 || tag === 279 ? 4 : 3, at + 2);
    out.writeUInt32LE(isPerSample ? 2 : 1, at + 4);
    if (tag === 273) out.writeUInt32LE(head, at + 8);
    else if (tag === 279) out.writeUInt32LE(value, at + 8);
    else {
      out.writeUInt16LE(value, at + 8);
      if (isPerSample) out.writeUInt16LE(value, at + 10);
    }
  }
  return Buffer.concat([out, Buffer.from(values.buffer)]);
}

/** A ramp of 12 bits. */
const ramp = (pixel: number): number => Math.round((pixel * 4095) / (side * side - 1));
const greyAlpha = Uint16Array.from({ length: 2 * side * side }, (_, i) => (i % 2 === 0 ? ramp(i / 2) : white));

describe('12 bits in 16 beside alpha', () => {
  test.each([
    ['a grey PNG', png16(4, 2, (pixel, c) => (c === 1 ? white : ramp(pixel))), 1],
    ['a colour PNG', png16(6, 4, (pixel, c) => (c === 3 ? white : ramp(pixel))), 3],
    ['a grey TIFF', tiff(greyAlpha, 2), 1],
  ] as const)('%s is drawn by its colours: alpha is no sample of the picture', (_, bytes, channels) => {
    const picture = openPicture(bytes, 'p');
    expect(picture.open).toMatchObject({ kind: 'uint16', low: 0, high: 4095 });
    const { data } = readPicture(bytes, 'p');
    expect(data.length).toBe(side * side * channels);
    expect([data[0], data.at(-1)]).toEqual([0, 1]);
    // Nor does it count where a new picture is held against the range of a data set, or where an import looks whether there is something to see.
    expect(picture.draw({ uint16: [0, 4095] }).data.at(-1)).toBe(1);
    expect(lookAtBytes(bytes)).toMatchObject({ dark: 0, bright: 4095 });
  });
});

describe('a float TIFF with pixels without a value', () => {
  const values = Float32Array.from({ length: side * side }, (_, i) => (i % 3 === 0 ? Number.NaN : i));

  test('is imported, by the values that are there', async () => {
    const folder = temporaryFolder();
    put(folder, 'masked.tif', tiff(values, 1));
    put(folder, 'none.tif', tiff(new Float32Array(side * side).fill(Number.NaN), 1));
    put(
      folder,
      'plain.tif',
      tiff(
        values.map((_, i) => i),
        1,
      ),
    );
    const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
    expect(report.imported).toBe(3);
    // What holds no value at all is black to the eye, and is said to be.
    expect(report.problems.map(({ code, examples }) => [code, examples.length])).toEqual([['IMAGE_LOOKS_EMPTY', 1]]);
  });

  test('the spread is that of its numbers', () => {
    expect(spreadOf(values)).toEqual([1, 254]);
    expect(spreadOf([Number.NaN, Number.POSITIVE_INFINITY])).toEqual([0, 0]);
  });
});

test('an image that cannot be read is named when it is imported, with the reason and what comes of it', async () => {
  const folder = temporaryFolder();
  const jpegInTiff = Buffer.from(
    tiff(
      Uint16Array.from({ length: side * side }, (_, i) => ramp(i)),
      1,
    ),
  );
  // Compression stands in the fourth entry: 7 is JPEG.
  expect(jpegInTiff.readUInt16LE(10 + 3 * 12)).toBe(259);
  jpegInTiff.writeUInt16LE(7, 10 + 3 * 12 + 8);
  put(folder, 'jpeg.tif', jpegInTiff);
  const short = tinyDicom({ patient: 'P1', study: '1.2.1', instance: '1.2.1.1', grey: 7 });
  // Bits Allocated: more than there are bytes for.
  const at = Buffer.from(short).indexOf(Buffer.from([0x28, 0, 0, 1, 0x55, 0x53, 2, 0]));
  expect(at).toBeGreaterThan(0);
  short.set([24, 0], at + 8);
  put(folder, 'short.dcm', short);
  put(folder, 'letter.txt', Buffer.from('no image'));
  const list = join(temporaryFolder(), 'named.csv');
  const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd', report: list });
  expect([report.imported, report.skipped]).toEqual([2, 1]);
  // Among thousands of files a count does not help: each is named, apart from what was left out.
  expect(report.leftOut.map(({ code }) => code)).toEqual(['NOT_AN_IMAGE']);
  expect(report.noted.map(({ code }) => code).toSorted()).toEqual(['DICOM_TRUNCATED', 'IMAGE_UNREADABLE']);
  const rows = readFileSync(list, 'utf8').trim().split(/\r?\n/);
  expect(rows[0]).toBe('path,code,reason,action,imported');
  expect(rows.slice(1).map((row) => [row.split(',')[0], row.split(',').at(-1)])).toEqual([
    [join(folder, 'letter.txt'), 'no'],
    [join(folder, 'jpeg.tif'), 'yes'],
    [join(folder, 'short.dcm'), 'yes'],
  ]);
  const taken = report.problems.filter(({ code }) => code !== 'NOT_AN_IMAGE');
  const told = taken.map(({ code, message, action }) => [code, `${message} ${action}`]);
  const kept = 'Images that cannot be read are not used for training.';
  expect(told.toSorted()).toEqual([
    [
      'DICOM_TRUNCATED',
      `The pixel data holds 128 bytes; frame 0 of 1 needs 192. ${kept} Copy or export the file again; it ends before its content does.`,
    ],
    [
      'IMAGE_UNREADABLE',
      `The picture cannot be read as TIFF: its compression is 7. ${kept} Save the picture again as PNG or JPEG.`,
    ],
  ]);
});
