/** A training that would go on without images says so before it begins. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDatasetAndFiles } from '../../../../core/services/datasets/data-check.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

const request = { dataset: 'discs', inputSize: 224, flip: false, seed: 0 };

test('the data check says of how many images the files are not there, as long as they have to be read', async () => {
  const { folder, context } = await discsLibrary(8);
  const found = async () =>
    (await checkDatasetAndFiles(context, request)).findings.find(({ code }) => code === 'filesAway');
  expect(await found()).toBeUndefined();
  rmSync(join(folder, 'studies', 'p3', 's1', 'image.dcm'));
  expect(await found()).toMatchObject({
    severity: 'serious',
    values: { images: 1, looked: 16 },
    studyIds: [expect.any(Number)],
  });
  // As a share that is not connected leaves it.
  const [studies, away] = [join(folder, 'studies'), join(folder, 'away')];
  renameSync(studies, away);
  mkdirSync(studies);
  expect((await found())?.values).toEqual({ images: 16, looked: 16 });
  rmSync(studies, { recursive: true });
  renameSync(away, studies);
  await encodeDataset(context, { dataset: 'discs', inputSize: 224, lpm: 'tiny', method: 'fpt' });
  rmSync(studies, { recursive: true });
  // What was read is not read again: only the image that was gone before is.
  expect((await found())?.values).toEqual({ images: 1, looked: 1 });
});
