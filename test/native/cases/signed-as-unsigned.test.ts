/** Hounsfield units that a converter wrote signed under a header that says unsigned. */
import { expect, test } from 'vitest';
import { writeDicom } from '../../../core/dicom/write.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const side = 32;

function ct(number: number, representation: 0 | 1, value: (i: number) => number): Uint8Array {
  return writeDicom({
    sopClassUID: '1.2.840.10008.5.1.4.1.1.2',
    sopInstanceUID: `2.25.9.${number}`,
    modality: 'CT',
    patientID: `P${number}`,
    studyInstanceUID: `2.25.9${number}`,
    seriesInstanceUID: `2.25.9${number}.1`,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    rows: side,
    columns: side,
    bitsAllocated: 16,
    bitsStored: 16,
    highBit: 15,
    pixelRepresentation: representation,
    windowCenter: '40',
    windowWidth: '400',
    pixelData: Uint16Array.from({ length: side * side }, (_, i) => value(i) & 0xffff),
  });
}

const units = (i: number): number => -1000 + 2 * i;

test('samples at both ends and nothing between are named; signed ones, radiographs and padding are not', async () => {
  const folder = temporaryFolder();
  put(folder, 'unsigned.dcm', ct(1, 0, units));
  put(folder, 'signed.dcm', ct(2, 1, units));
  put(
    folder,
    'radiograph.dcm',
    ct(3, 0, (i) => 64 * i),
  );
  put(
    folder,
    'padded.dcm',
    ct(4, 0, (i) => (i % 3 === 0 ? 0xffff : i)),
  );
  put(
    folder,
    'twelve.dcm',
    ct(5, 0, (i) => 4 * i),
  );
  const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd' });
  const doubts = report.problems.filter(({ code }) => code === 'DICOM_HEADER_DOUBTFUL');
  expect(doubts.map(({ count, message }) => [count, message.includes('look signed')])).toEqual([[1, true]]);
});
