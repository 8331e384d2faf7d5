import { describe, expect, test } from 'vitest';
import { bootstrapInterval, bootstrapIntervals } from '../../../core/statistics/bootstrap.ts';
import {
  canBeJudged,
  chooseThresholds,
  decideFindings,
  findingMetrics,
  findingScores,
  findingsTemperatureLoss,
  fitFindingsTemperature,
  macroMean,
  macroRankings,
  markAccuracy,
  presenceWeights,
  sigmoidRows,
} from '../../../core/statistics/findings.ts';
import { auc, brier, computeMetrics } from '../../../core/statistics/metrics.ts';
import { fitTemperature } from '../../../core/statistics/temperature.ts';

const unknown = Number.NaN;
// Effusion is known of four images, nodule of three, fracture is never present, gas never known.
const marks = [
  [1, 0, 0, unknown],
  [0, unknown, 0, unknown],
  [unknown, 1, 0, unknown],
  [1, unknown, unknown, unknown],
  [0, 1, 0, unknown],
].flat();
const probabilities = Float64Array.from(
  [
    [0.9, 0.2, 0.1, 0.5],
    [0.6, 0.9, 0.2, 0.5],
    [0.5, 0.7, 0.6, 0.5],
    [0.5, 0.4, 0.3, 0.5],
    [0.2, 0.4, 0.4, 0.5],
  ].flat(),
);
const answers = { findings: 4, marks, probabilities };

describe('a finding', () => {
  test('is two classes on the rows where it is known', () => {
    const { scores, rows } = findingScores(answers, 1);
    expect([...rows]).toEqual([0, 2, 4]);
    expect(scores).toMatchObject({ classes: 2, positive: 1 });
    expect([...(scores.targets as Int32Array)]).toEqual([0, 1, 1]);
    expect([...scores.probabilities]).toEqual([0.8, 0.2, 1 - 0.7, 0.7, 0.6, 0.4]);
    expect(auc(scores)).toBe(1);
  });

  test('has figures by hand: three of four pairs are ranked right, and the squares are 0.01, 0.36, 0.25, 0.04', () => {
    const [effusion, nodule, fracture, gas] = findingMetrics(answers);
    expect(effusion?.brier).toBeCloseTo(0.66 / 4, 12);
    expect({ ...effusion, brier: null }).toEqual({
      known: 4,
      present: 2,
      auc: 0.75,
      averagePrecision: (1 + 2 / 3) / 2,
      brier: null,
      sensitivity: 1,
      specificity: 0.5,
    });
    expect(nodule).toMatchObject({ known: 3, present: 2, auc: 1, sensitivity: 0.5, specificity: 1 });
    expect(fracture).toMatchObject({ known: 4, present: 0, auc: null, averagePrecision: null, sensitivity: null });
    expect(fracture?.specificity).toBe(0.75);
    expect(gas).toEqual({
      known: 0,
      present: 0,
      auc: null,
      averagePrecision: null,
      brier: null,
      sensitivity: null,
      specificity: null,
    });
  });

  test('has the figures of two classes, but for a Brier score of presence alone', () => {
    const { scores } = findingScores(answers, 0);
    const [effusion] = findingMetrics(answers);
    expect(computeMetrics(scores)).toMatchObject({ auc: effusion?.auc, averagePrecision: effusion?.averagePrecision });
    expect(brier(scores)).toBeCloseTo(2 * (effusion?.brier as number), 12);
  });

  test('has intervals over the patients whose images were read for it', () => {
    const many = { findings: 1, marks: [], probabilities: new Float64Array() } as {
      findings: number;
      marks: number[];
      probabilities: Float64Array;
    };
    many.marks = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? unknown : i % 2));
    many.probabilities = Float64Array.from({ length: 60 }, (_, i) => 0.3 * (i % 2) + ((i * 37) % 60) / 100);
    const patients = Array.from({ length: 60 }, (_, i) => `patient ${Math.floor(i / 2)}`);
    const { scores, rows } = findingScores(many, 0);
    const own = bootstrapIntervals(
      scores,
      Array.from(rows, (i) => patients[i] as string),
    );
    // The mean over one finding, drawn from all patients: nearly the same interval, though each draw has others.
    const rankings = macroRankings(many);
    const macro = bootstrapInterval(patients, (weights) => rankings(weights).auc);
    expect(rankings().auc).toBe(auc(scores));
    expect(Math.abs((own.auc?.[0] ?? 0) - (macro?.[0] ?? 1))).toBeLessThan(0.03);
    expect(Math.abs((own.auc?.[1] ?? 0) - (macro?.[1] ?? 1))).toBeLessThan(0.03);
  });
});

describe('several findings', () => {
  test('are meant over those that can be judged: one without present images counts in no mean', () => {
    const metrics = findingMetrics(answers);
    expect(metrics.map(canBeJudged)).toEqual([true, true, false, false]);
    expect(macroMean(metrics, 'auc')).toBe(0.875);
    // The specificity of fracture is defined, and is left out all the same.
    expect(macroMean(metrics, 'specificity')).toBe(0.75);
    expect(macroMean(metrics.slice(2), 'brier')).toBeNull();
    expect(macroRankings(answers)()).toEqual({ auc: 0.875, averagePrecision: macroMean(metrics, 'averagePrecision') });
  });

  test('count an image as often as its weight says', () => {
    const weights = [2, 1, 1, 0, 3];
    const rows = weights.flatMap((weight, i) => Array.from({ length: weight }, () => i));
    const of = (list: ArrayLike<number>) => rows.flatMap((i) => Array.from(list).slice(4 * i, 4 * i + 4));
    const repeated = { findings: 4, marks: of(marks), probabilities: Float64Array.from(of(probabilities)) };
    expect(macroRankings(answers)(weights)).toEqual(macroRankings(repeated)());
    const thresholds = [0.5, 0.5, 0.5, 0.5];
    expect(markAccuracy(answers, thresholds, weights)).toBe(markAccuracy(repeated, thresholds));
  });

  test('are decided each by its threshold, and right in 8 of 11', () => {
    const thresholds = [0.5, 0.5, 0.5, 0.5];
    expect([...decideFindings(probabilities, [0.55, 0.3, 0.5, 0.5]).subarray(0, 8)]).toEqual([1, 0, 0, 1, 1, 1, 0, 1]);
    expect(markAccuracy(answers, thresholds)).toBe(8 / 11);
    expect(markAccuracy({ ...answers, marks: marks.map(() => unknown) }, thresholds)).toBeNull();
    const chosen = chooseThresholds(answers);
    expect(chosen[1]).toBeCloseTo(0.3, 12);
    expect(chosen.slice(2)).toEqual([0.5, 0.5]);
  });

  test('weigh presence by how many are absent for each that is present', () => {
    expect([...presenceWeights(marks, 4)]).toEqual([1, 0.5, 1, 1]);
    expect([...presenceWeights([1, 0, 0, 0, unknown], 1)]).toEqual([3]);
  });

  test('have probabilities at both ends of the range of numbers', () => {
    expect([...sigmoidRows([-800, 0, 800])]).toEqual([0, 0.5, 1]);
    // Where 1 - 1 / (1 + e^-z) would be 0.
    expect(sigmoidRows([-40])[0]).toBeCloseTo(Math.exp(-40), 30);
  });
});

describe('the temperature of findings', () => {
  // Sure in all and wrong in a quarter.
  const logits = [4, 4, 4, 4, -4, -4, -4, -4];
  const truths = [1, 1, 1, 0, 0, 0, 0, 1];

  test('makes a probability right as often as it says: 3 of 4 at logit 4', () => {
    const temperature = fitFindingsTemperature(logits, truths);
    expect(temperature).toBeCloseTo(4 / Math.log(3), 5);
    // As two classes whose first logit is 0.
    const pairs = logits.flatMap((z) => [0, z]);
    expect(temperature).toBeCloseTo(fitTemperature(pairs, truths, 2), 6);
  });

  test('is read from known marks alone; without one probabilities stay as they are', () => {
    const gaps = [...truths, unknown, unknown];
    expect(fitFindingsTemperature([...logits, 90, -90], gaps)).toBe(fitFindingsTemperature(logits, truths));
    expect(fitFindingsTemperature([3, -3], [unknown, unknown])).toBe(1);
    expect(findingsTemperatureLoss([3], [unknown], 1)).toBeNull();
    expect(Number.isFinite(findingsTemperatureLoss([-2000], [1], 1))).toBe(true);
  });
});
