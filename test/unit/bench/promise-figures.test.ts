import { expect, test } from 'vitest';
import { within } from '../../../bench/promise-figures.ts';

test('times left are judged from a moment on by the whole they meant', () => {
  const shown = [
    { at: 1, whole: 300 },
    { at: 20, whole: 119 },
    { at: 50, whole: 70 },
    { at: 90, whole: 101 },
  ];
  const judged = within(shown, 100, 20);
  expect(judged).toMatchObject({ count: 3, inside: 2 });
  expect(judged.worst).toBeCloseTo(-0.3, 9);
  expect(within([], 100, 0)).toEqual({ count: 0, inside: 0, worst: 0 });
});
