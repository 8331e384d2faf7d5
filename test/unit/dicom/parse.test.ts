import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { describePixels, parseDicom, readHeader } from '../../../core/dicom/index.ts';
import { smallInstance } from '../../support/small-instance.ts';
import { appErrorOf } from '../../support/thrown.ts';

const preambleAndMagic = 132;

/** An element in implicit little endian. */
function implicit(tag: number, value: Uint8Array | number[], length = value.length): number[] {
  const group = tag >>> 16;
  const element = tag & 0xffff;
  return [
    ...[group & 255, group >> 8, element & 255, element >> 8],
    ...[length & 255, (length >> 8) & 255, (length >> 16) & 255, (length >>> 24) & 255],
    ...value,
  ];
}

const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));

/** A Part 10 file whose meta group names `uid`, followed by `rest`. */
function fileOf(uid: string, rest: Uint8Array | number[]): Uint8Array {
  const padded = uid.length % 2 === 0 ? uid : `${uid}\0`;
  return Uint8Array.from([
    ...new Uint8Array(128),
    ...ascii('DICM'),
    ...[0x02, 0x00, 0x10, 0x00, ...ascii('UI'), padded.length, 0, ...ascii(padded)],
    ...rest,
  ]);
}

describe('files as hospitals have them', () => {
  test('a file without preamble and meta group reads, and its encoding is seen from its first element', () => {
    const whole = smallInstance([1, 2]);
    const metaEnd = preambleAndMagic + 12 + new DataView(whole.buffer).getUint32(preambleAndMagic + 8, true);
    const file = parseDicom(whole.subarray(metaEnd));
    expect(file.transferSyntaxUID).toBe('1.2.840.10008.1.2.1');
    expect(file.problems).toEqual(['the file has no preamble']);
    expect(readHeader(file).columns).toBe(2);
  });

  test('an implicit data set under an explicit name reads, and says so', () => {
    const file = parseDicom(fileOf('1.2.840.10008.1.2.1', implicit(0x00080060, ascii('CT'))));
    expect(file.dataSet.text('modality')).toBe('CT');
    expect(file.problems).toEqual(['the data set is not written as its transfer syntax says']);
  });

  test('a data set that begins with a private group keeps the byte order its name says', () => {
    const file = parseDicom(fileOf('1.2.840.10008.1.2', implicit(0x3f030010, ascii('MAKER '))));
    expect([...file.dataSet.elements.keys()]).toEqual([0x3f030010]);
  });

  test('a big endian data set reads', () => {
    const rows = [0x00, 0x28, 0x00, 0x10, ...ascii('US'), 0x00, 0x02, 0x01, 0x02];
    expect(parseDicom(fileOf('1.2.840.10008.1.2.2', rows)).dataSet.number('rows')).toBe(0x0102);
  });

  test('padding after the pixel data is no element', () => {
    const bytes = Uint8Array.from([...smallInstance([1, 2]), ...new Uint8Array(20)]);
    const file = parseDicom(bytes);
    expect(file.dataSet.elements.has(0)).toBe(false);
    expect(describePixels(file.dataSet).columns).toBe(2);
  });

  test('a deflated data set reads', () => {
    const whole = smallInstance([7, 9]);
    const metaEnd = preambleAndMagic + 12 + new DataView(whole.buffer).getUint32(preambleAndMagic + 8, true);
    const file = parseDicom(fileOf('1.2.840.10008.1.2.1.99', deflateRawSync(whole.subarray(metaEnd))));
    expect([...file.dataSet.words('pixelData')]).toEqual([7, 9]);
  });

  test('the header alone reads from the first part of a file', () => {
    const whole = smallInstance(Array.from({ length: 5000 }, () => 1));
    const file = parseDicom(whole.subarray(0, 1000), { untilPixelData: true });
    expect(readHeader(file)).toMatchObject({ columns: 5000, hasPixels: true, patientID: 'P-1' });
  });
});

describe('hostile and damaged files', () => {
  test('a file that is no DICOM is named as such', () => {
    expect(appErrorOf(() => parseDicom(Uint8Array.from(ascii('hello world, this is text')))).code).toBe(
      'DICOM_NOT_DICOM',
    );
    expect(appErrorOf(() => parseDicom(new Uint8Array(0))).message).toBe('The file is not DICOM: it is empty.');
    expect(appErrorOf(() => parseDicom(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0))).action).toContain('Unpack');
  });

  test('a file that ends inside an element is truncated, and the tag is named', () => {
    const error = appErrorOf(() => parseDicom(fileOf('1.2.840.10008.1.2', implicit(0x00080060, [67], 400))));
    expect(error).toMatchObject({ code: 'DICOM_TRUNCATED', message: 'The file ends inside (0008,0060).' });
  });

  test('sequences nested 5,000 deep are refused and no stack overflows', () => {
    const open = [...implicit(0x00081140, [], 0xffffffff), ...implicit(0xfffee000, [], 0xffffffff)];
    const bytes = fileOf('1.2.840.10008.1.2', Array.from({ length: 5000 }, () => open).flat());
    expect(appErrorOf(() => parseDicom(bytes))).toMatchObject({ code: 'DICOM_MALFORMED' });
  });

  test('more than 100,000 fragments are refused', () => {
    const item = implicit(0xfffee000, []);
    const bytes = fileOf('1.2.840.10008.1.2', [
      ...implicit(0x7fe00010, [], 0xffffffff),
      ...Array.from({ length: 100_010 }, () => item).flat(),
    ]);
    expect(appErrorOf(() => parseDicom(bytes)).code).toBe('TOO_LARGE');
  });

  test('a deflated file that goes on for ever is stopped near its expected size', () => {
    const whole = smallInstance([7, 9]);
    const metaEnd = preambleAndMagic + 12 + new DataView(whole.buffer).getUint32(preambleAndMagic + 8, true);
    const bomb = deflateRawSync(Buffer.concat([whole.subarray(metaEnd), new Uint8Array(100_000_000)]));
    const before = process.memoryUsage().rss;
    expect(appErrorOf(() => parseDicom(fileOf('1.2.840.10008.1.2.1.99', bomb))).code).toBe('TOO_LARGE');
    expect(process.memoryUsage().rss - before).toBeLessThan(80_000_000);
  });

  test('a frame of more than 1 GiB is refused by arithmetic', () => {
    const file = parseDicom(smallInstance([1], { rows: 65_535, columns: 65_535 }));
    expect(appErrorOf(() => describePixels(file.dataSet)).code).toBe('TOO_LARGE');
  });
});
