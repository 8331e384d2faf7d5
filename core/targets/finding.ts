/**
 * Several findings at once: a logit for each, sigmoid, binary cross-entropy over the marks that are known, a threshold for each.
 *
 * Of an image some findings may be known and others not; what is not known counts nowhere. Everything that is said of one finding is that of
 * two classes, absent and present, on the images where it is known.
 */
import type { Tensor } from '../base/tensor.ts';
import { type Mark, markNames, markOfValue, markValues, type UncertainPolicy } from '../contract/index.ts';
import { findingDoubts } from '../statistics/doubts.ts';
import {
  chooseThresholds,
  fitFindingsTemperature,
  macroRankings,
  markAccuracy,
  presenceWeights,
  sigmoidRows,
} from '../statistics/findings.ts';
import { poolRows } from '../statistics/pooling.ts';
import { logistic, logit } from '../statistics/proportions.ts';
import type { OperatingPoint, Target } from './target.ts';

/** Where no operating point was chosen, nothing better is known. */
const defaultThreshold = 0.5;

export const findingTarget: Target = {
  fewestNames: 1,
  logits: (names) => names,
  readLabel: (word) => {
    const mark = markOfWord(word);
    if (mark !== undefined) return { label: mark };
    return { problem: `"${word}" says nothing of a finding (allowed: ${markNames.join(', ')}; or 1, 0, -1)` };
  },
  labelValue: (label) => markValues[label as Mark],
  labelScale: () => null,
  labelsOf: (images, { uncertain }) => {
    const width = images[0]?.values.length ?? 0;
    const labels = new Float32Array(images.length * width);
    images.forEach(({ values }, i) => {
      values.forEach((value, k) => {
        labels[i * width + k] = knownMark(value, uncertain);
      });
    });
    return labels;
  },
  labelWord: (value) => markOfValue(value),
  madeTruth: (i, names) => ({ classIndex: null, values: Array.from({ length: names }, (_, k) => (i + k) % 2) }),
  labelWidth: (logits) => logits,
  labelTensors: (labels, rows, logits) => {
    const marks = new Float32Array(rows.length * logits);
    const mask = new Float32Array(rows.length * logits);
    rows.forEach((row, r) => {
      for (let k = 0; k < logits; k++) {
        const mark = labels[row * logits + k] as number;
        if (Number.isNaN(mark)) continue;
        marks[r * logits + k] = mark;
        mask[r * logits + k] = 1;
      }
    });
    const tensor = (data: Float32Array): Tensor => ({ dtype: 'float32', shape: [rows.length, logits], data });
    return { labels: tensor(marks), mask: tensor(mask) };
  },
  strata: () => (own) => new Set(own),
  criteria: ['binary-cross-entropy'],
  guess: (labels, findings) =>
    Float64Array.from({ length: findings }, (_, k) => {
      let [known, present] = [0, 0];
      for (let i = k; i < labels.length; i += findings) {
        if (Number.isNaN(labels[i])) continue;
        known += 1;
        present += labels[i] as number;
      }
      // One that is everywhere the same counts as half an example otherwise: its logit would have no bounds.
      return logit(Math.min(Math.max(present, 0.5), Math.max(known - 0.5, 0.5)) / Math.max(known, 1));
    }),
  balancedWeights: presenceWeights,
  probabilities: sigmoidRows,
  temperature: fitFindingsTemperature,
  sharpened: (probabilities, times) => probabilities.map((p) => logistic(logit(p) * times)),
  poolStudies: poolRows,
  chooseCut: () => null,
  chooseThresholds: (probabilities, marks, findings) => chooseThresholds({ probabilities, marks, findings }),
  decide: (probabilities, _, cut) =>
    Int32Array.from(probabilities, (p) => (p >= (cut?.threshold ?? defaultThreshold) ? 1 : 0)),
  answer: (probabilities, names, point) => {
    const present = names.filter((_, k) => isPresent(probabilities, k, point));
    return present.length === 0 ? noFinding : present.join('; ');
  },
  doubts: findingDoubts,
  validate: (values, marks, findings) => {
    const answers = { probabilities: sigmoidRows(values), marks, findings };
    const { auc } = macroRankings(answers)();
    const halves = new Float64Array(findings).fill(defaultThreshold);
    return { valAuc: auc, valAccuracy: markAccuracy(answers, halves), valScore: auc };
  },
  figures: {},
  columns: (names) =>
    names.flatMap((name, k) => [
      { header: `probability_${name}`, of: (probabilities) => probabilities[k] ?? null },
      {
        header: `decision_${name}`,
        of: (probabilities, point) => (isPresent(probabilities, k, point) ? 'present' : 'absent'),
      },
      { header: `threshold_${name}`, of: (_, point) => point.thresholds[k] ?? null },
    ]),
};

/** The answer where no finding is called present. */
export const noFinding = 'none';

/** What a word of a labels file says of a finding. */
function markOfWord(word: string): Mark | undefined {
  const text = word.trim().toLowerCase();
  const number = text === '' ? Number.NaN : Number(text);
  if (number === 1) return 'present';
  if (number === 0) return 'absent';
  if (number === -1) return 'uncertain';
  return markNames.find((name) => name === text);
}

/** A mark as it is learned: 1 present, 0 absent, NaN not known. */
function knownMark(value: number | null, uncertain: UncertainPolicy): number {
  if (value === null) return Number.NaN;
  if (markOfValue(value) !== 'uncertain') return value;
  return uncertain === 'unknown' ? Number.NaN : markValues[uncertain];
}

function isPresent(probabilities: ArrayLike<number>, k: number, { thresholds }: OperatingPoint): boolean {
  return (probabilities[k] as number) >= (thresholds[k] ?? defaultThreshold);
}
