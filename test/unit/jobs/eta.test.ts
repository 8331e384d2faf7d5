import { expect, test } from 'vitest';
import type { TimePromise } from '../../../core/contract/index.ts';
import { TimeLeft } from '../../../core/jobs/eta.ts';

test('nothing is said in the first two seconds, then the time that the speed asks for', () => {
  const left = new TimeLeft(0);
  left.update('encoding', 1, 100, 1);
  expect(left.at(1)).toBeNull();
  for (let second = 2; second <= 10; second++) left.update('encoding', second, 100, second);
  expect(left.at(10)).toBeCloseTo(90, 0);
  expect(left.at(12)).toBeCloseTo(88, 0);
});

test('one slow image moves what is shown by little, a lasting change is followed', () => {
  const left = new TimeLeft(0);
  for (let second = 1; second <= 60; second++) left.update('encoding', second, 600, second);
  left.update('encoding', 61, 600, 66);
  expect(Math.abs((left.at(66) ?? 0) - 539)).toBeLessThan(55);
  let now = 66;
  for (let done = 62; done <= 120; done++) {
    now += 2;
    left.update('encoding', done, 600, now);
  }
  expect(left.at(now)).toBeGreaterThan(0.9 * 960);
  expect(left.at(now)).toBeLessThan(1.1 * 960);
});

test('it never falls below zero and ends at zero', () => {
  const left = new TimeLeft(0);
  left.update('encoding', 1, 10, 1);
  left.update('encoding', 5, 10, 5);
  expect(left.at(1000)).toBe(0);
  left.update('encoding', 10, 10, 12);
  expect(left.at(12)).toBe(0);
});

const promised: TimePromise['stages'] = [
  {
    stage: 'decoding',
    seconds: 22,
    parts: [
      { what: 'start', times: 1, seconds: 2 },
      { what: 'image', times: 20, seconds: 1 },
    ],
  },
  {
    stage: 'training',
    seconds: 400,
    parts: [
      { what: 'step', times: 100, seconds: 3 },
      { what: 'validation batch', times: 20, seconds: 5 },
      { what: 'epoch', times: 10, seconds: 0 },
    ],
  },
];

test('what was promised is said at once, the stages to come with it', () => {
  const left = new TimeLeft(0, promised);
  left.update('decoding', 1, 20, 3);
  expect(left.at(3)).toBeCloseTo(19 + 400, 6);
});

test('a machine that turns out twice as slow is believed, for the stages to come too', () => {
  const left = new TimeLeft(0, promised);
  for (let done = 1; done <= 20; done++) left.update('decoding', done, 20, 2 * done);
  // 38 s for 19 images that were promised 19 s: with what the promise weighs (38 + 5) / (19 + 5), and it drifts there.
  const slowness = (left.at(40) ?? 0) / 400;
  expect(slowness).toBeGreaterThan(1.6);
  expect(slowness).toBeLessThan(43 / 24);
});

test('after its first epoch a training that takes twice as long as promised is told to a fifth', () => {
  const left = new TimeLeft(0, promised);
  let now = 30;
  for (let step = 1; step <= 11; step++) {
    left.update('training', step, 100, now);
    // Ten steps of 6 s, then 20 s of validation: 80 s an epoch.
    now += step % 10 === 0 ? 26 : 6;
  }
  // 90 steps, nine epochs: 720 s.
  expect(Math.abs((left.at(now) ?? 0) / 720 - 1)).toBeLessThan(0.2);
});

test('what an earlier session did is not taken for speed', () => {
  const left = new TimeLeft(0, promised);
  left.update('training', 51, 100, 4);
  // 49 of 100 steps to go, 4 s each with their share of validation.
  expect(left.at(4)).toBeCloseTo(196, 6);
  const unpromised = new TimeLeft(0);
  for (let step = 51; step <= 55; step++) unpromised.update('training', step, 100, 4 * (step - 50));
  expect(unpromised.at(20)).toBeCloseTo(180, 6);
});

test('a run that goes three times as fast as promised is told to a fifth when a quarter of it is done', () => {
  const left = new TimeLeft(0, [
    {
      stage: 'training',
      seconds: 77,
      parts: [
        { what: 'step', times: 100, seconds: 0.7 },
        { what: 'epoch', times: 20, seconds: 0.35 },
      ],
    },
  ]);
  for (let step = 1; step <= 30; step++) left.update('training', step, 100, 0.28 * step);
  expect(Math.abs(((left.at(8.4) ?? 0) + 8.4) / 28 - 1)).toBeLessThan(0.2);
});
