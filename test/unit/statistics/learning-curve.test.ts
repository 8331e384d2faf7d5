import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { type CurveFigures, forecast } from '../../../core/statistics/learning-curve.ts';
import { fitPowerLaw, valueAt } from '../../../core/statistics/power-law.ts';

const sizes = [40, 64, 96, 128, 160];

describe('the inverse power law', () => {
  test.each([
    { ceiling: 0.95, drop: 0.1, rate: 0.5 },
    { ceiling: 0.9, drop: 0.02, rate: 1.2 },
    { ceiling: 1, drop: 0.2, rate: 0.2 },
  ])('that points were made by is found again: $ceiling, $drop, $rate', (made) => {
    const law = { ...made, unit: 160 };
    const fitted = fitPowerLaw(sizes.map((patients) => ({ patients, value: valueAt(law, patients) })));
    expect(fitted?.ceiling).toBeCloseTo(made.ceiling, 1);
    for (const patients of [40, 160, 320]) {
      expect(valueAt(fitted as NonNullable<typeof fitted>, patients)).toBeCloseTo(valueAt(law, patients), 3);
    }
  });

  test('is checked by hand: half the distance at four times the patients is a rate of one half', () => {
    expect(valueAt({ ceiling: 0.9, drop: 0.2, rate: 0.5, unit: 100 }, 100)).toBeCloseTo(0.7, 12);
    expect(valueAt({ ceiling: 0.9, drop: 0.2, rate: 0.5, unit: 100 }, 400)).toBeCloseTo(0.8, 12);
  });

  test('never falls with more patients and never passes 1, whatever the points do', () => {
    const falling = fitPowerLaw(sizes.map((patients, i) => ({ patients, value: 0.9 - 0.02 * i })));
    expect(falling?.drop).toBe(0);
    const steep = fitPowerLaw(sizes.map((patients, i) => ({ patients, value: 0.6 + 0.1 * i })));
    expect(steep?.ceiling).toBe(1);
    expect(valueAt(steep as NonNullable<typeof steep>, 1e9)).toBeLessThanOrEqual(1);
  });

  test('has three numbers, so two sizes are too few', () => {
    const two = sizes.slice(0, 2).flatMap((patients) => [0.8, 0.9].map((value) => ({ patients, value })));
    expect(fitPowerLaw(two)).toBeNull();
  });
});

/** Repeats of a curve that a law and the luck of the draw made; the luck gets smaller with more patients. */
function made(
  law: Parameters<typeof valueAt>[0],
  random: Random,
  { repeats = 5, luck = 0.02 }: { readonly repeats?: number; readonly luck?: number } = {},
): CurveFigures {
  const curves = Array.from({ length: repeats }, () => {
    const own = 0.5 * random.normal();
    return sizes.map((n) =>
      Math.min(1, valueAt(law, n) + (luck * (own + 0.85 * random.normal()) * (sizes[0] as number) ** 0.5) / n ** 0.5),
    );
  });
  return () => curves;
}

const question = { sizes, patients: 200, from: 200, more: 100, resamples: 100 };

describe('the forecast', () => {
  test.each([
    { ceiling: 0.95, drop: 0.08, rate: 0.5 },
    { ceiling: 0.9, drop: 0.03, rate: 1 },
    { ceiling: 1, drop: 0.15, rate: 0.3 },
  ])('holds the true gain in at least nine of ten made curves: $ceiling, $drop, $rate', (truth) => {
    const law = { ...truth, unit: 160 };
    const gain = valueAt(law, 300) - valueAt(law, 200);
    const random = Random.seeded(7);
    let [told, held] = [0, 0];
    for (let i = 0; i < 100; i++) {
      const found = forecast(made(law, random.fork(String(i))), { ...question, seed: i });
      if (found.gain === null) continue;
      told += 1;
      const [low, high] = found.gain.interval;
      if (low <= gain + 1e-9 && gain <= high + 1e-9) held += 1;
    }
    expect(told).toBeGreaterThan(80);
    expect(held / told).toBeGreaterThanOrEqual(0.9);
  });

  test('is that of the law where there is no luck in the curves', () => {
    const law = { ceiling: 0.95, drop: 0.08, rate: 0.5, unit: 160 };
    const { gain, points } = forecast(made(law, Random.seeded(1), { luck: 0 }), question);
    expect(gain?.value).toBeCloseTo(valueAt(law, 300) - valueAt(law, 200), 3);
    expect(points[4]?.value).toBeCloseTo(0.87, 6);
  });

  test('of a curve that stands still is nothing or little', () => {
    const law = { ceiling: 0.9, drop: 0, rate: 1, unit: 160 };
    const { gain } = forecast(made(law, Random.seeded(2), { luck: 0.005 }), question);
    expect(gain?.interval[0]).toBeLessThan(0.001);
    expect(gain?.interval[1]).toBeLessThan(0.03);
  });

  test('is not made of an AUC that may be that of guessing, of two sizes, and of scattered curves, and it is said which', () => {
    const guess = { ceiling: 0.5, drop: 0, rate: 1, unit: 160 };
    expect(forecast(made(guess, Random.seeded(3)), question)).toMatchObject({
      gain: null,
      law: null,
      unfitted: 'guessing',
    });
    const two = made({ ceiling: 0.9, drop: 0.1, rate: 1, unit: 160 }, Random.seeded(4));
    const short: CurveFigures = (weights) => two(weights).map((curve) => curve.slice(0, 2));
    expect(forecast(short, { ...question, sizes: sizes.slice(0, 2) }).unfitted).toBe('fewSizes');
    const steep = [0.6, 0.65, 0.7, 0.75, 0.8];
    const wild: CurveFigures = () => [steep, steep.map(() => 0.8), [0.9, 0.85, 0.8, 0.8, 0.8]];
    expect(forecast(wild, { ...question, sizes: [100, 115, 130, 145, 160], from: 160, more: 160 })).toMatchObject({
      ...{ gain: null, law: null, unfitted: 'scattered' },
    });
  });

  test('is the same for the same seed, and draws patients as well as repeats', () => {
    const law = { ceiling: 0.95, drop: 0.08, rate: 0.5, unit: 160 };
    const curves = made(law, Random.seeded(6));
    expect(forecast(curves, question)).toEqual(forecast(curves, question));
    const seen = new Set<number>();
    forecast((weights) => {
      if (weights !== undefined) seen.add(weights.reduce((sum, w) => sum + w, 0));
      return curves(weights);
    }, question);
    expect([...seen]).toEqual([200]);
  });
});
