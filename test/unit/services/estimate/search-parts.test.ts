import { expect, test } from 'vitest';
import {
  budgetNames,
  type Candidate,
  type Method,
  type TimePromise,
  trainOptionsSchema,
} from '../../../../core/contract/index.ts';
import {
  expectedSteps,
  plannedSearch,
  promiseOfSearch,
  trainingsOf,
} from '../../../../core/services/estimate/search-parts.ts';
import { planSearch } from '../../../../core/services/recipe/plan.ts';

const candidate = (method: Candidate['method'], steps: number): Candidate => ({
  ...{ method, steps, learningRate: 1e-3, weightDecay: 0.1, augment: true },
});
const images = (train: number, val: number, test: number) =>
  (['train', 'val', 'test'] as const).flatMap((split, i) =>
    Array.from({ length: [train, val, test][i] ?? 0 }, () => ({ split })),
  );
const partsOf = (options: Parameters<typeof trainingsOf>[0], used: ReturnType<typeof images>) =>
  trainingsOf(options, plannedSearch(options, used));
const asked = trainOptionsSchema.parse({ dataset: 'd', recipe: 'auto' });

test('steps are expected of each method as if all candidates were alike: every round, and the networks at the end', () => {
  const steps = expectedSteps({
    candidates: [candidate('attentive', 200), candidate('attentive', 100), candidate('linear', 400)],
    rounds: [
      { candidates: 3, folds: 2 },
      { candidates: 1, folds: 5 },
    ],
    folds: 5,
  });
  // 3 candidates on 2 folds, 1 on the 3 others, 1 trained on 5 in the end: 14 trainings, of which a third falls to each candidate.
  expect(steps.get('attentive')).toBeCloseTo((14 / 3) * 300, 9);
  expect(steps.get('linear')).toBeCloseTo((14 / 3) * 400, 9);
  expect([...steps.keys()]).toEqual(['attentive', 'linear']);
});

test('a training that is told its recipe is one part, whatever it is called', () => {
  const told = { ...asked, recipe: 'published' as const };
  expect(partsOf(told, images(60, 10, 30))).toEqual([told]);
});

test.each(budgetNames)(
  'a %s search is promised a training for each method that it tries, of the steps expected of it',
  (budget) => {
    const used = images(90, 30, 40);
    const parts = partsOf({ ...asked, budget }, used);
    const plan = planSearch(budget, { seed: 0, folds: 5, images: 120, batch: 16 });
    const steps = expectedSteps(plan);
    expect(parts.map(({ method }) => method).toSorted()).toEqual([...steps.keys()].toSorted());
    // Four fifths of the 120 images that are no test images, in batches of 16: six steps an epoch.
    for (const { method, epochs, folds } of parts) expect(epochs * folds * 6).toBeCloseTo(steps.get(method) ?? 0, 6);
    expect(parts.every((part) => part.folds === 5)).toBe(true);
    // Test images cost nothing.
    expect(partsOf({ ...asked, budget }, images(90, 30, 0))).toEqual(parts);
  },
);

test('the promise of a search is that of its parts together, with a wider range; of a part that is not known there is none', () => {
  const part = (seconds: number, what: string): TimePromise => ({
    ...{ seconds, low: 0.5 * seconds, high: 2 * seconds, diskBytes: 10 },
    stages: [{ stage: 'training', seconds, parts: [{ what, times: 1, seconds }] }],
  });
  const promise = promiseOfSearch([part(60, 'step'), part(40, 'step')]);
  expect(promise).toMatchObject({ seconds: 100, diskBytes: 20 });
  expect(promise?.low).toBeLessThan(50);
  expect(promise?.high).toBeGreaterThan(200);
  expect(promise?.stages).toEqual([
    {
      ...{ stage: 'training', seconds: 100 },
      parts: [
        { what: 'step', times: 1, seconds: 60 },
        { what: 'step', times: 1, seconds: 40 },
      ],
    },
  ]);
  expect(promiseOfSearch([part(60, 'step'), null])).toBeNull();
});

test('the range of a search among methods that were asked for counts each network of the winner', () => {
  const part = (seconds: number): TimePromise => ({
    ...{ seconds, low: seconds, high: seconds, diskBytes: 0 },
    stages: [{ stage: 'training', seconds, parts: [{ what: 'step', times: 1, seconds }] }],
  });
  const plan = {
    ...planSearch('quick', { seed: 0, folds: 5, images: 120, batch: 16 }),
    methods: ['linear', 'lora'] satisfies Method[],
    candidates: (['linear', 'lora'] as const).map((method) => ({
      ...{ method, learningRate: 1e-3, weightDecay: 0, augment: true, steps: 10 },
    })),
    rounds: [{ candidates: 2, folds: 2 }],
  };
  const trainings = [{ method: 'linear' }, { method: 'lora' }] as const;
  const most = (repeats: number): number =>
    promiseOfSearch([part(1), part(100)], trainings, plan, { repeats, deliver: 'folds' })?.high ?? 0;
  expect(most(5) / most(1)).toBeGreaterThan(1.1);
});
