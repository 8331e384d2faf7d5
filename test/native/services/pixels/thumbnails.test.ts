import { rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { openRenderer } from '../../../../core/services/pixels/source-images.ts';
import { thumbnail } from '../../../../core/services/pixels/thumbnails.ts';
import { instanceByUid } from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

test('a picture that cannot be kept, as on a full disk, is shown all the same', async () => {
  const library = temporaryLibrary();
  const folder = temporaryFolder();
  put(folder, 'a.dcm', tinyDicom({ patient: 'P1', study: '1.2.1', instance: '1.2.1.1', grey: 1 }));
  await importPaths(testContext(library), { paths: [folder], dataset: 'd' });
  const id = instanceByUid(library.db, '1.2.1.1')?.id;
  if (id === undefined) throw new Error('not imported');
  const renderer = openRenderer();
  onTestFinished(() => renderer.close());
  // A file stands where the folder of pictures would be made.
  rmSync(library.path('previews'), { recursive: true });
  writeFileSync(library.path('previews'), '');
  const png = await thumbnail(library, renderer, id, 0, 96);
  expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
});
