/** The networks of a recipe that was searched for start again where they are stuck, as those of any cross-validation. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { replayModel } from '../../../../core/services/replay/replay.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

// What stuck means has its own test; here the second network of the model always is.
vi.mock('../../../../core/services/training/stuck-members.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/training/stuck-members.ts')>()),
  isStuck: ({ fold }: { readonly fold: number }) => fold === 2,
}));
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: planOf(smallCandidates.slice(0, 2)),
}));

test('a stuck network of the winner is trained twice more, the best is kept, and the model is made again with the same weights', async () => {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const report = await trainModel(context, {
    ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8, name: 'found' },
  });
  const again = report.members.filter(({ fold }) => fold === 2);
  expect(again.map(({ attempt, isStuck }) => [attempt, isStuck])).toEqual([
    [1, true],
    [2, true],
    [3, true],
  ]);
  expect(again.filter(({ isKept }) => isKept)).toHaveLength(1);
  expect(report.members.filter(({ fold }) => fold !== 2).every(({ attempt }) => attempt === 1)).toBe(true);
  // The record of a searched recipe is the winner's: no search is made again.
  const replayed = await replayModel(context, { model: 'found' });
  expect([replayed.isEqual, replayed.replayedHash]).toEqual([true, report.weightsHash]);
  expect(context.library.db.get('SELECT count(*) AS n FROM recipe_searches')).toEqual({ n: 1 });
});
