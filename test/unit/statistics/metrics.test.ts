import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bootstrapIntervals, percentile } from '../../../core/statistics/bootstrap.ts';
import { expectedCalibrationError, reliabilityBins } from '../../../core/statistics/calibration.ts';
import { atThreshold, decide, prCurve, rocCurve, youdenThreshold } from '../../../core/statistics/curves.ts';
import {
  auc,
  computeClassMetrics,
  computeMetrics,
  rank,
  rankedFigures,
  type Scores,
  softmaxRows,
} from '../../../core/statistics/metrics.ts';
import { poolStudies } from '../../../core/statistics/pooling.ts';
import { hasShared, sharedPath } from '../../support/shared.ts';

interface Fixture {
  logits: number[][];
  target: number[];
  [name: string]: unknown;
}

const binary = (positive: number[], targets: number[]): Scores => ({
  classes: 2,
  positive: 1,
  targets,
  probabilities: Float64Array.from(positive.flatMap((p) => [1 - p, p])),
});

describe.skipIf(!hasShared)('against scikit-learn (needs the reference numbers)', () => {
  test.each(['binary', 'three', 'five', 'ties'])('%s: every figure is equal to 1e-9', (name) => {
    const fixture = JSON.parse(readFileSync(sharedPath('fixtures', 'metrics', `${name}.json`), 'utf8')) as Fixture;
    const classes = fixture.logits[0]?.length ?? 0;
    const probabilities = softmaxRows(fixture.logits.flat(), classes);
    const ours = computeMetrics({
      classes,
      positive: classes === 2 ? 1 : null,
      targets: fixture.target,
      probabilities,
    });
    const pairs: [string, number | null][] = [
      ['accuracy', ours.accuracy],
      ['auc', ours.auc],
      ['f1', ours.f1],
      ['precision', ours.precision],
      ['recall', ours.recall],
      ['kappa_quadratic', ours.kappaQuadratic],
      ['average_precision', ours.averagePrecision],
      ['brier', ours.brier],
    ];
    for (const [key, value] of pairs) {
      expect(Math.abs((value ?? Number.NaN) - (fixture[key] as number)), key).toBeLessThan(1e-9);
    }
    expect(ours.confusion).toEqual(fixture['confusion']);
  });
});

describe('figures worked by hand', () => {
  test('one wrong pair of four gives AUC 0.75, a tie half a pair', () => {
    expect(auc(binary([0.1, 0.6, 0.4, 0.9], [0, 0, 1, 1]))).toBe(0.75);
    expect(auc(binary([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1]))).toBe(0.875);
  });

  test('an AUC without negatives is null, not 0.5', () => {
    expect(auc(binary([0.2, 0.3], [1, 1]))).toBeNull();
  });

  test('whole-number weights equal repeated rows', () => {
    const scores = binary([0.1, 0.6, 0.4, 0.9], [0, 0, 1, 1]);
    const repeated = binary([0.1, 0.6, 0.6, 0.6, 0.4, 0.4], [0, 0, 0, 0, 1, 1]);
    expect(rankedFigures(rank(scores, 1), { weights: Int32Array.of(1, 3, 2, 0) }).auc).toBe(auc(repeated));
  });

  test('sensitivity and specificity are those of class 1', () => {
    const m = computeMetrics(binary([0.9, 0.8, 0.2, 0.6, 0.1], [1, 1, 1, 0, 0]));
    expect([m.sensitivity, m.specificity]).toEqual([2 / 3, 1 / 2]);
    expect(computeClassMetrics(binary([0.9, 0.2], [1, 0])).map((c) => [c.n, c.auc])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});

describe('curves and thresholds', () => {
  const scores = binary([0.1, 0.6, 0.4, 0.9], [0, 0, 1, 1]);

  test('the ROC curve climbs from (0, 0) to (1, 1) through every distinct probability', () => {
    expect(rocCurve(scores, 1).map((p) => [p.falsePositiveRate, p.truePositiveRate])).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ]);
    expect(prCurve(scores, 1).map((p) => p.precision)).toEqual([1, 1 / 2, 2 / 3, 1 / 2]);
  });

  test("Youden's threshold separates what can be separated and lies between the two probabilities", () => {
    const separable = binary([0.1, 0.2, 0.7, 0.9], [0, 0, 1, 1]);
    expect(youdenThreshold(separable, 1)).toBeCloseTo(0.45, 12);
    expect(atThreshold(separable, 1, 0.45)).toEqual({ sensitivity: 1, specificity: 1 });
    expect([...decide(separable.probabilities, 2, { classIndex: 1, threshold: 0.45 })]).toEqual([0, 0, 1, 1]);
    expect([...decide(Float64Array.of(0.2, 0.5, 0.3), 3, null)]).toEqual([1]);
  });
});

describe('calibration', () => {
  test('sure and always right is 0, sure and always wrong is 1', () => {
    expect(expectedCalibrationError(binary([1, 0], [1, 0]))).toBe(0);
    expect(expectedCalibrationError(binary([1, 0], [0, 1]))).toBe(1);
  });

  test('confidence 0.8 that is right in half of the cases is off by 0.3', () => {
    expect(expectedCalibrationError(binary([0.8, 0.8], [1, 0]))).toBeCloseTo(0.3, 12);
    expect(reliabilityBins(binary([0.8, 0.8], [1, 0]))[11]?.n).toBe(2);
  });
});

describe('bootstrap', () => {
  const targets = Array.from({ length: 200 }, (_, i) => i % 2);
  const positive = targets.map((t, i) => 0.5 + (t === 1 ? 0.1 : -0.1) + 0.3 * Math.sin(i * 12.9898));
  const scores = binary(positive, targets);
  const images = targets.map((_, i) => i);

  test('the interval holds the figure itself, and the same seed gives the same interval', () => {
    const a = bootstrapIntervals(scores, images, { resamples: 500, seed: 3 });
    const [low, high] = a.auc ?? [0, 0];
    const value = auc(scores) ?? 0;
    expect(low < value && value < high).toBe(true);
    expect(bootstrapIntervals(scores, images, { resamples: 500, seed: 3 })).toEqual(a);
    expect(bootstrapIntervals(scores, images, { resamples: 500, seed: 4 })).not.toEqual(a);
  });

  test('ten copies of each image of a patient do not narrow the interval', () => {
    const copies = images.flatMap((i) => new Array<number>(10).fill(i));
    const many = binary(
      copies.map((i) => positive[i] as number),
      copies.map((i) => targets[i] as number),
    );
    const width = (x: readonly [number, number] | null) => (x === null ? Number.NaN : x[1] - x[0]);
    const once = width(bootstrapIntervals(scores, images, { resamples: 500 }).auc);
    const byPatient = width(bootstrapIntervals(many, copies, { resamples: 500 }).auc);
    const byImage = width(
      bootstrapIntervals(
        many,
        copies.map((_, i) => i),
        { resamples: 500 },
      ).auc,
    );
    expect(byPatient).toBeCloseTo(once, 12);
    expect(byImage).toBeLessThan(once / 2);
  });

  test('percentiles interpolate', () => {
    expect(percentile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(percentile([7], 0.975)).toBe(7);
  });
});

describe('studies', () => {
  const probabilities = Float64Array.of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4);

  test('the mean of the images, in order of appearance', () => {
    const pooled = poolStudies(probabilities, 2, ['b', 'a', 'b']);
    expect(pooled.studies).toEqual(['b', 'a']);
    expect([...pooled.probabilities].map((p) => Number(p.toFixed(12)))).toEqual([0.75, 0.25, 0.2, 0.8]);
  });

  test('the maximum lets one clear image speak and still sums to 1', () => {
    const pooled = poolStudies(probabilities, 2, ['s', 's', 's'], 'max');
    expect(pooled.probabilities[0]).toBeCloseTo(0.9 / 1.7, 12);
    expect((pooled.probabilities[0] ?? 0) + (pooled.probabilities[1] ?? 0)).toBeCloseTo(1, 12);
  });
});
