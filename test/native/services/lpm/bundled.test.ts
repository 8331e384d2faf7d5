/** The LPM that comes with the program is there when it is needed, once, and under a name of its own. */

import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm, listLpms } from '../../../../core/services/lpm/add.ts';
import { provideFirstLpm, provideLpm, takeEmbeddedLpm } from '../../../../core/services/lpm/bundled.ts';
import { embeddedLpmFile } from '../../../../core/services/lpm/bundled-file.ts';
import { writeRandomLpm } from '../../../../core/services/lpm/random-lpm.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { testServices, writeStudies } from '../../../support/made-studies.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const sizes = { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 };

function madeLpm(): string {
  const path = join(temporaryFolder(), 'other');
  writeRandomLpm(path, 1, sizes);
  return path;
}

test('a library without an LPM gets it, and once', async () => {
  const context = testContext(temporaryLibrary());
  await provideFirstLpm(context);
  await provideFirstLpm(context);
  expect(await provideLpm(context, 'embedded')).toBe('embedded');
  expect(listLpms(context)).toMatchObject([{ name: 'embedded', config: { width: 192, layers: 4 } }]);
});

test('a library with an LPM of its own is left as it is until the embedded one is asked for', async () => {
  const context = testContext(temporaryLibrary());
  await addLpm(context, { path: madeLpm(), name: 'own' });
  await provideFirstLpm(context);
  expect(await provideLpm(context, 'own')).toBe('own');
  expect(listLpms(context).map(({ name }) => name)).toEqual(['own']);
  expect(await provideLpm(context, 'embedded')).toBe('embedded');
  expect(listLpms(context).map(({ name }) => name)).toEqual(['own', 'embedded']);
});

test("another release's LPM keeps the name, and with it what was trained; ours gets a part of its hash", async () => {
  const context = testContext(temporaryLibrary());
  const older = await addLpm(context, { path: madeLpm(), name: 'embedded' });
  const ours = await takeEmbeddedLpm(context);
  expect(ours?.name).toBe(`embedded ${ours?.hash.slice(0, 8)}`);
  expect(await provideLpm(context, 'embedded')).toBe('embedded');
  expect(listLpms(context).map(({ hash }) => hash)).toEqual([older.hash, ours?.hash]);
});

test('added before under another name, it is used under that', async () => {
  const context = testContext(temporaryLibrary());
  await addLpm(context, { path: dirname(embeddedLpmFile()), name: 'small' });
  expect(await provideLpm(context, 'embedded')).toBe('small');
  expect(listLpms(context)).toHaveLength(1);
});

test.each(['encode', 'train'] as const)('%s takes it where no LPM is named', async (what) => {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 8);
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  const { lpm } =
    what === 'encode'
      ? await encodeDataset(context, { dataset: 'discs', inputSize: 224 })
      : await trainModel(context, { dataset: 'discs', inputSize: 224, epochs: 1, batch: 4 });
  expect(lpm).toBe('embedded');
  expect(listLpms(context).map(({ name }) => name)).toEqual(['embedded']);
});

test('an LPM of any other name must be there', async () => {
  const library = temporaryLibrary();
  expect(await provideLpm(testContext(library), 'dino')).toBe('dino');
  expect(listLpms(testContext(library))).toEqual([]);
});
