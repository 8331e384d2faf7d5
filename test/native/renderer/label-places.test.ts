/** Names of lines that end beside each other. */
import { expect, test } from 'vitest';
import { labelPlaces } from '../../../renderer/screens/train/label-places.ts';

test('names of lines that end at one height stand above each other, those of others at their ends', () => {
  expect(labelPlaces([0, 0, 0, 5], 2)).toEqual([0, 2, 4, 6]);
  expect(labelPlaces([3, 1, 9], 2)).toEqual([3, 1, 9]);
  expect(labelPlaces([1, 0, 0.5], 1)).toEqual([2, 0, 1]);
  expect(labelPlaces([], 1)).toEqual([]);
});
