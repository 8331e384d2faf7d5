/** Several models of one search: each card and report has what was tried, and none is searched for again. */
import { expect, test, vi } from 'vitest';
import type { TrainOptions } from '../../../../core/contract/index.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { labelPatient, partlyLabelled, trialCounts } from '../../../support/stopped-search.ts';

// What is tried has its own test; here one recipe is, for some steps.
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) => planOf(smallCandidates.slice(0, 1))(...facts),
}));

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8 },
};

test('both of two models of a search have its summary, also one that had lost it, and one that is stopped goes on after new labels', async () => {
  const context = await partlyLabelled();
  const { db, writer } = context.library;
  const first = await trainModel(context, { ...options, name: 'first' });
  const counts = trialCounts(context);
  const second = await trainModel(context, { ...options, name: 'second', deliver: 'refit' });
  expect(first.search).not.toBeNull();
  expect(second.search).toEqual(first.search);
  // What nobody searched for anew is said so; a search with another seed is another one, of the same parts.
  const warned = (model: string): unknown[] => modelCard(context, model).warnings;
  expect([warned('first'), warned('second')]).toEqual([[], [{ code: 'recipeKnown', seed: 0 }]]);
  const afresh = await trainModel(context, { ...options, name: 'afresh', seed: 3 });
  expect([afresh.version, afresh.search?.seed, first.search?.seed]).toEqual([first.version, 3, 0]);
  expect([warned('afresh'), trialCounts(context).length]).toEqual([[], counts.length + 1]);
  const cards = (): unknown[] => ['first', 'second'].map((name) => modelCard(context, name).search);
  expect(cards()).toEqual([first.search, first.search]);

  // As in a library of before, where the second took the search from the first: its command is given again, and nothing is trained.
  writer.run(`UPDATE runs SET search_id = NULL WHERE model_name = 'first'`);
  const again = await trainModel(context, { ...options, name: 'first' });
  expect([again.weightsHash, again.resumed]).toEqual([first.weightsHash, true]);
  expect(cards()).toEqual([first.search, first.search]);

  const signal = {
    get aborted(): boolean {
      return db.get(`SELECT 1 FROM runs WHERE state = 'running' AND model_name = 'third'`) !== undefined;
    },
  } as AbortSignal;
  const third: TrainOptions = { ...options, name: 'third', repeats: 2 };
  await expect(trainModel({ ...context, signal }, third)).rejects.toMatchObject({ code: 'CANCELLED' });
  labelPatient(context, 16, 'normal');
  const ended = await trainModel(context, third);
  expect([ended.version, ended.resumed, ended.search]).toEqual([1, true, first.search]);
  expect(trialCounts(context).slice(0, counts.length)).toEqual(counts);
  // A model that nobody began is of the data set as it is now.
  expect((await trainModel(context, { ...options, name: 'fourth' })).version).toBe(2);
}, 240_000);
