/** A training that would go on without images says so before it begins. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checkDataset, checkDatasetAndFiles } from '../../../../core/services/datasets/data-check.ts';
import type { CheckedImage } from '../../../../core/services/datasets/data-check-rules.ts';
import { filesAway } from '../../../../core/services/datasets/files-away.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { labelledInstances } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

const request = { dataset: 'discs', inputSize: 224, flip: false, seed: 0 };

test('the data check says of how many images the files are not there, as long as they have to be read', async () => {
  const { folder, context } = await discsLibrary(8);
  const found = async () => {
    // As long as nothing else is asked, the drive is not asked again.
    context.caches.clear();
    return (await checkDatasetAndFiles(context, request)).findings.find(({ code }) => code === 'filesAway');
  };
  // Two images of a patient; those of the test part are read when a model is judged.
  const tested = checkDataset(context, request).classes.reduce((sum, { patients }) => sum + 2 * patients.test, 0);
  expect(tested).toBeGreaterThan(0);
  const unread = 16 - tested;
  expect(await found()).toBeUndefined();
  // As a share that is not connected leaves it.
  const [studies, away] = [join(folder, 'studies'), join(folder, 'away')];
  renameSync(studies, away);
  mkdirSync(studies);
  expect(await found()).toMatchObject({ severity: 'serious', values: { images: unread, looked: unread, unread } });
  rmSync(studies, { recursive: true });
  renameSync(away, studies);
  expect(await found()).toBeUndefined();
  await encodeDataset(context, { dataset: 'discs', inputSize: 224, lpm: 'tiny', method: 'fpt' });
  rmSync(studies, { recursive: true });
  // What was read is not read again.
  expect(await found()).toBeUndefined();
});

test('a drive that gives no answer is said to give none, and holds no more than two threads however often it is asked', async () => {
  const { context } = await discsLibrary(8);
  const images = labelledInstances(context.library.db, 1) as unknown as CheckedImage[];
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const silent = (path: string): Promise<boolean> => {
    asked.push(path);
    return new Promise((resolve) => answers.push(() => resolve(true)));
  };
  expect(await filesAway(context, images, silent)).toMatchObject([{ code: 'filesSilent', values: { images: 16 } }]);
  // The same question is not put again at once; another one waits for the threads.
  await filesAway(context, images, silent);
  expect(await filesAway(context, images.slice(1), silent)).toMatchObject([{ code: 'filesSilent' }]);
  expect(asked.length).toBe(2);
  for (const answer of answers) answer();
  expect(
    await Promise.all([
      filesAway(context, images.slice(3), () => Promise.resolve(true)),
      filesAway(context, images.slice(4), () => Promise.resolve(true)),
    ]),
  ).toEqual([[], []]);
});

test('of a slow drive those that were reached in time stand for all, from the whole data set', async () => {
  const { context } = await discsLibrary(20);
  const images = labelledInstances(context.library.db, 1) as unknown as CheckedImage[];
  const asked: string[] = [];
  const slow = async (path: string): Promise<boolean> => {
    asked.push(path);
    return await sleep(400, !path.includes('p16'));
  };
  const [found] = await filesAway(context, images, slow);
  expect([found?.code, found?.values['unread']]).toEqual(['filesAway', 40]);
  expect(found?.values['looked']).toBeLessThan(asked.length + 1);
  expect(asked.length).toBeLessThan(40);
});
