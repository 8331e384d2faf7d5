import { expect, test } from 'vitest';
import { TimeLeft } from '../../../core/jobs/eta.ts';

test('nothing is said in the first two seconds, then the time that the speed asks for', () => {
  const left = new TimeLeft(0);
  left.update(1, 100, 1);
  expect(left.at(1)).toBeNull();
  for (let second = 2; second <= 10; second++) left.update(second, 100, second);
  expect(left.at(10)).toBeCloseTo(90, 0);
  expect(left.at(12)).toBeCloseTo(88, 0);
});

test('one slow image moves what is shown by little, a lasting change is followed', () => {
  const left = new TimeLeft(0);
  for (let second = 1; second <= 60; second++) left.update(second, 600, second);
  left.update(61, 600, 66);
  expect(Math.abs((left.at(66) ?? 0) - 539)).toBeLessThan(55);
  let now = 66;
  for (let done = 62; done <= 120; done++) {
    now += 2;
    left.update(done, 600, now);
  }
  expect(left.at(now)).toBeGreaterThan(0.9 * 960);
  expect(left.at(now)).toBeLessThan(1.1 * 960);
});

test('it never falls below zero and ends at zero', () => {
  const left = new TimeLeft(0);
  left.update(5, 10, 5);
  expect(left.at(1000)).toBe(0);
  left.update(10, 10, 12);
  expect(left.at(12)).toBe(0);
});
