import { expect, test } from 'vitest';
import type { ProgressStage } from '../../../../core/base/progress.ts';
import { rateNames } from '../../../../core/services/estimate/rates.ts';
import { StageTimer } from '../../../../core/services/estimate/stage-timer.ts';

const training = {
  datasetId: 7,
  encoding: 'class token',
  network: 'n',
  stepsPerEpoch: 5,
  validationBatches: 2,
  isOneNetwork: true,
  writing: { image: 0.01, feature: 0.1, checkpoint: 0.2 },
};

/** Reports `total` units of a stage, each after the seconds that `takes` says. */
function report(
  watch: StageTimer,
  stage: ProgressStage,
  total: number,
  begun: number,
  takes: (done: number) => number,
): number {
  let now = begun;
  for (let done = 1; done <= total; done++) {
    now += takes(done);
    watch.see({ stage, done, total, unit: 'images' }, now);
  }
  return now;
}

test('images, steps and what lies between epochs are told apart, without writing and without first times', () => {
  const watch = new StageTimer();
  let now = report(watch, 'decoding', 20, 0, (done) => (done === 1 ? 5 : 0.11));
  now = report(watch, 'encoding', 20, now, (done) => (done === 1 ? 9 : 0.5));
  // A first step of an epoch comes after 0.2 s of checkpoint and two batches of 0.4 s.
  report(watch, 'training', 30, now, (done) => (done % 5 === 1 ? 3 : 2));
  const rates = watch.rates(training);
  expect(rates.get(rateNames.decode(7))).toBeCloseTo(0.1, 9);
  expect(rates.get(rateNames.encode('class token'))).toBeCloseTo(0.4, 9);
  expect(rates.get(rateNames.step('n'))).toBeCloseTo(2, 9);
  expect(rates.get(rateNames.predict('n'))).toBeCloseTo(0.4, 9);
  expect(rates.get(rateNames.epoch('n'))).toBe(0);
  expect(rates.has(rateNames.statistics(7))).toBe(false);
});

test('a few images or steps say less than a measurement and change nothing', () => {
  const watch = new StageTimer();
  const now = report(watch, 'decoding', 10, 0, () => 1);
  report(watch, 'training', 10, now, () => 1);
  expect([...watch.rates(training)]).toEqual([]);
});

test('a night that the machine slept through is no part of a step; an hour of slow ones is', () => {
  const night = 8 * 3600;
  const asleep = new StageTimer();
  const now = report(asleep, 'decoding', 40, 0, (done) => (done === 20 ? night : 0.11));
  report(asleep, 'training', 300, now, (done) => (done === 153 ? night : 0.1));
  const rates = asleep.rates(training);
  expect(rates.get(rateNames.decode(7))).toBeCloseTo(0.1, 9);
  expect(rates.get(rateNames.step('n'))).toBeCloseTo(0.1, 9);
  // What else ran made a third of them thirty times as slow: that is work, and counts.
  const slow = new StageTimer();
  report(slow, 'training', 301, 0, (done) => (done > 201 ? 60 : 2));
  expect(slow.rates(training).get(rateNames.step('n'))).toBeCloseTo((2 + 2 + 60) / 3, 1);
});

test('the validation of many images between two epochs takes hundreds of steps’ time and is work; a night between two epochs is none', () => {
  const night = 8 * 3600;
  for (const epochs of [3, 20]) {
    const long = new StageTimer();
    report(long, 'training', 20 * epochs, 0, (done) => (done % 20 !== 1 ? 1 : done === 21 ? night : 300));
    const rates = long.rates({ ...training, stepsPerEpoch: 20, validationBatches: 1000, isOneNetwork: true });
    expect(rates.get(rateNames.step('n'))).toBeCloseTo(1, 9);
    // Of three epochs one validation is left, which says nothing for sure.
    expect(rates.get(rateNames.predict('n'))).toEqual(epochs === 3 ? undefined : expect.closeTo(0.2988, 9));
  }
});
