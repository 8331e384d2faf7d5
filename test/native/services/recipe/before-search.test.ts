/** What a training with a searched recipe is refused for is said before the search begins. */
import { beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import type { TrainOptions } from '../../../../core/contract/index.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import type { dealOften } from '../../../../core/services/training/folds.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { labelPatient, partlyLabelled, trialCounts } from '../../../support/stopped-search.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

// What is tried has its own test; here one recipe is, for some steps.
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) => planOf(smallCandidates.slice(0, 1))(...facts),
}));
// Which patients can be dealt once and not again has its own test; here none can.
const dealing = vi.hoisted(() => ({ isOnce: false }));
vi.mock('../../../../core/services/training/folds.ts', async (original) => {
  const folds = await original<typeof import('../../../../core/services/training/folds.ts')>();
  return {
    ...folds,
    dealOften: (...asked: Parameters<typeof dealOften>) => {
      if (dealing.isOnce && asked[1] > 1) throw new AppError('SPLIT_IMPOSSIBLE', 'Not dealt a second time.');
      return folds.dealOften(...asked);
    },
  };
});
beforeEach(() => {
  dealing.isOnce = false;
});

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8 },
};

test('a name that is taken, a class that there is not, a deal that cannot be made, a model that is gone and what a search decides or has no use for', async () => {
  const context = await partlyLabelled();
  await trainModel(context, { ...options, recipe: 'published', method: 'linear', epochs: 1, name: 'taken' });
  const codeOf = async (more: Partial<TrainOptions>): Promise<string> =>
    (await appErrorFrom(trainModel(context, { ...options, ...more }))).code;
  expect(await codeOf({ name: 'taken' })).toBe('NAME_TAKEN');
  expect(await codeOf({ positive: 'absent' })).toBe('BAD_INPUT');
  expect(await codeOf({ again: 'gone' })).toBe('MODEL_NOT_FOUND');
  expect(await codeOf({ earlyStop: 3 })).toBe('BAD_INPUT');
  expect(await codeOf({ rank: 4 })).toBe('BAD_INPUT');
  dealing.isOnce = true;
  expect(await codeOf({ repeats: 2 })).toBe('SPLIT_IMPOSSIBLE');
  expect(trialCounts(context)).toEqual([]);
}, 240_000);

test('the same command means its model; after new labels its name is taken, and no search is made to say so', async () => {
  const context = await partlyLabelled();
  const first = await trainModel(context, { ...options, name: 'found', positive: 'normal' });
  expect((await trainModel(context, { ...options, name: 'found' })).weightsHash).toBe(first.weightsHash);
  const before = trialCounts(context);
  expect(before).toHaveLength(1);
  labelPatient(context, 16, 'normal');
  expect((await appErrorFrom(trainModel(context, { ...options, name: 'found' }))).code).toBe('NAME_TAKEN');
  expect(trialCounts(context)).toEqual(before);
}, 240_000);
