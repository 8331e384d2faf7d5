/** Compressed images that are black to the eye: an import knows only their headers, whoever decodes them says so. */
import { expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { prepareSources } from '../../../../core/services/pixels/source-images.ts';
import { openPreviewStore } from '../../../../core/services/records/record-stores.ts';
import { ProblemCollector } from '../../../../core/services/session/problems.ts';
import { labelledInstances } from '../../../../core/store/index.ts';
import { dicomFile, shortElement, textElement } from '../../../support/dicom-file.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** PS3.5 G: a header of sixteen numbers, then one segment of replicate and literal runs. */
function rleFrame(pixels: Uint8Array): Uint8Array {
  const header = new Uint8Array(new Uint32Array(16).buffer);
  new DataView(header.buffer).setUint32(0, 1, true);
  new DataView(header.buffer).setUint32(4, 64, true);
  const parts: number[] = [];
  for (let at = 0; at < pixels.length; at += 128) parts.push(127, ...pixels.subarray(at, at + 128));
  return Uint8Array.from([...header, ...parts]);
}

/** An RLE image of 16 by 16 pixels of 8 bits. */
function rleImage(instance: string, value: (i: number) => number): Uint8Array {
  const pixels = Uint8Array.from({ length: 256 }, (_, i) => value(i));
  return dicomFile(
    [
      textElement(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
      textElement(0x00080018, 'UI', instance),
      textElement(0x00080060, 'CS', 'OT'),
      textElement(0x00100020, 'LO', 'P'),
      textElement(0x0020000d, 'UI', '1.9'),
      textElement(0x0020000e, 'UI', '1.9.1'),
      shortElement(0x00280002, 1),
      textElement(0x00280004, 'CS', 'MONOCHROME2'),
      shortElement(0x00280010, 16),
      shortElement(0x00280011, 16),
      shortElement(0x00280100, 8),
      shortElement(0x00280101, 8),
      shortElement(0x00280102, 7),
      shortElement(0x00280103, 0),
      textElement(0x00281050, 'DS', '128'),
      textElement(0x00281051, 'DS', '256'),
      {
        tag: 0x7fe00010,
        vr: 'OB',
        encapsulated: { offsetTable: new Uint8Array(0), fragments: [rleFrame(pixels)] },
      },
    ],
    undefined,
    '1.2.840.10008.1.2.5',
  );
}

test('whoever decodes a compressed image says that it is black, and keeps it', async () => {
  const folder = temporaryFolder();
  put(folder, 'black.dcm', rleImage('1.9.1.1', (i) => i % 8));
  put(folder, 'seen.dcm', rleImage('1.9.1.2', (i) => i));
  const library = temporaryLibrary();
  const context = testContext(library);
  const report = await importPaths(context, { paths: [folder], dataset: 'd' });
  expect([report.imported, report.problems]).toEqual([2, []]);
  const store = openPreviewStore(context, 16, 'own');
  const problems = new ProblemCollector();
  const frames = labelledInstances(library.db, 1).map((row) => ({ ...row, frame: 0 }));
  try {
    expect(await prepareSources(context, store, 16, 'own', frames, problems)).toEqual([true, true]);
  } finally {
    await store.close();
  }
  expect(problems.list()).toMatchObject([{ code: 'IMAGE_LOOKS_EMPTY', count: 1, examples: ['…1.1'] }]);
  expect(problems.list()[0]?.message).toContain('black to the eye');
});
