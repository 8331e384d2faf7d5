/** A classification that was stopped goes on where it was and ends with the file that an undisturbed one writes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { requireModel } from '../../../../core/services/training/model.ts';
import { setModelTemperature } from '../../../../core/store/index.ts';
import { testServices } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { usual, writeMaterial } from '../../../torture/studies.ts';

test('stopped after some images, given again: the rest is computed, the results are the same to the byte', async () => {
  const folder = temporaryFolder();
  writeMaterial(folder, usual);
  mkdirSync(join(folder, 'out'));
  const context = await testServices(join(folder, 'library'));
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'd', labels: join(folder, 'labels.csv') });
  await trainModel(context, { dataset: 'd', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4, name: 'm' });
  const options = (out: string) => ({ paths: [join(folder, 'unseen')], model: 'm', out: join(folder, 'out', out) });
  const undisturbed = await classifyPaths(context, options('whole.csv'));
  expect(undisturbed).toMatchObject({ images: 20, resumed: 0 });

  let asked = 0;
  const signal = {
    get aborted() {
      return ++asked >= 20;
    },
  } as AbortSignal;
  const stopped = { ...context, signal };
  await expect(classifyPaths(stopped, options('stopped.csv'))).rejects.toMatchObject({ code: 'CANCELLED' });
  const kept = context.library.db.get<{ n: number }>('SELECT count(*) AS n FROM classified_images')?.n ?? 0;
  expect(kept).toBeGreaterThan(0);

  const again = await classifyPaths(context, options('again.csv'));
  expect(again).toMatchObject({ images: 20, resumed: kept });
  const text = (name: string): string => readFileSync(join(folder, 'out', name), 'utf8');
  expect(text('again.csv')).toBe(text('whole.csv'));
  const countKept = () => context.library.db.get<{ n: number }>('SELECT count(*) AS n FROM classified_images')?.n ?? 0;
  expect(countKept()).toBe(0);

  // Calibrated in between, nothing is told by the temperature of before.
  asked = 0;
  await expect(classifyPaths(stopped, options('stopped.csv'))).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(countKept()).toBeGreaterThan(0);
  const { id, threshold } = requireModel(context, 'm').record;
  setModelTemperature(context.library.writer, id, { temperature: 4, threshold, findingThresholds: [] });
  expect(await classifyPaths(context, options('calibrated.csv'))).toMatchObject({ images: 20, resumed: 0 });
  await classifyPaths(context, options('at-once.csv'));
  expect(text('calibrated.csv')).toBe(text('at-once.csv'));
  expect(text('calibrated.csv')).not.toBe(text('whole.csv'));
  expect(countKept()).toBe(0);
});
