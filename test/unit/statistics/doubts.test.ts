/** How far answers speak against labels: values that can be checked by hand, and what must hold for any. */
import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { classDoubts, findingDoubts, gradeDoubts, numberDoubts } from '../../../core/statistics/doubts.ts';

const near = (values: Float64Array): number[] => [...values].map((value) => Number(value.toFixed(6)));

test('of classes it is the margin by which another class is ahead', () => {
  const probabilities = [0.7, 0.2, 0.1, 0.1, 0.3, 0.6];
  expect(near(classDoubts(probabilities, [0, 0], 3))).toEqual([-0.5, 0.5]);
  expect(near(classDoubts(probabilities, [2, 2], 3))).toEqual([0.6, -0.3]);
});

test('of grades a label that is further off is doubted more, and the nearest grade not at all', () => {
  const row = [0.1, 0.8, 0.1, 0];
  const doubts = [0, 1, 2, 3].map((label) => near(gradeDoubts(row, [label], 4))[0]);
  // Expected distances 1.0, 0.2, 1.0, 2.0; the least of them is 0.2.
  expect(doubts).toEqual([0.8, 0, 0.8, 1.8]);
});

test('of two grades it is the margin where that is above 0', () => {
  const random = Random.seeded(3);
  for (let i = 0; i < 50; i++) {
    const p = random.uniform(0, 1);
    const [grade = 0] = gradeDoubts([1 - p, p], [0], 2);
    expect(grade).toBeCloseTo(Math.max(0, classDoubts([1 - p, p], [0], 2)[0] ?? 0), 12);
  }
});

test('of a finding it is the margin of the other mark, and of what is not known nothing', () => {
  expect(near(findingDoubts([0.9, 0.9, 0.2, 0.5], [1, 0, 1, Number.NaN]))).toEqual([-0.8, 0.8, 0.6, Number.NaN]);
});

test('of numbers it is the residual in robust deviations beyond 2.5, which wrong labels do not hide', () => {
  const random = Random.seeded(5);
  const labels = Array.from({ length: 400 }, () => random.uniform(0, 200));
  const answers = labels.map((label) => label + 6 + random.normal() * 10);
  // A fifth of them is wrong by far: a plain deviation would be 80, and none of them 2.5 of those off.
  const wrong = labels.map((label, i) => (i % 5 === 0 ? label + 200 : label));
  const doubts = numberDoubts(answers, wrong);
  expect([...doubts].filter((doubt, i) => i % 5 === 0 && doubt > 0)).toHaveLength(80);
  expect([...doubts].filter((doubt, i) => i % 5 !== 0 && doubt > 0).length).toBeLessThan(12);
  expect(near(numberDoubts([1, 2, 3, 4, 5.5], [1, 2, 3, 4, Number.NaN])).map(Number.isNaN)).toEqual([
    ...[false, false, false, false],
    true,
  ]);
  expect([...numberDoubts([1, 2], [1, 2])]).toEqual([-2.5, -2.5]);
});
