import { expect, test } from 'vitest';
import { formatBytes, formatInterval, formatTable, plural } from '../../../core/cli/format.ts';

test('sizes use the units of disks', () => {
  expect([0, 812, 3_400_000, 999_999, 1.2e9, 5e14].map(formatBytes)).toEqual([
    '0 B',
    '812 B',
    '3.4 MB',
    '1.0 MB',
    '1.2 GB',
    '500 TB',
  ]);
});

test('a figure the data do not define is a dash', () => {
  expect(formatInterval(null, null)).toBe('–');
  expect(formatInterval(0.9, [0.85, 0.95])).toBe('0.900 (0.850 to 0.950)');
  expect(formatInterval(-0.267, [-0.3, 0.0001])).toBe('−0.267 (−0.300 to 0.000)');
});

test('counts agree with their noun', () => {
  expect([plural(1, 'study', 'studies'), plural(1200, 'study', 'studies')]).toEqual(['1 study', '1,200 studies']);
});

test('columns of numbers are flush right, others flush left', () => {
  expect(
    formatTable(
      ['name', 'n'],
      [
        ['a', '−5'],
        ['long name', '1,200'],
      ],
    ),
  ).toEqual(['name           n', '---------  -----', 'a             −5', 'long name  1,200']);
});
