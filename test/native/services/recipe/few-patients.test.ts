/** A search on few patients of a class: it deals to as few folds as that needs and says so, and is refused where there are not two. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { TrainOptions } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

// What is tried has its own test; here one recipe is, for some steps.
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) => planOf(smallCandidates.slice(0, 1))(...facts),
}));

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8, name: 'found' },
};

/** Sixteen patients, two or three of whom have the class "rare"; the third is a test patient, and parts are given then. */
async function prepared(rare: 2 | 3): Promise<ServiceContext> {
  const folder = temporaryFolder();
  writeStudies(join(folder, 'studies'), 16);
  const rows = Array.from({ length: 16 }, (_, p) => {
    const label = [15, 2, 0].slice(0, rare).includes(p) ? 'rare' : 'common';
    return `P1-${p},${label},${rare === 2 ? '' : p < 2 ? 'test' : p < 4 ? 'val' : 'train'}`;
  });
  const labels = put(folder, 'own.csv', ['patientID,label,split', ...rows].join('\n'));
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return context;
}

test('with two patients of a class to learn from it deals to two folds, and says why', async () => {
  const context = await prepared(3);
  const said: string[] = [];
  const log = { log: (level: string, text: string) => void (level === 'warn' && said.push(text)) };
  const report = await trainModel({ ...context, log }, options);
  expect([report.search?.folds, report.folds]).toEqual([2, 2]);
  expect(said.filter((text) => text.includes('2 folds'))).toEqual([
    'Patients are dealt to 2 folds instead of 5: 5 folds need at least 5 patients of every class in training and validation together; class "rare" has 2.',
  ]);
}, 240_000);

test('with two patients of a class in all, one of them for the test, it is refused by name before anything is computed', async () => {
  const context = await prepared(2);
  const refused = await appErrorFrom(trainModel(context, options));
  expect(refused.code).toBe('SPLIT_IMPOSSIBLE');
  expect(refused.message).toContain('"rare"');
  expect(context.library.db.all('SELECT * FROM records')).toEqual([]);
}, 240_000);
