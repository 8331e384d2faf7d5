import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bootstrapIntervals } from '../../../core/statistics/bootstrap.ts';
import { repositoryRoot } from '../../support/shared.ts';

/** The page's sources belong to another project, with the types of a browser. */
const { hasBand } = (await import(join(repositoryRoot, 'renderer/screens/judge/band.ts'))) as {
  hasBand(band: readonly (readonly [number, number, number])[]): boolean;
};

test('a curve that is the same whoever is drawn has no band, one that moves has', () => {
  const bandOf = (second: number) =>
    (
      bootstrapIntervals(
        {
          classes: 2,
          positive: 1,
          targets: [0, 0, 0, 1, 1, 1],
          probabilities: Float64Array.from([0.1, 0.2, second, 0.7, 0.8, 0.9].flatMap((p) => [1 - p, p])),
        },
        ['a', 'b', 'c', 'd', 'e', 'f'],
      ).bands[1] ?? []
    ).map(({ falsePositiveRate, low, high }) => [falsePositiveRate, low, high] as const);
  expect(hasBand(bandOf(0.3))).toBe(false);
  expect(hasBand(bandOf(0.85))).toBe(true);
  expect(hasBand([])).toBe(false);
});
