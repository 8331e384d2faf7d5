/** What a search tries where methods are asked for. */
import { expect, test } from 'vitest';
import { budgetNames, type Method, methods } from '../../../../core/contract/index.ts';
import { trainingMethods } from '../../../../core/models/index.ts';
import { rangeOfTrainings } from '../../../../core/services/estimate/search-parts.ts';
import { methodsOfBudget, planSearch } from '../../../../core/services/recipe/plan.ts';

const asked = { seed: 3, folds: 5, images: 60, batch: 16 };

test.each(budgetNames)(
  'a %s search of the methods that it tries anyway is the same search, however they are listed',
  (budget) => {
    const own = methodsOfBudget(budget);
    expect(planSearch(budget, { ...asked, methods: [...own].toReversed() })).toEqual(planSearch(budget, asked));
    expect(JSON.stringify(planSearch(budget, { ...asked, methods: own }))).toBe(
      JSON.stringify(planSearch(budget, asked)),
    );
    expect(planSearch(budget, asked).methods).toBeUndefined();
  },
);

test.each(budgetNames.flatMap((budget) => methods.map((method) => [budget, method] as const)))(
  'a %s search tries %s alone at two learning rates or more, and narrows down to all folds',
  (budget, method) => {
    const plan = planSearch(budget, { ...asked, methods: [method] });
    expect(plan.methods).toEqual([method]);
    expect(new Set(plan.candidates.map((one) => one.method))).toEqual(new Set([method]));
    expect(new Set(plan.candidates.map(({ learningRate }) => learningRate)).size).toBeGreaterThan(1);
    expect(plan.rounds[0]?.candidates).toBe(plan.candidates.length);
    expect(plan.rounds.at(-1)).toEqual({ candidates: expect.any(Number), folds: 5 });
    expect(plan.rounds.at(-1)?.candidates).toBeLessThanOrEqual(plan.candidates.length);
  },
);

test('methods stand in one order, each once; a budget’s own keep what the budget tries of them', () => {
  const plan = planSearch('quick', { ...asked, methods: ['lora', 'linear', 'lora', 'attentive'] });
  expect(plan.methods).toEqual(['attentive', 'linear', 'lora']);
  const own = planSearch('quick', asked).candidates;
  expect(plan.candidates.filter(({ method }) => method !== 'lora')).toEqual(
    own.filter(({ method }) => method !== 'fpt+'),
  );
});

test('methods that compute the LPM in every step have few steps', () => {
  const slow = methods.filter((method) => trainingMethods[method].runsLpm !== undefined);
  expect(slow.length).toBeGreaterThan(3);
  for (const method of slow) {
    for (const { steps } of planSearch('quick', { ...asked, methods: [method] }).candidates)
      expect(steps).toBeLessThan(200);
  }
});

test('the time of a search lies between that of its cheapest candidates going on and that of its dearest', () => {
  const candidate = (method: Method, steps: number) => ({
    ...{ method, steps, learningRate: 1e-3, weightDecay: 0.1, augment: true },
  });
  const plan = {
    candidates: [candidate('linear', 100), candidate('linear', 100), candidate('lora', 100)],
    rounds: [
      { candidates: 3, folds: 2 },
      { candidates: 1, folds: 4 },
    ],
    folds: 4,
  };
  const seconds = new Map<Method, number>([
    ['linear', 0.01],
    ['lora', 1],
  ]);
  // Two folds of all, two more and four networks of one: of the mean 34 s of the 102 s, of the cheapest 1 s, of the dearest 100 s.
  const expected = 2 * 102 + 6 * 34;
  const { least, most } = rangeOfTrainings(plan, seconds);
  expect(least).toBeCloseTo((2 * 102 + 6 * 1) / expected, 9);
  expect(most).toBeCloseTo((2 * 102 + 6 * 100) / expected, 9);
});
