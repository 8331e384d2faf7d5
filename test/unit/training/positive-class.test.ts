/** Figures are about the positive class by its identity: exchanging the order of the two classes changes none. */
import { expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { accuracyInterval, bootstrapIntervals, pairedAucDifference } from '../../../core/statistics/bootstrap.ts';
import { chooseCut, decide } from '../../../core/statistics/curves.ts';
import { computeMetrics, type Scores } from '../../../core/statistics/metrics.ts';
import { coverageCurve, isReferred } from '../../../core/statistics/refer.ts';

/** Cases of which `disease` gives the probability; multiples of 1/64 make 1 - p exact. */
const random = Random.seeded(4);
const cases = Array.from({ length: 60 }, (_, i) => {
  const sick = i % 3 === 0;
  return { sick, disease: Math.min(63, Math.max(1, Math.round(24 + (sick ? 14 : 0) + 10 * random.normal()))) / 64 };
});
const patients = cases.map((_, i) => i >> 1);

/** The same cases with the disease as class `positive`. */
function scoresWith(positive: 0 | 1): Scores {
  return {
    classes: 2,
    positive,
    targets: cases.map(({ sick }) => (sick ? positive : 1 - positive)),
    probabilities: Float64Array.from(
      cases.flatMap(({ disease }) => (positive === 1 ? [1 - disease, disease] : [disease, 1 - disease])),
    ),
  };
}

const [first, second] = [scoresWith(0), scoresWith(1)];

test('sensitivity, specificity and the rest are those of the disease, whichever place it has', () => {
  const cut = 0.5;
  const [a, b] = [first, second].map((scores) => {
    const decisions = decide(scores.probabilities, 2, { classIndex: scores.positive ?? 1, threshold: cut });
    const { confusion: _, ...metrics } = computeMetrics(scores, decisions);
    const { auc, averagePrecision } = bootstrapIntervals(scores, patients, { resamples: 200 });
    const isRight = Array.from(decisions, (decision, i) => decision === scores.targets[i]);
    return { ...metrics, intervals: [auc, averagePrecision, accuracyInterval(isRight, patients, { resamples: 200 })] };
  });
  expect(a).toEqual(b);
  const found = cases.filter(({ sick, disease }) => sick && disease >= cut).length;
  expect(a?.sensitivity).toBe(found / 20);
  expect(a?.sensitivity).not.toBe(a?.specificity);
});

test('the threshold is chosen for the disease, and decides for it', () => {
  const [a, b] = [chooseCut(first), chooseCut(second)];
  expect([a?.classIndex, b?.classIndex]).toEqual([0, 1]);
  expect(a?.threshold).toBe(b?.threshold);
  const decisions = [decide(first.probabilities, 2, a), decide(second.probabilities, 2, b)];
  expect([...(decisions[0] ?? [])].map((d) => 1 - d)).toEqual([...(decisions[1] ?? [])]);
});

test('a threshold of one class is never read as one of the other', () => {
  const cut = { classIndex: 0, threshold: 0.3 };
  const probabilities = Float64Array.of(0.31, 0.69, 0.29, 0.71);
  expect([...decide(probabilities, 2, cut)]).toEqual([0, 1]);
  // The same cut said of the other class decides the same; its number alone would not.
  expect([...decide(probabilities, 2, { classIndex: 1, threshold: 0.7 })]).toEqual([0, 1]);
  expect([...decide(probabilities, 2, { classIndex: 1, threshold: 0.3 })]).toEqual([1, 1]);
});

test('the band of answers for a reader lies around the threshold of its own class', () => {
  const curves = [first, second].map((scores) =>
    coverageCurve(scores, { classIndex: scores.positive ?? 1, threshold: 0.4 }),
  );
  const plain = (index: number) => curves[index]?.map(({ band: { low, high }, ...point }) => ({ ...point, low, high }));
  expect(plain(0)).toEqual(plain(1));
  expect(curves.map((curve) => curve[3]?.band.classIndex)).toEqual([0, 1]);
  expect(isReferred([0.25, 0.75], { classIndex: 0, low: 0.2, high: 0.3 })).toBe(true);
  expect(isReferred([0.25, 0.75], { classIndex: 1, low: 0.2, high: 0.3 })).toBe(false);
});

test('models are compared by the AUC of the disease', () => {
  const worse = { ...first, probabilities: Float64Array.from(first.probabilities, () => 0.5) };
  const difference = pairedAucDifference(first, worse, patients, { resamples: 50 }).value ?? 0;
  expect(difference).toBeCloseTo((computeMetrics(first).auc ?? 0) - 0.5, 12);
});
