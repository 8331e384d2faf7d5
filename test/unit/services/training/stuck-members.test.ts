import { expect, test } from 'vitest';
import { isStuck, memberSeed, shareWon } from '../../../../core/services/training/stuck-members.ts';

/** A network with the loss of its last epoch, where guessing costs ln 2 unless said otherwise. */
const member = (trainLoss: number, guessLoss: number | null = Math.LN2) => ({ trainLoss, guessLoss });

test('a network is stuck that won less than a quarter of what the best one took off the loss of guessing', () => {
  const firsts = [member(0.1), member(0.15), member(0.68), member(0.5), member(0.9)];
  expect(shareWon(member(0.1))).toBeCloseTo(1 - 0.1 / Math.LN2, 12);
  expect(firsts.map((one) => isStuck(one, firsts))).toEqual([false, false, true, false, true]);
  // Trained again it is compared with the same first trainings.
  expect([isStuck(member(0.2), firsts), isStuck(member(0.69), firsts)]).toEqual([false, true]);
});

test('where none won a fifth there is nothing to learn or the recipe does not fit, and none is stuck', () => {
  const firsts = [member(0.6), member(0.65), member(0.7)];
  expect(firsts.map((one) => isStuck(one, firsts))).toEqual([false, false, false]);
});

test('where the loss of guessing is not known nobody can say', () => {
  const firsts = [member(0.1, null), member(0.9, null)];
  expect(firsts.map((one) => isStuck(one, firsts))).toEqual([false, false]);
  expect(shareWon(member(0.1, null))).toBeNull();
});

test('each training of each network has a seed of its own, the same every time', () => {
  const seeds = [1, 2, 3].flatMap((fold) => [1, 2, 3].map((attempt) => memberSeed(4, fold, attempt)));
  expect(new Set([...seeds, memberSeed(5, 1, 1)]).size).toBe(10);
  expect(memberSeed(4, 2, 1)).toBe(memberSeed(4, 2, 1));
});
