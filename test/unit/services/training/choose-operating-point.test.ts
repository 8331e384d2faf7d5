import { expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { chooseTemperature } from '../../../../core/services/training/choose-operating-point.ts';
import { temperatureLoss } from '../../../../core/statistics/temperature.ts';
import { targets } from '../../../../core/targets/index.ts';

/** Logits of two classes whose log-odds are `sure` times what the labels were drawn from. */
function overconfident(n: number, sure: number) {
  const random = Random.seeded(3);
  const odds = Array.from({ length: n }, () => 1.5 * random.normal());
  const labels = Int32Array.from(odds, (z) => (random.uniform() < 1 / (1 + Math.exp(-z)) ? 1 : 0));
  const logits = Float32Array.from(odds.flatMap((z) => [0, sure * z]));
  return { labels, logits };
}

test('answers that are four times too sure are divided by about four, which lowers their loss', () => {
  const { labels, logits } = overconfident(4000, 4);
  const temperature = chooseTemperature(targets.class, logits, labels, 2, 4000);
  expect(temperature).toBeGreaterThan(3.5);
  expect(temperature).toBeLessThan(4.5);
  expect(temperatureLoss(logits, labels, 2, temperature)).toBeLessThan(temperatureLoss(logits, labels, 2, 1));
});

test('fewer than 20 patients, and findings of which nothing is known, are left as they are', () => {
  const { labels, logits } = overconfident(200, 4);
  expect(chooseTemperature(targets.class, logits, labels, 2, 19)).toBe(1);
  expect(chooseTemperature(targets.class, logits, labels, 2, 20)).not.toBe(1);
  const unknown = new Float32Array(400).fill(Number.NaN);
  expect(chooseTemperature(targets.finding, logits, unknown, 2, 200)).toBe(1);
});

test('findings have one temperature for all of them; numbers have none', () => {
  const { labels, logits } = overconfident(4000, 4);
  // As two findings of opposite sign that are both too sure.
  const both = Float32Array.from(
    { length: 8000 },
    (_, i) => (i % 2 === 0 ? -1 : 1) * (logits[2 * Math.floor(i / 2) + 1] as number),
  );
  const marks = Float32Array.from({ length: 8000 }, (_, i) =>
    i % 2 === 0 ? 1 - (labels[Math.floor(i / 2)] as number) : (labels[Math.floor(i / 2)] as number),
  );
  const temperature = chooseTemperature(targets.finding, both, marks, 2, 4000);
  expect(temperature).toBeGreaterThan(3.5);
  expect(temperature).toBeLessThan(4.5);
  expect(chooseTemperature(targets.quantity, logits, Float32Array.from(labels), 1, 4000)).toBe(1);
});
