import { expect, test } from 'vitest';
import type { Candidate, SearchPlan } from '../../../../core/contract/index.ts';
import { rateNames } from '../../../../core/services/estimate/rates.ts';
import { besideOthers, lanesMeasured, shareOfLanes } from '../../../../core/services/estimate/search-lanes.ts';
import { sumPromise, type Work } from '../../../../core/services/estimate/sum.ts';

const candidate = (method: Candidate['method'], steps: number): Candidate => ({
  ...{ method, steps, learningRate: 1e-3, weightDecay: 0.1, augment: true },
});
const planOf = (candidates: Candidate[], rounds: SearchPlan['rounds']): SearchPlan => ({
  ...{ budget: 'quick', seed: 0, folds: 5, images: 100, candidates, rounds },
});

test('rounds take as long as their last lane, whatever the others have left to do', () => {
  const secondsOf = new Map([
    ['linear', 1],
    ['fpt+', 10],
  ] as const);
  // Four alike in two lanes: half. In three lanes one has two of them.
  const alike = planOf([candidate('linear', 100), candidate('linear', 100)], [{ candidates: 2, folds: 2 }]);
  expect(shareOfLanes(alike, secondsOf, 2)).toBe(0.5);
  expect(shareOfLanes(alike, secondsOf, 3)).toBe(0.5);
  expect(shareOfLanes(alike, secondsOf, 4)).toBe(0.25);
  expect(shareOfLanes(alike, secondsOf, 9)).toBe(0.25);
  // 1,000 seconds in one lane, 100 in the other.
  const unlike = planOf([candidate('linear', 100), candidate('fpt+', 100)], [{ candidates: 2, folds: 1 }]);
  expect(shareOfLanes(unlike, secondsOf, 2)).toBeCloseTo(1000 / 1100, 12);
  // One that runs by itself is not dealt to lanes.
  const large = planOf([candidate('linear', 100), candidate('lora', 100)], [{ candidates: 2, folds: 2 }]);
  expect(shareOfLanes(large, secondsOf, 2)).toBe(0.5);
  // A second round of one of two on three folds: 2,000 or 200 seconds in two lanes, of 3,000 or 300, after 2,000 of 2,200 of the first.
  const rounds = planOf(
    [candidate('linear', 100), candidate('fpt+', 100)],
    [
      { candidates: 2, folds: 2 },
      { candidates: 1, folds: 5 },
    ],
  );
  expect(shareOfLanes(rounds, secondsOf, 2)).toBeCloseTo((1100 + 1100) / (2200 + 1650), 12);
});

test('a step is taken from a measurement with as many lanes, or more, or nearly as many', () => {
  const measured = (...counts: number[]) => new Map(counts.map((count) => [rateNames.stepBeside('n', count), 1]));
  expect(lanesMeasured(measured(2, 4, 8), 'n', 4)).toBe(4);
  expect(lanesMeasured(measured(2, 16, 8), 'n', 4)).toBe(8);
  expect(lanesMeasured(measured(2, 6), 'n', 8)).toBe(6);
  expect(lanesMeasured(measured(2, 5), 'n', 8)).toBeUndefined();
  expect(lanesMeasured(measured(2), 'other', 2)).toBeUndefined();
});

const work = (network: string, epochs: number): Work => ({
  ...{ datasetId: 1, decode: 0, statistics: 0, encode: 0, encoding: null, network, epochs, fewestEpochs: epochs },
  ...{ stepsPerEpoch: 5, validationBatches: 0, finalBatches: 0, imageBytes: 0, featureBytes: 0, checkpointBytes: 0 },
});

test('a search is promised its rounds in lanes and the networks of the winner one after the other, and nothing where lanes were not measured', () => {
  const plan = planOf([candidate('linear', 100), candidate('lora', 100)], [{ candidates: 2, folds: 4 }]);
  // Four trainings of the search and half of four networks at the end: 600 steps of each method, in epochs of five.
  const works = [work('small', 120), work('large', 120)];
  const rates = new Map<string, number>(
    ['small', 'large'].flatMap((network) => [
      [rateNames.prepareNetwork(network), 0],
      [rateNames.step(network), 3],
      [rateNames.epoch(network), 10],
    ]),
  );
  const search = { plan, lanes: { lanes: 2, threads: 1 }, networks: 4 };
  const promised = () =>
    besideOthers(works, ['linear', 'lora'], search, rates).map((one) => sumPromise(one, rates, 0, []));
  expect(promised().map((promise) => promise === null)).toEqual([true, false]);
  rates.set(rateNames.stepBeside('small', 2), 4);
  const [small, large] = promised();
  // 400 steps of 4 s and their 80 epochs of 10 s in two lanes, 200 steps of 3 s and 40 epochs alone.
  expect(small?.seconds).toBeCloseTo((400 * 4 + 80 * 10) / 2 + 200 * 3 + 40 * 10, 9);
  expect(small?.stages[0]?.parts.map(({ what, times }) => [what, times])).toEqual([
    ['start', 1],
    ['step', 200],
    ['step beside others', 400],
    ['epoch beside others', 80],
    ['epoch', 40],
  ]);
  expect(large?.seconds).toBeCloseTo(600 * 3 + 120 * 10, 9);
});
