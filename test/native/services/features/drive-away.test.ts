/** Images on a drive that is not connected are not bad images: nothing is learned without them. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const encoding = { dataset: 'discs', lpm: 'tiny', inputSize: 224 } as const;
const training = { ...encoding, method: 'fpt', epochs: 1, batch: 4 } as const;

test('a training whose images lie on a drive that is away ends in words, and goes on where it was', async () => {
  const { folder, context } = await discsLibrary(8);
  const [studies, away] = [join(folder, 'studies'), join(folder, 'away')];
  // As an unmounted share leaves it: its folder is there, and empty.
  renameSync(studies, away);
  mkdirSync(studies);
  const refused = await appErrorFrom(trainModel(context, training));
  expect([refused.code, refused.retryable]).toEqual(['DRIVE_AWAY', true]);
  expect(refused.message).toMatch(/^The drive or folder that holds an image is not there \(….*: FILE_NOT_FOUND\)\.$/);
  expect(refused.action).toContain('do the same again');
  rmSync(studies, { recursive: true });
  renameSync(away, studies);
  expect(await encodeDataset(context, { ...encoding, method: 'fpt' })).toMatchObject({ encoded: 16, failed: 0 });
});

test('what was read before its drive was taken away is learned from without it', async () => {
  const { folder, context } = await discsLibrary(8);
  await encodeDataset(context, { ...encoding, method: 'fpt' });
  const studies = join(folder, 'studies');
  rmSync(studies, { recursive: true });
  mkdirSync(studies);
  expect((await trainModel(context, training)).model).toBeTruthy();
});
