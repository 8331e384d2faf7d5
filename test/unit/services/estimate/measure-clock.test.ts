import { expect, test } from 'vitest';
import { EpochClock } from '../../../../core/services/estimate/measure-clock.ts';
import { middleOf } from '../../../../core/services/estimate/rates.ts';

test('the first epoch warms up; then first steps, other steps and validations are told apart', () => {
  const clock = new EpochClock(0);
  let now = 0;
  const after = (ms: number): number => (now += ms);
  // Epoch by epoch: first step, second step, validation.
  for (const [first, second, validation] of [
    [5000, 900, 3000],
    [1200, 1000, 400],
    [1300, 1100, 500],
  ] as const) {
    clock.step(after(first));
    clock.step(after(second));
    clock.epoch(after(validation));
  }
  expect({ ...clock, seconds: clock.seconds }).toEqual({
    warmUp: 5,
    epochs: 3,
    firstSteps: [1.2, 1.3],
    steps: [1, 1.1],
    validations: [0.4, 0.5],
    seconds: 14.4,
  });
});

test('where an epoch has one step, that step is the time of a step', () => {
  const clock = new EpochClock(0);
  for (const [step, end] of [
    [3000, 4000],
    [6000, 6500],
  ] as const) {
    clock.step(step);
    clock.epoch(end);
  }
  expect(clock.steps).toEqual([2]);
});

test('the middle time and how far half of the others lie from it', () => {
  expect(middleOf([1, 2, 3, 4, 100])).toEqual({ median: 3, spread: 1 });
  expect(middleOf([2, 4])).toEqual({ median: 3, spread: 1 });
  expect(middleOf([])).toEqual({ median: 0, spread: 0 });
});
