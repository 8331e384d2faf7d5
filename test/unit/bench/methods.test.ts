import { expect, test } from 'vitest';
import { type MethodRow, meanInterval } from '../../../bench/methods-plan.ts';
import { methodLines, taskJson } from '../../../bench/methods-table.ts';
import { paintTask, tasks } from '../../../bench/tasks/index.ts';

test("the interval over seeds is Student's: five numbers of deviation 0.1 give 2.776 * 0.1 / sqrt(5) on either side", () => {
  const deviates = [-0.1265, -0.0632, 0, 0.0632, 0.1265].map((x) => 0.8 + x);
  const [low, high] = meanInterval(deviates) ?? [0, 0];
  expect(low).toBeCloseTo(0.8 - 0.1241, 3);
  expect(high).toBeCloseTo(0.8 + 0.1241, 3);
  expect(meanInterval([0.9])).toBeNull();
});

const row = (name: string, peakMb: number): MethodRow => ({
  name,
  epochs: 80,
  seeds: 1,
  aucs: [0.9],
  auc: 0.9,
  aucInterval: null,
  learnable: 1000,
  learnableShare: 0.01,
  peakMb,
  trainingMb: peakMb - 100,
  secondsPerEpoch: 2,
});

test('memory is compared less what an idle engine holds, with full fine-tuning at once and in parts', () => {
  const result = {
    place: { dataset: 'd', lpm: 'l', about: 'a' },
    rows: [row('fpt+', 150), row('full', 600)],
    idleMb: 100,
    whole: { peakMb: 5100, seconds: 9 },
  };
  expect(taskJson(result)).toMatchObject({
    methods: [
      { name: 'fpt+', ofFullWhole: 0.01, ofFullParts: 0.1 },
      { name: 'full', ofFullWhole: 0.1, ofFullParts: 1 },
    ],
  });
  const line = methodLines(result).find((text) => text.startsWith('fpt+'));
  expect(line).toMatch(/150 MB +50 MB +1\.00 % +10 % +2\.0 s$/);
});

test.each(Object.entries(tasks))('task %s: an image is decided by its number alone and uses its bits', (name, task) => {
  const size = 160;
  const image = paintTask(name, task, 3, size);
  expect(paintTask(name, task, 3, size)).toEqual(image);
  expect(paintTask(name, task, 4, size)).not.toEqual(image);
  const highest = image.reduce((a, b) => Math.max(a, b), 0);
  expect(highest).toBeLessThan(2 ** task.bits);
  expect(highest).toBeGreaterThan(2 ** (task.bits - 2));
});

test.each(Object.entries(tasks))(
  'task %s: no class is brighter than another by more than its images differ',
  (name, task) => {
    const size = 160;
    const meansOf = (c: number): number[] =>
      Array.from({ length: 12 }, (_, k) => {
        const pixels = paintTask(name, task, c + k * task.classes.length, size);
        return pixels.reduce((sum, x) => sum + x, 0) / pixels.length / 2 ** task.bits;
      });
    const classes = task.classes.map((_, c) => meansOf(c));
    const mean = (xs: number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
    const deviation = Math.sqrt(mean(classes.flat().map((x) => (x - mean(classes.flat())) ** 2)));
    for (const means of classes) expect(Math.abs(mean(means) - mean(classes.flat()))).toBeLessThan(0.75 * deviation);
  },
);
