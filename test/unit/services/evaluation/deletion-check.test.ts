import { expect, test } from 'vitest';
import { checkVerdict } from '../../../../core/services/evaluation/evidence.ts';

const draws = (...falls: number[]) => falls;

test.each([
  ['explains', 0.4, draws(0.01, 0.02, 0.1)],
  // No chance, and yet nine tenths of the answer rest on something else.
  ['slight', 0.02, draws(0, 0.001, 0.002)],
  ['slight', 0.3, draws(0.29, 0.25, 0.2)],
  ['fails', 0.4, draws(0.01, 0.4, 0.1)],
  ['fails', 0.005, draws(0.2, 0.1, 0)],
  ['unmoved', 0.005, draws(0.001, 0, -0.2)],
  ['unmoved', -0.3, draws(0.001, 0, -0.2)],
] as const)('%s: without the highlight the probability falls by %d', (verdict, highlighted, random) => {
  expect(checkVerdict(highlighted, random)).toBe(verdict);
});
