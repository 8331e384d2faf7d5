/**
 * A number (bone age, a percentage): one logit, learned in units of the training images' mean and deviation, so that the first steps need not
 * find out how large the numbers are.
 */
import type { Tensor } from '../base/tensor.ts';
import { numberDoubts } from '../statistics/doubts.ts';
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from '../statistics/numbers.ts';
import { poolRows } from '../statistics/pooling.ts';
import type { LabelScale, Target, WeightedFigure } from './target.ts';

const ofNumbers =
  (figure: typeof meanAbsoluteError): WeightedFigure =>
  ({ scores, decisions }, weights) =>
    figure(scores.targets, decisions, weights);

export const quantityTarget: Target = {
  fewestNames: 1,
  logits: (names) => names,
  readLabel: (word) => {
    const value = numberOf(word);
    if (value !== null) return { label: String(value) };
    return { problem: `"${word}" is no number` };
  },
  labelValue: (label) => Number(label),
  labelScale: (training) => scaleOf(training.flatMap(({ values: [value] }) => (value == null ? [] : [value]))),
  labelsOf: (images, { scale }) => {
    const { mean, deviation } = scale ?? { mean: 0, deviation: 1 };
    return Float32Array.from(images, ({ values: [value] }) =>
      value == null ? Number.NaN : (value - mean) / deviation,
    );
  },
  labelWord: (value) => String(value),
  madeTruth: (i) => ({ classIndex: null, values: [i] }),
  labelWidth: () => 1,
  labelTensors: (labels, rows) => {
    const data = Float32Array.from(rows, (i) => labels[i] as number);
    const tensor: Tensor = { dtype: 'float32', shape: [rows.length, 1], data };
    return { labels: tensor };
  },
  strata: (all) => {
    const bounds = fifths(all.map(Number));
    return (own) => new Set(own.map((label) => `fifth ${bounds.filter((bound) => Number(label) > bound).length + 1}`));
  },
  criteria: ['mean-squared-error', 'l1', 'smooth-l1'],
  guess: (labels, logits) => {
    const known = [...labels].filter((value) => !Number.isNaN(value));
    return new Float64Array(logits).fill(known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1));
  },
  balancedWeights: (_, logits) => new Float32Array(logits).fill(1),
  probabilities: (values, _, scale) => {
    const { mean, deviation } = scale ?? { mean: 0, deviation: 1 };
    return Float64Array.from(values, (value) => value * deviation + mean);
  },
  temperature: () => 1,
  sharpened: (values) => values,
  poolStudies: poolRows,
  chooseCut: () => null,
  chooseThresholds: () => [],
  decide: (numbers) => Float32Array.from(numbers),
  answer: (numbers) => String(Number((numbers[0] as number).toPrecision(4))),
  doubts: numberDoubts,
  validate: (values, labels) => {
    const error = meanAbsoluteError(labels, values);
    return { valAuc: null, valAccuracy: null, valScore: error === null ? null : -error };
  },
  figures: {
    absoluteError: ofNumbers(meanAbsoluteError),
    rootMeanSquaredError: ofNumbers(rootMeanSquaredError),
    rSquared: ofNumbers(rSquared),
  },
  columns: ([name = 'value']) => [{ header: `predicted_${name}`, of: (numbers) => numbers[0] ?? null }],
};

/** The number that a cell holds: decimal point or comma, no thousands, no unit; null where it holds none. */
function numberOf(word: string): number | null {
  const text = word.trim().replace(',', '.');
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;
}

/** Mean and deviation; of numbers that are all the same, a deviation of 1. */
function scaleOf(values: readonly number[]): LabelScale {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(values.length, 1);
  return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
}

/** The four numbers that divide the sorted values into fifths. */
function fifths(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return [1, 2, 3, 4].map((k) => sorted[Math.floor((k * sorted.length) / 5)] ?? 0);
}
