/** Patient IDs with letters whose bytes are not of the character set that the header declares. */
import { expect, test } from 'vitest';
import { parseDicom, readHeader } from '../../../core/dicom/index.ts';
import { decodeBytes } from '../../../core/dicom/text.ts';
import { writeDicom } from '../../../core/dicom/write.ts';
import { decoderFactory } from '../../../core/services/files/text-decoder.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { datasetCounts } from '../../../core/store/index.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** A file whose patient ID is these bytes, whatever it declares. */
function withId(id: string, study: string, declared: string, grey: number): Buffer {
  const bytes = writeDicom({
    specificCharacterSet: declared,
    sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
    sopInstanceUID: `${study}.1.1`,
    modality: 'OT',
    patientName: 'Doe^Jane',
    patientID: 'X'.repeat(id.length),
    studyInstanceUID: study,
    seriesInstanceUID: `${study}.1`,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    rows: 8,
    columns: 8,
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    pixelRepresentation: 0,
    pixelData: Uint16Array.from({ length: 64 }, (_, i) => 60 * i + grey),
  });
  const file = Buffer.from(bytes);
  file.write(id, file.indexOf('X'.repeat(id.length), 132, 'latin1'), 'latin1');
  return file;
}

test('ISO 8859-1 under a header that says UTF-8: two patients stay two, and a labels file finds them', async () => {
  const library = temporaryLibrary();
  const folder = temporaryFolder();
  put(folder, 'a.dcm', withId('Müller', '2.25.1', 'ISO_IR 192', 1));
  put(folder, 'b.dcm', withId('Möller', '2.25.2', 'ISO_IR 192', 2));
  put(folder, 'c.dcm', withId('Möller', '2.25.3', 'ISO_IR 192', 3));
  const labels = put(folder, 'labels.csv', 'patientID,label\nMüller,a\nMöller,b\n');
  const report = await importPaths(testContext(library), { paths: [folder], dataset: 'd', labels });
  expect([report.labels.applied, report.labels.problems]).toEqual([2, []]);
  expect(datasetCounts(library.db, 1)).toMatchObject({ patients: 2, studies: 3 });
});

test('every set that cannot be read so far keeps IDs apart; what is cut off in the middle of a letter keeps the letters before', () => {
  const idOf = (id: string, declared: string): string | undefined =>
    readHeader(parseDicom(withId(id, '2.25.1', declared, 0)), decoderFactory).patientID;
  for (const declared of ['ISO_IR 192', 'GB18030', 'ISO 2022 IR 149', 'ISO_IR 166', 'ISO_IR 127'])
    expect(idOf('M\xfc-1A', declared), declared).not.toBe(idOf('M\xff-1A', declared));
  // UTF-8 that is UTF-8 stays so beside a byte that is none.
  const mixed = Buffer.concat([Buffer.from('Größe '), Buffer.from([0xfc])]);
  expect(decodeBytes(mixed, ['ISO_IR 192'], decoderFactory)).toBe('Größe ü');
  const cut = Buffer.from('Grüße', 'utf8').subarray(0, 6);
  expect(decodeBytes(cut, ['ISO_IR 192'], decoderFactory)).toMatch(/^Grü/);
  expect(decodeBytes(Buffer.from('Grüße', 'utf8'), ['ISO_IR 192'], decoderFactory)).toBe('Grüße');
});

test.each([
  ['GB18030', 'GB18030', [0xcd, 0xf5, 0xd0, 0xa1, 0xff, 0xc3, 0xf7], '王小ÿ明'],
  ['Korean', 'ISO 2022 IR 149', [0x1b, 0x24, 0x29, 0x43, 0xb1, 0xe8, 0xff, 0xc8, 0xf1], '김ÿ희'],
  ['Thai', 'ISO_IR 166', [0xca, 0xc1, 0xfc, 0xa1], 'สมüก'],
  ['Japanese', 'ISO_IR 13', [0xd4, 0xcf, 0xff, 0xc0], 'ﾔﾏÿﾀ'],
])('%s: one byte that is no letter leaves the others readable', (_, declared, bytes, text) => {
  expect(decodeBytes(Uint8Array.from(bytes), [declared], decoderFactory)).toBe(text);
});

test('a letter that was cut off in the middle and padded to an even length leaves the letters before', () => {
  const bytes = Uint8Array.from([0x4d, 0xcd, 0xf5, 0xd0, 0x20]);
  expect(decodeBytes(bytes, ['GB18030'], decoderFactory)).toMatch(/^M王/);
});
