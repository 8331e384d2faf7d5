import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { classFigures } from '../../../core/services/labelling/curve-figures.ts';
import { type CurveFigures, forecast } from '../../../core/statistics/learning-curve.ts';
import { worthOutOfFold } from '../../../core/statistics/out-of-fold.ts';
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
    // Of patients who know of each other as many are drawn as they are worth.
    seen.clear();
    const worth = worthOutOfFold(5);
    forecast(
      (weights) => {
        if (weights !== undefined) seen.add(weights.reduce((sum, w) => sum + w, 0));
        return curves(weights);
      },
      { ...question, worth },
    );
    expect([...seen]).toEqual([89]);
  });
});

/** A curve of labels that are noise: nearest means, out of five folds, of growing parts of the patients; two kinds, as many of each. */
function curveOfNoise(random: Random, { patients = 60, features = 20, repeats = 3 } = {}) {
  const count = 5;
  const shares = [0.25, 0.4, 0.6, 0.8, 1];
  const everyone = Array.from({ length: patients }, (_, i) => i);
  const rows = everyone.map(() => Float64Array.from({ length: features }, () => random.normal()));
  const probabilities = Array.from({ length: repeats }, () => {
    const kinds = [0, 1].map((kind) => random.shuffled(everyone.filter((i) => i % 2 === kind)));
    // The kinds in turn, so that each beginning and each fold has its share of both.
    const order = everyone.map((i) => kinds[i % 2]?.[i >> 1] as number);
    const foldOf = new Map(random.shuffled(everyone.slice(0, patients / 2)).map((pair, at) => [pair, at % count]));
    const foldAt = (place: number): number => foldOf.get(place >> 1) as number;
    return shares.map((share) => {
      const answers = new Float64Array(2 * patients);
      for (let fold = 0; fold < count; fold++) {
        const others = order.filter((_, place) => foldAt(place) !== fold);
        const way = new Float64Array(features);
        for (const i of others.slice(0, Math.round(share * others.length))) {
          rows[i]?.forEach((x, j) => {
            way[j] = (way[j] as number) + (i % 2 === 1 ? x : -x);
          });
        }
        for (const [place, i] of order.entries()) {
          if (foldAt(place) !== fold) continue;
          answers[2 * i + 1] = way.reduce((sum, w, j) => sum + w * (rows[i]?.[j] as number), 0);
        }
      }
      return answers;
    });
  });
  const labels = everyone.map((i) => i % 2);
  const figures = classFigures({ target: 'class', classes: 2, labels, patientOf: everyone, probabilities }, 1);
  return { figures, sizes: shares.map((share) => share * patients * 0.8), patients };
}

test('of labels that are noise at most 5 of 100 curves pass for one that has begun to grow, which more do where patients count as independent', () => {
  const sets = 200;
  const passed = (worth: number): number =>
    Array.from({ length: sets }, (_, set) => {
      const { figures, sizes: learned, patients } = curveOfNoise(Random.seeded(set).fork('noise'));
      const asked = { sizes: learned, patients, worth, from: patients, more: 30, resamples: 100, seed: set };
      return forecast(figures, asked).unfitted;
    }).filter((unfitted) => unfitted !== 'guessing').length;
  expect(passed(worthOutOfFold(5))).toBeLessThanOrEqual(0.05 * sets);
  expect(passed(1)).toBeGreaterThan(0.05 * sets);
}, 120_000);
