/** How long a training is said to take, and when it is said to be off. */
import { expect, test } from 'vitest';
import { offBy, promised } from '../../../renderer/screens/train/promised.ts';

test('a narrow range is one number; a wide one, of which no number is known, is some minutes', () => {
  expect(promised({ seconds: 420, low: 300, high: 600 })).toBe('About 7 min');
  expect(promised({ seconds: 420, low: 100, high: 600 })).toBe('Some minutes');
  expect(promised({ seconds: 20, low: 5, high: 50 })).toBe('Some seconds');
  expect(promised({ seconds: 2 * 3600, low: 1200, high: 5 * 3600 })).toBe('Some hours');
});

test('earlier than promised is no warning while it runs and a word at its end; late is said at once; who waits is neither', () => {
  const promise = { seconds: 100, low: 80, high: 120, diskBytes: 0, stages: [] };
  const at = (
    state: 'queued' | 'running' | 'succeeded' | 'cancelled',
    ranSeconds: number,
    remainingSeconds: number | null,
  ) => offBy({ promise, state, ranSeconds, remainingSeconds });
  expect(at('running', 10, 20)).toBeNull();
  expect(at('succeeded', 50, null)).toBeCloseTo(-0.5, 12);
  expect(at('running', 100, 50)).toBeCloseTo(0.5, 12);
  expect(at('running', 115, 0)).toBeNull();
  expect(at('queued', 0, null)).toBeNull();
  expect(at('cancelled', 300, null)).toBeNull();
});
