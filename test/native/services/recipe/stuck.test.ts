/** The networks of a recipe that was searched for start again where they are stuck, as those of any cross-validation. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { TrainOptions, Trial } from '../../../../core/contract/index.ts';
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
// And of the second recipe the training of the second fold.
vi.mock('../../../../core/services/recipe/halving.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/halving.ts')>()),
  isStuckTrial: ({ candidate, fold }: Trial) => candidate === 1 && fold === 1,
}));
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<ReturnType<typeof planOf>>) => planOf(smallCandidates.slice(0, 2))(...facts),
}));

test('a stuck training of the search starts again, also after a stop; so does a stuck network of the winner, and the model is made again with the same weights', async () => {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const options: TrainOptions = {
    dataset: 'discs',
    lpm: 'tiny',
    recipe: 'auto',
    inputSize: 224,
    batch: 8,
    name: 'found',
  };
  const { db } = context.library;
  const searchedTrials = (): Trial[] =>
    db
      .all<{ trials: string }>('SELECT trials FROM recipe_searches')
      .flatMap(({ trials }) => JSON.parse(trials) as Trial[]);

  // Stopped in the third training of the stuck fold.
  let asked = 0;
  const signal = {
    get aborted(): boolean {
      if (searchedTrials().some(({ attempt }) => attempt === 2)) asked++;
      return asked > 3;
    },
  } as AbortSignal;
  await expect(trainModel({ ...context, signal }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
  const stopped = searchedTrials();
  expect(stopped.at(-1)).toMatchObject({ candidate: 1, fold: 1, attempt: 2 });
  const report = await trainModel(context, options);
  const trials = searchedTrials();
  expect(trials.slice(0, stopped.length)).toEqual(stopped);
  const twice = trials.filter(({ candidate, fold }) => candidate === 1 && fold === 1);
  expect(twice.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  expect(new Set(twice.map(({ trainLoss }) => trainLoss)).size).toBe(3);
  expect(twice.every(({ trainGuessLoss }) => (trainGuessLoss ?? 0) > 0)).toBe(true);
  expect(trials.filter(({ attempt }) => attempt > 1)).toHaveLength(2);
  expect(report.search?.trainings).toBe(trials.length);

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
  expect(db.get('SELECT count(*) AS n FROM recipe_searches')).toEqual({ n: 1 });
});
