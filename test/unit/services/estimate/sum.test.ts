import { expect, test } from 'vitest';
import { rateNames } from '../../../../core/services/estimate/rates.ts';
import { partsOf, sumPromise, type Work } from '../../../../core/services/estimate/sum.ts';

const work: Work = {
  datasetId: 3,
  decode: 100,
  statistics: 75,
  encode: 100,
  encoding: 'class token',
  network: 'n',
  epochs: 10,
  fewestEpochs: 10,
  stepsPerEpoch: 4,
  validationBatches: 2,
  finalBatches: 2,
  imageBytes: 500_000,
  featureBytes: 1_000_000,
  checkpointBytes: 2_000_000,
};

const rates = new Map<string, number>([
  [rateNames.prepareDecoder, 1],
  [rateNames.decode(3), 0.1],
  [rateNames.statistics(3), 0.01],
  [rateNames.prepareEncoder('class token'), 2],
  [rateNames.encode('class token'), 0.5],
  [rateNames.prepareNetwork('n'), 3],
  [rateNames.step('n'), 0.25],
  [rateNames.predict('n'), 0.1],
  [rateNames.epoch('n'), 0.05],
  [rateNames.write, 0.02],
]);

test('a promise is what is done once and what is done for each image, step, batch and epoch', () => {
  const promise = sumPromise(work, rates, 7);
  const seconds = Object.fromEntries(promise?.stages.map((stage) => [stage.stage, stage.seconds]) ?? []);
  // 50 MB of images, 100 MB of features, 20 MB of checkpoints; 40 steps; 2 batches after each epoch and at the end.
  expect(seconds['decoding']).toBeCloseTo(1 + 100 * 0.1 + 50 * 0.02, 9);
  expect(seconds['statistics']).toBeCloseTo(75 * 0.01, 9);
  expect(seconds['encoding']).toBeCloseTo(2 + 100 * 0.5 + 100 * 0.02, 9);
  expect(seconds['training']).toBeCloseTo(3 + 40 * 0.25 + 22 * 0.1 + 10 * 0.05 + 20 * 0.02, 9);
  expect(promise?.seconds).toBeCloseTo(12 + 0.75 + 54 + 16.1, 9);
  expect(promise?.diskBytes).toBe(7);
});

test('what is there already costs nothing, its start neither, and needs no rate', () => {
  const kept = { ...work, decode: 0, statistics: 0, encode: 0 };
  const some = new Map([...rates].filter(([name]) => / n$|megabyte/.test(name)));
  expect(sumPromise(kept, some, 0)?.stages.map(({ stage }) => stage)).toEqual(['training']);
  expect(partsOf({ ...kept, encoding: null }).map(({ what, times }) => [what, times])).toEqual([
    ['start', 1],
    ['step', 40],
    ['validation batch', 22],
    ['epoch', 10],
    ['megabyte', 20],
  ]);
});

test('nothing is promised while one rate is missing', () => {
  for (const name of rates.keys()) {
    expect(sumPromise(work, new Map([...rates].filter(([other]) => other !== name)), 0)).toBeNull();
  }
});

test('the range is wider where single times varied, and for runs of seconds', () => {
  const promise = sumPromise(work, rates, 0);
  const uneven = sumPromise(work, new Map([...rates, [rateNames.spread(rateNames.encode('class token')), 0.1]]), 0);
  expect((uneven?.high ?? 0) - (promise?.high ?? 0)).toBeCloseTo(10, 9);
  expect((promise?.low ?? 0) - (uneven?.low ?? 0)).toBeCloseTo(10, 9);
  const short = { ...work, decode: 0, statistics: 0, encode: 0, epochs: 1, fewestEpochs: 1 };
  const width = (one: typeof promise): number => ((one?.high ?? 0) - (one?.low ?? 0)) / (one?.seconds ?? 1);
  expect(width(sumPromise(short, rates, 0))).toBeGreaterThan(width(promise));
});

test('the range is as wide as earlier trainings were off, within bounds', () => {
  const promise = sumPromise(work, rates, 0);
  const seconds = promise?.seconds ?? 0;
  const off = sumPromise(work, rates, 0, [1.05, 1.6, 0.7]);
  expect(off?.seconds).toBe(seconds);
  expect(off?.low).toBeCloseTo(0.7 * seconds - 1, 9);
  expect(off?.high).toBeCloseTo(1.6 * seconds + 1, 9);
  expect(sumPromise(work, rates, 0, [1, 1.1])).toEqual(promise);
  const wild = sumPromise(work, rates, 0, [0.01, 50]);
  expect([wild?.low, wild?.high]).toEqual([0.4 * seconds - 1, 3 * seconds + 1]);
});

test('a training that may stop early is promised its whole length, and the range begins with the shortest', () => {
  const promise = sumPromise(work, rates, 0);
  const early = sumPromise({ ...work, fewestEpochs: 4 }, rates, 0);
  expect(early?.seconds).toBe(promise?.seconds);
  expect(early?.high).toBe(promise?.high);
  // Six epochs less: 24 steps, 12 validation batches, 6 epochs and 12 MB.
  expect((promise?.low ?? 0) - (early?.low ?? 0)).toBeCloseTo(0.88 * (6 + 1.2 + 0.3 + 0.24), 9);
});
