import { expect, test } from 'vitest';
import { shownNumber, signedNumber, withMinus } from '../../../core/base/shown-number.ts';

test('numbers that are shown have a minus sign, and none where they round to nothing', () => {
  expect([-0.2671, -0.0004, 0, 0.5].map((value) => shownNumber(value, 3))).toEqual([
    '−0.267',
    '0.000',
    '0.000',
    '0.500',
  ]);
  expect([-1.5, 0, 0.012].map((value) => signedNumber(value, 2))).toEqual(['−1.50', '+0.00', '+0.01']);
  expect(['-1,5', '-0,00', '12', '-1e-7'].map(withMinus)).toEqual(['−1,5', '0,00', '12', '−1e-7']);
});
