/** An archive that holds two images under one name, as exports that cut names off write it. */
import { expect, test } from 'vitest';
import { readInstance } from '../../../core/services/files/files.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { instanceByUid } from '../../../core/store/index.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { makeZip } from '../../support/zip-file.ts';

test('the first is the image, stays readable and stays the only one; the other is named; a copy of the first is no loss', async () => {
  const folder = temporaryFolder();
  const image = (number: number) =>
    tinyDicom({ patient: 'P', study: '2.25.1', instance: `2.25.1.${number}`, grey: 500 * number, hasWindow: true });
  const name = 'DICOM/IM000001';
  const zip = makeZip([
    { name, bytes: image(1) },
    { name, bytes: image(2) },
    { name: 'DICOM/IM000003', bytes: image(3) },
    { name, bytes: image(1) },
  ]);
  const path = put(folder, 'study.zip', zip);
  const library = temporaryLibrary();
  const context = testContext(library);
  for (const time of ['first', 'again']) {
    const report = await importPaths(context, { paths: [path], dataset: 'd' });
    expect([report.instances, report.skipped], time).toEqual([2, 1]);
    expect(report.problems.map(({ code, count, message }) => [code, count, message.includes('of this name')])).toEqual([
      ['FILE_UNREADABLE', 1, true],
    ]);
    expect(report.notes.map(({ code }) => code)).not.toContain('imagesReplaced');
    const first = instanceByUid(library.db, '2.25.1.1');
    expect(first && Buffer.from(await readInstance(library, first.id)).equals(Buffer.from(image(1)))).toBe(true);
  }
});
