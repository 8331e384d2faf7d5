/**
 * Made data sets without images, to ask thousands of them what no single one can tell: how often an interval holds what it claims to hold.
 *
 * A patient is `features` normal numbers of falling size, as summaries of an LPM have a few large directions and many small ones. Patients with and
 * without the finding differ along one direction, so that the best possible answer has the AUC `best`. A head of the linear kind learns from them
 * (logistic regression with a small penalty, by Newton's steps), fold by fold, and the model is the mean of the folds' heads, as in the
 * application. What the model does on fresh patients is asked of as many as one likes: answers of a linear head to normal numbers are normal.
 */
import type { Random } from '../core/base/random.ts';

export interface SimulatedTask {
  readonly patients: number;
  /** AUC of the best possible answer; 0.5 where there is nothing to learn. */
  readonly best: number;
  readonly features: number;
  /** Share of patients with the finding. */
  readonly positives: number;
  readonly folds: number;
  /** How often the patients are dealt to folds anew; out-of-fold answers and heads are means over the times. */
  readonly repeats: number;
}

/** Answers, as logits of the finding, beside what is true. */
export interface Answers {
  readonly targets: Int32Array;
  readonly logits: Float64Array;
}

export interface SimulatedSet {
  /** Of each patient by heads that did not learn from it. */
  readonly outOfFold: Answers;
  /** Of the mean of all heads to so many fresh patients. */
  readonly fresh: (patients: number) => Answers;
  /** Of one head that learned from all patients to so many fresh ones. */
  readonly freshOfRefit: (patients: number) => Answers;
}

interface Head {
  readonly weights: Float64Array;
  readonly bias: number;
}

/** The penalty on squared weights beside the mean loss of a patient. */
const penalty = 0.02;

/** Makes patients, learns from them and answers them out of fold. */
export function simulateSet(task: SimulatedTask, random: Random): SimulatedSet {
  const { patients, features, folds, repeats } = task;
  const sizes = Float64Array.from({ length: features }, (_, j) => (j + 1) ** -0.5);
  const way = Float64Array.from({ length: features }, () => random.normal());
  const length = Math.hypot(...way);
  const apart = Math.SQRT2 * normalQuantile(task.best);
  const shift = way.map((x, j) => (x / length) * (sizes[j] as number) * apart);
  const draw = (target: number): Float64Array =>
    sizes.map((size, j) => size * random.normal() + target * (shift[j] as number));
  const targetsOf = (n: number): Int32Array =>
    Int32Array.from({ length: n }, (_, i) => (i < Math.round(n * task.positives) ? 1 : 0));
  const targets = targetsOf(patients);
  const rows = Array.from(targets, draw);
  const logits = new Float64Array(patients);
  const heads: Head[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOf = deal(targets, folds, random);
    for (let fold = 0; fold < folds; fold++) {
      const learned = rows.flatMap((_, i) => (foldOf[i] === fold ? [] : [i]));
      const head = learnHead(rows, targets, learned);
      heads.push(head);
      rows.forEach((row, i) => {
        if (foldOf[i] === fold) logits[i] = (logits[i] as number) + answer(head, row) / repeats;
      });
    }
  }
  const answersOf =
    (head: Head) =>
    (n: number): Answers => {
      const asked = targetsOf(n);
      const gap = shift.reduce((sum, x, j) => sum + x * (head.weights[j] as number), 0);
      const spread = Math.hypot(...head.weights.map((w, j) => w * (sizes[j] as number)));
      return {
        targets: asked,
        logits: Float64Array.from(asked, (target) => head.bias + target * gap + spread * random.normal()),
      };
    };
  return {
    outOfFold: { targets, logits },
    fresh: answersOf(meanOf(heads)),
    freshOfRefit: answersOf(learnHead(rows, targets, [...rows.keys()])),
  };
}

/** The fold of each patient: both kinds are dealt round in turn, in an order that is drawn. */
function deal(targets: Int32Array, folds: number, random: Random): Int32Array {
  const foldOf = new Int32Array(targets.length);
  let next = 0;
  for (const kind of [1, 0]) {
    for (const i of random.shuffled([...targets.keys()].filter((row) => targets[row] === kind))) {
      foldOf[i] = next++ % folds;
    }
  }
  return foldOf;
}

function answer({ weights, bias }: Head, row: Float64Array): number {
  return weights.reduce((sum, w, j) => sum + w * (row[j] as number), bias);
}

function meanOf(heads: readonly Head[]): Head {
  const [first] = heads as readonly [Head, ...Head[]];
  return {
    weights: first.weights.map(
      (_, j) => heads.reduce((sum, { weights }) => sum + (weights[j] as number), 0) / heads.length,
    ),
    bias: heads.reduce((sum, { bias }) => sum + bias, 0) / heads.length,
  };
}

/** Six of Newton's steps from 0; with the penalty they converge whatever the patients are. */
function learnHead(rows: readonly Float64Array[], targets: Int32Array, learned: readonly number[]): Head {
  const width = (rows[0] as Float64Array).length + 1;
  const head = new Float64Array(width);
  for (let step = 0; step < 6; step++) {
    const slope = head.map((w, j) => (j === 0 ? 0 : penalty * learned.length * w));
    const curve = Array.from({ length: width }, (_, j) => {
      const row = new Float64Array(width);
      row[j] = j === 0 ? 1e-9 : penalty * learned.length;
      return row;
    });
    for (const i of learned) {
      const row = rows[i] as Float64Array;
      let z = head[0] as number;
      for (let j = 1; j < width; j++) z += (head[j] as number) * (row[j - 1] as number);
      const p = 1 / (1 + Math.exp(-z));
      for (let j = 0; j < width; j++) {
        const x = j === 0 ? 1 : (row[j - 1] as number);
        slope[j] = (slope[j] as number) + (p - (targets[i] as number)) * x;
        const own = curve[j] as Float64Array;
        const by = p * (1 - p) * x;
        own[0] = (own[0] as number) + by;
        for (let k = 1; k <= j; k++) own[k] = (own[k] as number) + by * (row[k - 1] as number);
      }
    }
    solve(curve, slope).forEach((change, j) => {
      head[j] = (head[j] as number) - change;
    });
  }
  return { bias: head[0] as number, weights: head.subarray(1) };
}

/** Solves a positive definite system, given by its lower half, by Cholesky's decomposition, in place. */
function solve(matrix: readonly Float64Array[], side: Float64Array): Float64Array {
  const n = side.length;
  for (let j = 0; j < n; j++) {
    const row = matrix[j] as Float64Array;
    for (let k = 0; k <= j; k++) {
      const other = matrix[k] as Float64Array;
      let value = row[k] as number;
      for (let l = 0; l < k; l++) value -= (row[l] as number) * (other[l] as number);
      row[k] = j === k ? Math.sqrt(value) : value / (other[k] as number);
    }
    let value = side[j] as number;
    for (let l = 0; l < j; l++) value -= (row[l] as number) * (side[l] as number);
    side[j] = value / (row[j] as number);
  }
  for (let j = n - 1; j >= 0; j--) {
    let value = side[j] as number;
    for (let l = j + 1; l < n; l++) value -= ((matrix[l] as Float64Array)[j] as number) * (side[l] as number);
    side[j] = value / ((matrix[j] as Float64Array)[j] as number);
  }
  return side;
}

/** The normal quantile, by halving. */
function normalQuantile(q: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < q) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The share of a normal distribution below `x` (Abramowitz and Stegun 7.1.26). */
function normalShare(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const tail = series.reduce((sum, factor) => (sum + factor) * t, 0) * Math.exp((-x * x) / 2);
  return x >= 0 ? 1 - tail / 2 : tail / 2;
}
