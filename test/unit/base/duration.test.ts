import { expect, test } from 'vitest';
import { formatDuration, roughDuration } from '../../../core/base/duration.ts';

test('measured times read as a person says them', () => {
  // The report once said "1 min 60 s" of 119.7 s.
  expect([0.04, 9.94, 35, 119.7, 125, 4320, Number.NaN].map(formatDuration)).toEqual([
    '0.0 s',
    '9.9 s',
    '35 s',
    '2 min 00 s',
    '2 min 05 s',
    '1 h 12 min',
    '?',
  ]);
});

test('expected times are told no more exactly than they are known', () => {
  expect([0.2, 75, 125, 5399, 9000].map(roughDuration)).toEqual(['1 s', '75 s', '2 min', '90 min', '2.5 h']);
});
