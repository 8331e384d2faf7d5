/**
 * Targets whose label is one name out of several: a logit for each, softmax, cross-entropy, the most probable one or a threshold of two.
 * They differ in what is made of the order of the names.
 */
import { invariant } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import { chooseCut, decide } from '../statistics/curves.ts';
import { classDoubts } from '../statistics/doubts.ts';
import { auc, mostProbable, softmaxRows } from '../statistics/metrics.ts';
import { poolStudies } from '../statistics/pooling.ts';
import { fitTemperature } from '../statistics/temperature.ts';
import type { Labels, Target } from './target.ts';

/** What such targets have in common. */
export const oneOfSeveral = {
  fewestNames: 2,
  logits: (names) => names,
  readLabel: (word) => ({ label: word }),
  labelValue: (label, names) => {
    const index = names.indexOf(label);
    invariant(index >= 0, 'a label is one of the names of its version');
    return index;
  },
  labelWord: (value, names) => nameAt(names, value),
  labelScale: () => null,
  labelsOf: (images) =>
    Int32Array.from(images, ({ classIndex }) => {
      invariant(classIndex !== null, 'an image of a data set of classes has one');
      return classIndex;
    }),
  madeTruth: (i, names) => ({ classIndex: i % names, values: [] }),
  labelWidth: () => 1,
  labelTensors: (labels, rows) => {
    const data = Int32Array.from(rows, (i) => labels[i] as number);
    const tensor: Tensor = { dtype: 'int32', shape: [rows.length], data };
    return { labels: tensor };
  },
  strata: () => (own) => new Set(own),
  criteria: ['cross-entropy', 'label-smoothing', 'focal'],
  // Of a name that does not occur half an example is counted: its logarithm would have no bounds.
  guess: (labels, logits) =>
    countsOf(labels, logits).map((count) => Math.log(Math.max(count, 0.5) / Math.max(labels.length, 1))),
  balancedWeights,
  probabilities: (values, logits) => softmaxRows(values, logits),
  temperature: fitTemperature,
  sharpened: (probabilities, times) =>
    // Logits but for a constant, on which a softmax does not depend.
    Array.from(
      softmaxRows(
        probabilities.map((p) => Math.log(p) * times),
        probabilities.length,
      ),
    ),
  poolStudies,
  chooseCut,
  chooseThresholds: () => [],
  decide,
  answer: (probabilities, names, { cut }) => {
    const [value = 0] = decide(Float64Array.from(probabilities), names.length, cut);
    return nameAt(names, value);
  },
  doubts: classDoubts,
  validate: (values, labels, logits) => {
    const { valAuc, valAccuracy } = validateRows(values, labels, logits);
    return { valAuc, valAccuracy, valScore: valAuc };
  },
  figures: {},
  columns: (names) =>
    names.map((name, index) => ({
      header: `probability_${name}`,
      of: (probabilities) => probabilities[index] ?? null,
    })),
} as const satisfies Target;

function nameAt(names: readonly string[], value: number): string {
  const name = names[value];
  invariant(name !== undefined, 'an answer is one of the names of its model');
  return name;
}

/** Weights that give every name the same say in the loss: n / (names × n of the name), as scikit-learn's 'balanced'; 0 where it does not occur. */
export function balancedWeights(labels: ArrayLike<number>, logits: number): Float32Array {
  return Float32Array.from(countsOf(labels, logits), (count) => (count === 0 ? 0 : labels.length / (logits * count)));
}

/** How often each name occurs. */
function countsOf(labels: ArrayLike<number>, logits: number): Float64Array {
  const counts = new Float64Array(logits);
  for (let i = 0; i < labels.length; i++) counts[labels[i] as number] = (counts[labels[i] as number] ?? 0) + 1;
  return counts;
}

/** AUC and accuracy of validation logits [n, logits], with the answers that they were computed from. */
export function validateRows(values: ArrayLike<number>, labels: Labels, logits: number) {
  const n = labels.length;
  const probabilities = softmaxRows(values, logits);
  const decisions = mostProbable(probabilities, logits);
  const right = decisions.filter((decision, i) => decision === labels[i]).length;
  // Of two names either gives this AUC, so which one is positive need not be known here.
  const scores = { classes: logits, positive: logits === 2 ? 1 : null, targets: labels, probabilities };
  return { valAuc: auc(scores), valAccuracy: right / n, answers: { scores, decisions } };
}
