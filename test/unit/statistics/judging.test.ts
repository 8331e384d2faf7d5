import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { bootstrapIntervals, pairedAucDifference } from '../../../core/statistics/bootstrap.ts';
import { auc, type Scores, softmaxRows } from '../../../core/statistics/metrics.ts';
import { logistic, logit, operatingPoint, wilson } from '../../../core/statistics/proportions.ts';
import { coverageCurve, isReferred } from '../../../core/statistics/refer.ts';
import { fitTemperature, temperatureLoss } from '../../../core/statistics/temperature.ts';

const binary = (positive: readonly number[], targets: readonly number[]): Scores => ({
  classes: 2,
  positive: 1,
  targets,
  probabilities: Float64Array.from(positive.flatMap((p) => [1 - p, p])),
});

/** Cases whose truth follows their probability, so that they are calibrated. */
function calibrated(n: number, seed: number): { logits: Float64Array; targets: number[] } {
  const random = Random.seeded(seed);
  const logits = new Float64Array(2 * n);
  const targets: number[] = [];
  for (let i = 0; i < n; i++) {
    const z = random.normal() * 2;
    logits[2 * i + 1] = z;
    targets.push(random.uniform(0, 1) < logistic(z) ? 1 : 0);
  }
  return { logits, targets };
}

describe('intervals of a threshold', () => {
  test('Wilson gives the worked values: 81 of 263 is 0.255 to 0.366, none of 20 is 0 to 0.161', () => {
    // Newcombe, Statistics in Medicine 17:857 (1998), table I, method 3: 81/263 and 0/20.
    const [low, high] = wilson(81, 263) ?? [0, 0];
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.2553', '0.3662']);
    const none = wilson(0, 20) ?? [1, 1];
    expect([none[0], none[1].toFixed(4)]).toEqual([0, '0.1611']);
  });

  test('at the prevalence of the data, predictive values are plain shares', () => {
    const point = operatingPoint(
      { truePositive: 40, falsePositive: 10, falseNegative: 20, trueNegative: 130 },
      60 / 200,
    );
    expect(point.ppv.value).toBeCloseTo(40 / 50, 12);
    expect(point.npv.value).toBeCloseTo(130 / 150, 12);
    expect(point.positiveLikelihoodRatio.value).toBeCloseTo(40 / 60 / (10 / 140), 12);
  });

  test('a rare finding has a low PPV whatever the sensitivity: 90 % and 95 % at 1 % give 15 %', () => {
    const point = operatingPoint({ truePositive: 90, falsePositive: 5, falseNegative: 10, trueNegative: 95 }, 0.01);
    // 0.9 * 0.01 / (0.9 * 0.01 + 0.05 * 0.99), by hand.
    expect(point.ppv.value).toBeCloseTo(0.009 / (0.009 + 0.0495), 12);
    const [low, high] = point.ppv.interval ?? [0, 1];
    expect(low < 0.1538 && high > 0.1538 && high - low < 0.3).toBe(true);
  });

  test('without one side nothing is claimed; a zero cell still has an interval', () => {
    const oneSided = operatingPoint({ truePositive: 3, falsePositive: 0, falseNegative: 1, trueNegative: 0 }, 0.5);
    expect([oneSided.specificity.value, oneSided.ppv.value, oneSided.sensitivity.value]).toEqual([null, null, 0.75]);
    const perfect = operatingPoint({ truePositive: 10, falsePositive: 0, falseNegative: 0, trueNegative: 10 }, 0.5);
    expect(perfect.ppv.value).toBe(1);
    expect((perfect.ppv.interval ?? [0, 0])[0]).toBeGreaterThan(0.5);
    expect(perfect.positiveLikelihoodRatio.value).toBeNull();
    expect(perfect.negativeLikelihoodRatio).toMatchObject({ value: 0, interval: [0, expect.any(Number)] });
  });
});

describe('temperature', () => {
  test('logits stretched threefold are found to need a temperature near 3; calibrated ones near 1', () => {
    const { logits, targets } = calibrated(4000, 7);
    expect(fitTemperature(logits, targets, 2)).toBeCloseTo(1, 0);
    const stretched = logits.map((z) => 3 * z);
    const fitted = fitTemperature(stretched, targets, 2);
    expect(fitted / fitTemperature(logits, targets, 2)).toBeCloseTo(3, 4);
  });

  test('no neighbour of the fitted temperature has a smaller loss', () => {
    const { logits, targets } = calibrated(300, 3);
    const t = fitTemperature(logits, targets, 2);
    const loss = temperatureLoss(logits, targets, 2, t);
    for (const factor of [0.9, 0.99, 1.01, 1.1])
      expect(temperatureLoss(logits, targets, 2, t * factor)).toBeGreaterThan(loss);
  });
});

describe('referring', () => {
  const scores = binary([0.05, 0.2, 0.46, 0.55, 0.6, 0.96], [0, 0, 1, 0, 1, 1]);

  test('the least sure answers go first, and with them the errors', () => {
    const curve = coverageCurve(scores, { classIndex: 1, threshold: 0.5 });
    expect(curve.map((p) => [p.accepted, p.errors])).toEqual([
      [6, 2],
      [5, 1],
      [4, 0],
      [3, 0],
      [2, 0],
      [1, 0],
    ]);
    const second = curve[2];
    expect(
      [0, 1, 2, 3, 4, 5].filter((i) => isReferred(scores.probabilities.slice(2 * i, 2 * i + 2), second?.band ?? null)),
    ).toEqual([2, 3]);
  });

  test('of more than two classes the highest probability counts', () => {
    expect(isReferred([0.4, 0.35, 0.25], { classIndex: null, low: 0, high: 0.5 })).toBe(true);
    expect(isReferred([0.6, 0.3, 0.1], { classIndex: null, low: 0, high: 0.5 })).toBe(false);
    expect(isReferred([0.4, 0.6], null)).toBe(false);
  });
});

describe('resampling', () => {
  const random = Random.seeded(5);
  const targets = Array.from({ length: 120 }, (_, i) => i % 2);
  const good = targets.map((t) => logistic(2 * t - 1 + random.normal()));
  const noisy = good.map((p) => logistic(logit(p) + 2 * random.normal()));
  const patients = targets.map((_, i) => Math.floor(i / 2));

  test('the band holds the curve, is wide in the middle and closed at the right end', () => {
    const band = bootstrapIntervals(binary(good, targets), patients, { resamples: 300 }).bands[1] ?? [];
    expect(band.length).toBe(51);
    expect(band.every((p) => p.low <= p.high)).toBe(true);
    expect(band.at(-1)).toEqual({ falsePositiveRate: 1, low: 1, high: 1 });
  });

  test('a model compared with itself differs by exactly nothing; a noisier one is worse beyond chance', () => {
    const a = binary(good, targets);
    const b = binary(noisy, targets);
    // Draws that never vary say nothing of how far off the difference may be.
    expect(pairedAucDifference(a, a, patients, { resamples: 200 })).toEqual({ value: 0, interval: null });
    const { value, interval } = pairedAucDifference(a, b, patients, { resamples: 400 });
    expect(value).toBeCloseTo((auc(a) ?? 0) - (auc(b) ?? 0), 12);
    expect((interval ?? [0, 0])[0]).toBeGreaterThan(0);
  });

  test('logits of more classes are softened by their temperature', () => {
    expect([...softmaxRows([0, 0, 0], 3)].map((p) => p.toFixed(3))).toEqual(['0.333', '0.333', '0.333']);
  });
});
