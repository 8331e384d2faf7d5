import { expect, test } from 'vitest';
import { budgetNames, type RecipeSearch, type Trial } from '../../../../core/contract/index.ts';
import { isStuckTrial, keptTrials, skillOf, standings, survivors } from '../../../../core/services/recipe/halving.ts';
import { learnedOf, planSearch } from '../../../../core/services/recipe/plan.ts';
import { summaryOf } from '../../../../core/services/recipe/summary.ts';
import { epochsOf } from '../../../../core/services/recipe/trials.ts';
import { stepsPerEpoch } from '../../../../core/training/sampler.ts';

const trial = (candidate: number, loss: number | null, more: Partial<Trial> = {}): Trial => ({
  ...{ candidate, fold: 0, attempt: 1, steps: 100, answers: 10, guessLoss: 1, auc: 0.5, loss },
  ...{ trainLoss: 0.1, trainGuessLoss: 1 },
  ...more,
});

test('skill is the share of the loss of guessing that answers take away, each answer counting alike', () => {
  expect(skillOf([trial(0, 0)])).toBe(1);
  expect(skillOf([trial(0, 1)])).toBe(0);
  expect(skillOf([trial(0, 2)])).toBe(-1);
  // 30 answers at a loss of 0.2 and 10 at 0.6, of guesses at 1 and 2: 1 - (6 + 6) / (30 + 20).
  expect(skillOf([trial(0, 0.2, { answers: 30 }), trial(0, 0.6, { answers: 10, guessLoss: 2 })])).toBeCloseTo(
    1 - 12 / 50,
    12,
  );
  expect(skillOf([trial(0, 0.1), trial(0, null)])).toBe(Number.NEGATIVE_INFINITY);
});

test('the best go on, in the order of the list; a candidate that diverged stands last, and equal ones as they were listed', () => {
  const trials = [trial(0, 0.5), trial(1, null), trial(2, 0.2), trial(3, 0.5), trial(2, 0.01, { fold: 1 })];
  const standing = standings(trials, 1);
  expect(standing.map(({ candidate }) => candidate)).toEqual([2, 0, 3, 1]);
  expect(survivors(standing, 2)).toEqual([0, 2]);
  expect(survivors(standing, 3)).toEqual([0, 2, 3]);
  // Of two folds only who answered both is compared.
  expect(standings(trials, 2).map(({ candidate }) => candidate)).toEqual([2]);
  expect(standings(trials, 2)[0]?.skill).toBeCloseTo(1 - 0.21 / 2, 12);
});

test('of several trainings of a fold the one of least loss counts, and a stuck one is told by the other folds of its recipe', () => {
  const stuck = trial(0, 0.9, { trainLoss: 0.98 });
  const others = [trial(0, 0.2, { fold: 1 }), trial(1, 0.3), trial(1, 0.3, { fold: 1 })];
  expect(isStuckTrial(stuck, [stuck, ...others])).toBe(true);
  expect(isStuckTrial(others[0] as Trial, [stuck, ...others])).toBe(false);
  // Where the recipe learned nowhere, where it diverged, and where guessing is not known, none is.
  expect(isStuckTrial(stuck, [stuck, trial(0, 0.9, { fold: 1, trainLoss: 0.97 }), ...others.slice(1)])).toBe(false);
  expect(isStuckTrial({ ...stuck, trainLoss: null }, [stuck, ...others])).toBe(false);
  expect(isStuckTrial({ ...stuck, trainGuessLoss: null }, [stuck, ...others])).toBe(false);
  const again = [trial(0, 0.1, { attempt: 2, trainLoss: 0.2 }), trial(0, 0.3, { attempt: 3, trainLoss: 0.2 })];
  const trials = [stuck, ...others, ...again];
  expect(keptTrials(trials)).toEqual([again[0], ...others]);
  expect(standings(trials, 2).map(({ candidate, skill }) => [candidate, skill])).toEqual([
    [0, expect.closeTo(0.85, 12)],
    [1, expect.closeTo(0.7, 12)],
  ]);
});

test('trainings that ran at once stand as they would one after the other, to the last bit, in whatever order they ended', () => {
  const inTurn = [0.1, 0.2, 0.3, 0.7].map((loss, fold) => trial(0, loss, { fold, guessLoss: 0.1 + fold, auc: loss }));
  const twice = trial(0, 0.5, { fold: 3, attempt: 2 });
  const expected = standings([...inTurn, twice], 4);
  for (let turn = 0; turn < 4; turn++) {
    const ended = [twice, ...inTurn.slice(turn), ...inTurn.slice(0, turn)].toReversed();
    expect(standings(ended, 4)).toEqual(expected);
    expect(standings([twice, ...ended.slice(0, -1)], 4)).toEqual(expected);
  }
});

test('AUCs are the mean of the folds that have one', () => {
  const trials = [0.8, null, 0.6].map((auc, fold) => trial(0, 0.5, { auc, fold }));
  expect(standings(trials, 3)[0]?.auc).toBeCloseTo(0.7, 12);
});

const asked = { seed: 3, folds: 5, images: 60, batch: 16 };

test.each(budgetNames)(
  'a %s search narrows down to all folds, and small sets get as many steps as middling ones',
  (budget) => {
    const plan = planSearch(budget, asked);
    const sizes = plan.rounds.map(({ candidates }) => candidates);
    const folds = plan.rounds.map((round) => round.folds);
    expect(sizes[0]).toBe(plan.candidates.length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(folds).toEqual(folds.toSorted((a, b) => a - b));
    expect(folds.at(-1)).toBe(5);
    expect(new Set(plan.candidates.map((one) => JSON.stringify(one))).size).toBe(plan.candidates.length);
    expect(planSearch(budget, { ...asked, images: 240 }).candidates).toEqual(plan.candidates);
    // Of many images every training sees each several times, and no two candidates become one.
    const large = planSearch(budget, { ...asked, images: 50_000 });
    for (const { steps } of large.candidates) expect(steps).toBeGreaterThanOrEqual((4 * 40_000) / 16);
    expect(new Set(large.candidates.map((one) => JSON.stringify(one))).size).toBe(large.candidates.length);
    expect(planSearch(budget, { ...asked, folds: 2 }).rounds.every((round) => round.folds === 2)).toBe(true);
  },
);

test.each(budgetNames)(
  'of a %s search a set of under 200 images gets as many steps as one of 200, to half an epoch',
  (budget) => {
    const { candidates } = planSearch(budget, { ...asked, images: 200 });
    for (let images = 10; images < 200; images++) {
      const plan = planSearch(budget, { ...asked, images });
      expect(plan.candidates).toEqual(candidates);
      const perEpoch = stepsPerEpoch(learnedOf(plan), asked.batch);
      for (const one of plan.candidates)
        expect(epochsOf(one, perEpoch) * perEpoch).toBeGreaterThan(one.steps - perEpoch);
    }
  },
);

test('larger budgets try more and longer', () => {
  const [quick, thorough, overnight] = budgetNames.map((budget) => {
    const { candidates } = planSearch(budget, asked);
    return { tried: candidates.length, steps: candidates.reduce((sum, { steps }) => sum + steps, 0) };
  });
  expect(thorough?.tried).toBeGreaterThan(quick?.tried ?? 0);
  expect(overnight?.tried).toBeGreaterThan(thorough?.tried ?? 0);
  expect(thorough?.steps).toBeGreaterThan(3 * (quick?.steps ?? 0));
  expect(overnight?.steps).toBeGreaterThan(3 * (thorough?.steps ?? 0));
});

test('the summary has a row for each candidate as of its last round, the winner first', () => {
  const plan: RecipeSearch['plan'] = {
    ...planSearch('quick', asked),
    candidates: [1e-3, 2e-3, 3e-3].map((learningRate) => ({
      ...({ method: 'linear', weightDecay: 0, augment: true, steps: 100 } as const),
      learningRate,
    })),
    rounds: [
      { candidates: 3, folds: 1 },
      { candidates: 2, folds: 2 },
    ],
  };
  const trials = [trial(0, 0.3), trial(1, 0.4), trial(2, null), trial(0, 0.3, { fold: 1 }), trial(1, 0, { fold: 1 })];
  const summary = summaryOf({ plan, trials, winner: 1 });
  expect(summary.trainings).toBe(5);
  expect(summary.rows.map(({ learningRate, round, skill }) => [learningRate, round, skill])).toEqual([
    [2e-3, 2, 0.8],
    [1e-3, 2, 0.7],
    [3e-3, 1, null],
  ]);
});
