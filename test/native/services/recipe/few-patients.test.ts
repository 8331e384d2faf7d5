/** A search on few patients of a class: it deals to as few folds as that needs and says so, and is refused where there are not two. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainOptions } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', methods: ['linear'], inputSize: 224, batch: 8, name: 'found' },
};

/** Of sixteen patients so many of training have the class "rare"; one more is a test patient. */
async function prepared(rare: number): Promise<ServiceContext> {
  const folder = temporaryFolder();
  writeStudies(join(folder, 'studies'), 16);
  const rows = Array.from({ length: 16 }, (_, p) => {
    const split = p < 2 ? 'test' : p < 4 ? 'val' : 'train';
    return `P1-${p},${p === 0 || p >= 16 - rare ? 'rare' : 'common'},${split}`;
  });
  const labels = put(folder, 'own.csv', ['patientID,label,split', ...rows].join('\n'));
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return context;
}

test('with two patients of a class to learn from it deals to two folds, and says why', async () => {
  const context = await prepared(2);
  const said: string[] = [];
  const log = { log: (level: string, text: string) => void (level === 'warn' && said.push(text)) };
  const report = await trainModel({ ...context, log }, options);
  expect([report.search?.folds, report.folds]).toEqual([2, 2]);
  expect(said.filter((text) => text.includes('2 folds'))).toEqual([
    'Patients are dealt to 2 folds instead of 5: 5 folds need at least 5 patients of every class in training and validation together; class "rare" has 2.',
  ]);
}, 120_000);

test('with one it is refused before anything is computed', async () => {
  const context = await prepared(1);
  const refused = await appErrorFrom(trainModel(context, options));
  expect(refused.code).toBe('SPLIT_IMPOSSIBLE');
  expect(refused.message).toMatch(/^No recipe can be searched for: .*"rare"/);
  expect(refused.action).toContain('Label more patients');
}, 120_000);
