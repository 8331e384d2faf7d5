import { expect, test } from 'vitest';
import { fewestToTell } from '../../../../core/contract/index.ts';
import { isEnough, isWorse, verdictOf } from '../../../../core/services/promotion/rule.ts';

const known = { isAgainstGuessing: false, hasEnough: true, allowedLoss: 0.02, groups: [] };
const gain = (low: number, high: number) => ({ value: (low + high) / 2, interval: [low, high] as [number, number] });

test.each([
  ['surely better', gain(0.01, 0.05), 'notWorse'],
  ['equal to the last digit', gain(0, 0), 'notWorse'],
  ['a loss of exactly the margin', gain(-0.02, 0.01), 'notWorse'],
  ['surely worse, by less than the margin', gain(-0.015, -0.005), 'notWorse'],
  ['a loss beyond the margin is not ruled out', gain(-0.021, 0.05), 'cannotTell'],
  ['surely worse', gain(-0.05, -0.001), 'worse'],
])('%s', (_, found, verdict) => {
  expect(verdictOf({ ...known, gain: found }).verdict).toBe(verdict);
});

test('an interval that holds both says so; no interval and few patients say that they are few', () => {
  expect(verdictOf({ ...known, gain: gain(-0.1, 0.1) }).untold).toBe('wideInterval');
  expect(verdictOf({ ...known, gain: { value: 0.1, interval: null } }).untold).toBe('fewPatients');
  expect(verdictOf({ ...known, hasEnough: false, gain: gain(0.1, 0.2) }).untold).toBe('fewPatients');
});

test('a subgroup that is worse stops what is not worse, and is one whose interval lies wholly below', () => {
  expect(isWorse(gain(-0.2, -0.021), 0.02)).toBe(true);
  expect(isWorse(gain(-0.2, -0.02), 0.02)).toBe(false);
  expect(isWorse({ value: -1, interval: null }, 0.02)).toBe(false);
  const groups = [{ isWorse: false }, { isWorse: true }];
  expect(verdictOf({ ...known, groups, gain: gain(0, 0.1) }).verdict).toBe('worseInSubgroup');
  expect(verdictOf({ ...known, groups, gain: gain(-0.3, -0.1) }).verdict).toBe('worse');
});

test('against guessing the interval must lie above it', () => {
  const guessing = { ...known, isAgainstGuessing: true };
  expect(verdictOf({ ...guessing, gain: gain(0.001, 0.2) }).verdict).toBe('betterThanGuessing');
  expect(verdictOf({ ...guessing, gain: gain(-0.01, 0.2) }).verdict).toBe('notBetterThanGuessing');
});

test('it takes patients, and of them some whose answer is not the commonest one', () => {
  expect(isEnough({ patients: 20, rarer: 5 }, fewestToTell)).toBe(true);
  expect(isEnough({ patients: 19, rarer: 9 }, fewestToTell)).toBe(false);
  expect(isEnough({ patients: 500, rarer: 4 }, fewestToTell)).toBe(false);
  expect(isEnough({ patients: 20, rarer: null }, fewestToTell)).toBe(true);
});
