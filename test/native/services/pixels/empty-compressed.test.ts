/** Compressed images that are black to the eye: an import knows only their headers, whoever decodes them says so. */
import { expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { prepareSources } from '../../../../core/services/pixels/source-images.ts';
import { openPreviewStore } from '../../../../core/services/records/record-stores.ts';
import { ProblemCollector } from '../../../../core/services/session/problems.ts';
import { labelledInstances } from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { rleImage } from '../../../support/rle-file.ts';
import { put, testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

test('whoever decodes a compressed image says that it is black, and keeps it', async () => {
  const folder = temporaryFolder();
  put(
    folder,
    'black.dcm',
    rleImage('1.9.1.1', (i) => i % 8),
  );
  put(
    folder,
    'seen.dcm',
    rleImage('1.9.1.2', (i) => i),
  );
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
