/** A search of methods that were asked for: what it tries, what is kept of it, what is said before, and that it is a search of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Candidate, TrainOptions } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import { replayModel } from '../../../../core/services/replay/replay.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { planOf } from '../../../support/small-search.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

// What is tried has its own test; here each method is tried once, for some steps.
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => {
  const real = await original<typeof import('../../../../core/services/recipe/plan.ts')>();
  const one = (method: Candidate['method']): Candidate => ({
    ...{ method, learningRate: 3e-3, weightDecay: 0.1, augment: true, steps: 6 },
  });
  const plan: typeof planSearch = (budget, facts) => {
    const { methods } = real.planSearch(budget, facts);
    return {
      ...planOf((methods ?? ['linear']).map(one))(budget, facts),
      ...(methods === undefined ? {} : { methods }),
    };
  };
  return { ...real, planSearch: plan };
});

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8, name: 'found' },
};

test('methods that compute the LPM are searched among others: told what they take, kept with the search, trained again to the same weights', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'studies'));
  const labels = writeStudies(join(folder, 'studies'), 14);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const said: string[] = [];
  const log = { log: (_: string, text: string) => void said.push(text) };

  const report = await trainModel({ ...context, log }, { ...options, methods: ['lora', 'partial'] });
  expect(report.search?.methods).toEqual(['lora', 'partial']);
  expect(report.search?.rows.map(({ method }) => method).toSorted()).toEqual(['lora', 'partial']);
  expect(['lora', 'partial']).toContain(report.method);
  expect(
    said.filter((text) => /^The search is expected to take .*\(lora about .*, partial about /.test(text)),
  ).toHaveLength(1);
  expect((await replayModel(context, { model: 'found' })).isEqual).toBe(true);

  const searches = (): unknown =>
    context.library.db.all(`SELECT json_extract(plan, '$.methods') AS methods FROM recipe_searches ORDER BY id`);
  // Listed the other way round it is the same search, and ended.
  const again = await trainModel(context, { ...options, methods: ['partial', 'lora'] });
  expect(again.weightsHash).toBe(report.weightsHash);
  expect(searches()).toEqual([{ methods: '["lora","partial"]' }]);
  const other = await trainModel(context, { ...options, methods: ['linear', 'lora'], name: 'other' });
  expect(other.search?.methods).toEqual(['linear', 'lora']);
  const plain = await trainModel(context, { ...options, name: 'plain' });
  expect(plain.search && 'methods' in plain.search).toBe(false);
  expect(searches()).toEqual([{ methods: '["lora","partial"]' }, { methods: '["linear","lora"]' }, { methods: null }]);

  const refused = await appErrorFrom(
    trainModel(context, { ...options, recipe: 'published', methods: ['linear'], name: 'none' }),
  );
  expect([refused.code, refused.message]).toEqual([
    'BAD_INPUT',
    'A list of methods is what a search tries; here no recipe is searched for.',
  ]);
}, 240_000);
