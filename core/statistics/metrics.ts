/**
 * Figures of merit of a classifier, equal to scikit-learn's.
 *
 * Every figure takes the probabilities as they are (ties count half in the AUC, as in the Mann-Whitney statistic); those of a
 * ranking take a whole-number weight for each example, which is how the bootstrap repeats patients without copying rows.
 * Two classes: AUC, precision, recall, F1, average precision, sensitivity and specificity are those of the positive class, which
 * `Scores` names: its place in the order of classes says nothing. More: the unweighted mean over classes, one against the rest. A figure whose definition divides by zero (an AUC without negatives) is null, never 0.5.
 */
import { invariant } from '../base/errors.ts';

/** What was predicted for n examples, and what was true. */
export interface Scores {
  readonly classes: number;
  /** The positive one of two classes; null with more, where the figures are means over classes. */
  readonly positive: number | null;
  /** The true class of each example, [n]. */
  readonly targets: ArrayLike<number>;
  /** Probabilities, row by row [n, classes]. */
  readonly probabilities: Float64Array;
}

/** Figures that need a decision for each example as well as the probabilities. */
export interface Metrics {
  readonly n: number;
  readonly auc: number | null;
  readonly averagePrecision: number | null;
  readonly accuracy: number | null;
  readonly f1: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly kappaQuadratic: number | null;
  readonly brier: number | null;
  /** Rows are the truth, columns the decision. */
  readonly confusion: readonly (readonly number[])[];
}

/** One class against the rest. */
export interface ClassMetrics {
  readonly n: number;
  readonly auc: number | null;
  readonly averagePrecision: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly precision: number | null;
  readonly f1: number | null;
}

/** Probabilities [n, classes] of logits [n, classes], in float64. */
export function softmaxRows(logits: ArrayLike<number>, classes: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) top = Math.max(top, logits[row + c] as number);
    let total = 0;
    for (let c = 0; c < classes; c++) {
      const e = Math.exp((logits[row + c] as number) - top);
      out[row + c] = e;
      total += e;
    }
    for (let c = 0; c < classes; c++) out[row + c] = (out[row + c] as number) / total;
  }
  return out;
}

/** The most probable class of each row; among equals the first. */
export function mostProbable(probabilities: Float64Array, classes: number): Int32Array {
  const out = new Int32Array(probabilities.length / classes);
  for (let i = 0; i < out.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if ((probabilities[i * classes + c] as number) > (probabilities[i * classes + best] as number)) best = c;
    }
    out[i] = best;
  }
  return out;
}

/** The classes that the headline figures average: the positive one of two, else all. */
export function averagedClasses({ classes, positive }: Pick<Scores, 'classes' | 'positive'>): readonly number[] {
  return positive !== null ? [positive] : Array.from({ length: classes }, (_, c) => c);
}

/** The examples of one class's probability from high to low, with the ends of the groups of equal probability. */
export interface Ranking {
  readonly order: Int32Array;
  /** 1 where the example at that place of `order` is of the class, else 0. */
  readonly isPositive: Uint8Array;
  /** Exclusive end of each group within `order`. */
  readonly groupEnds: Int32Array;
}

/** Ranks the examples by the probability of class `c`. Computed once, used for every resample. */
export function rank(scores: Scores, c: number): Ranking {
  const n = scores.targets.length;
  const column = Float64Array.from({ length: n }, (_, i) => scores.probabilities[i * scores.classes + c] as number);
  const order = Int32Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (column[b] as number) - (column[a] as number) || a - b,
  );
  const ends: number[] = [];
  for (let k = 0; k < n; k++) {
    if (k + 1 === n || column[order[k] as number] !== column[order[k + 1] as number]) ends.push(k + 1);
  }
  const isPositive = Uint8Array.from(order, (i) => (scores.targets[i] === c ? 1 : 0));
  return { order, isPositive, groupEnds: Int32Array.from(ends) };
}

/** What one class's ranking is worth against the rest. */
export interface RankedFigures {
  /** Area under the ROC curve; null where there are no positives or no negatives. */
  readonly auc: number | null;
  /** Sum of precision times gain in recall, without interpolation; null without positives. */
  readonly averagePrecision: number | null;
}

/** How many positives and negatives lie at or above each distinct probability, from the highest down. */
export interface Cumulative {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

export interface RankedOptions {
  /** The place in `weights` of each example from the highest probability down; its row where left out. */
  readonly rows?: Int32Array;
  /** Whole numbers: how often an example counts. Once where left out. */
  readonly weights?: Int32Array;
  /** Filled with the curve, one value for each group of the ranking. */
  readonly curve?: Cumulative;
}

/** AUC and average precision in one pass down the ranking. */
export function rankedFigures(ranking: Ranking, options: RankedOptions = {}): RankedFigures {
  const { isPositive, groupEnds } = ranking;
  const { rows = ranking.order, weights = new Int32Array(rows.length).fill(1), curve } = options;
  let positives = 0;
  let seen = 0;
  let area = 0;
  let precision = 0;
  let k = 0;
  for (let g = 0; g < groupEnds.length; g++) {
    const end = groupEnds[g] as number;
    let all = 0;
    let gained = 0;
    for (; k < end; k++) {
      const weight = weights[rows[k] as number] as number;
      all += weight;
      gained += weight * (isPositive[k] as number);
    }
    area += (all - gained) * (positives + gained / 2);
    positives += gained;
    seen += all;
    if (gained > 0) precision += gained * (positives / seen);
    if (curve !== undefined) {
      curve.positives[g] = positives;
      curve.negatives[g] = seen - positives;
    }
  }
  const negatives = seen - positives;
  return {
    auc: positives === 0 || negatives === 0 ? null : area / (positives * negatives),
    averagePrecision: positives === 0 ? null : precision / positives,
  };
}

/** The mean of what is defined; null when nothing is. */
export function meanDefined(values: readonly (number | null)[]): number | null {
  const defined = values.filter((v) => v !== null);
  return defined.length === 0 ? null : defined.reduce((a, b) => a + b, 0) / defined.length;
}

/** The macro one-against-rest AUC (two classes: that of the positive one). Classes that do not occur are left out of the mean. */
export function auc(scores: Scores): number | null {
  return meanDefined(averagedClasses(scores).map((c) => rankedFigures(rank(scores, c)).auc));
}

/** Counts [truth][decision]. */
export function confusionMatrix(scores: Scores, decisions: ArrayLike<number>): readonly number[][] {
  const table = Array.from({ length: scores.classes }, () => new Array<number>(scores.classes).fill(0));
  for (let i = 0; i < scores.targets.length; i++) {
    const row = table[scores.targets[i] as number];
    invariant(row !== undefined, `metrics: target of example ${i} is no class`);
    const d = decisions[i] as number;
    row[d] = (row[d] as number) + 1;
  }
  return table;
}

/** What follows from the confusion matrix alone. */
export interface ConfusionMetrics {
  readonly accuracy: number | null;
  readonly f1: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
}

/** How decisions count for one class against the rest. */
export interface ClassCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

/** The four counts of class `c` against the rest in a confusion matrix [truth][decision]. */
export function classCounts(confusion: readonly (readonly number[])[], c: number): ClassCounts {
  let truePositive = 0;
  let falsePositive = 0;
  let falseNegative = 0;
  let trueNegative = 0;
  confusion.forEach((row, truth) => {
    row.forEach((count, decision) => {
      if (truth === c && decision === c) truePositive += count;
      else if (decision === c) falsePositive += count;
      else if (truth === c) falseNegative += count;
      else trueNegative += count;
    });
  });
  return { truePositive, falsePositive, falseNegative, trueNegative };
}

const ratio = (a: number, b: number): number | null => (b === 0 ? null : a / b);

/** Accuracy and the class means of precision, recall, F1, sensitivity and specificity (two classes: those of `positive`). */
export function confusionMetrics(confusion: readonly (readonly number[])[], positive: number | null): ConfusionMetrics {
  const classes = confusion.length;
  let total = 0;
  let right = 0;
  confusion.forEach((row, i) => {
    for (const count of row) total += count;
    right += row[i] as number;
  });
  // As scikit-learn: a class that is neither true nor decided is no class; 0/0 within a class counts as 0.
  const tables = averagedClasses({ classes, positive })
    .map((c) => classCounts(confusion, c))
    .filter((t) => positive !== null || t.truePositive + t.falsePositive + t.falseNegative > 0);
  return {
    accuracy: ratio(right, total),
    precision: meanDefined(tables.map((t) => ratio(t.truePositive, t.truePositive + t.falsePositive) ?? 0)),
    recall: meanDefined(tables.map((t) => ratio(t.truePositive, t.truePositive + t.falseNegative) ?? 0)),
    f1: meanDefined(
      tables.map((t) => ratio(2 * t.truePositive, 2 * t.truePositive + t.falsePositive + t.falseNegative) ?? 0),
    ),
    sensitivity: meanDefined(tables.map((t) => ratio(t.truePositive, t.truePositive + t.falseNegative))),
    specificity: meanDefined(tables.map((t) => ratio(t.trueNegative, t.trueNegative + t.falsePositive))),
  };
}

/** Cohen's kappa with quadratic weights (classes are taken as ordered); null when chance agreement is total. */
export function kappaQuadratic(confusion: readonly (readonly number[])[]): number | null {
  const classes = confusion.length;
  const rows = confusion.map((row) => row.reduce((a, b) => a + b, 0));
  const columns = rows.map((_, j) => confusion.reduce((a, row) => a + (row[j] as number), 0));
  const total = rows.reduce((a, b) => a + b, 0);
  let observed = 0;
  let expected = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      const distance = (i - j) ** 2;
      observed += distance * ((confusion[i] as readonly number[])[j] as number);
      expected += (distance * (rows[i] as number) * (columns[j] as number)) / total;
    }
  }
  return expected === 0 || total === 0 ? null : 1 - observed / expected;
}

/** The mean squared distance of the probabilities from the truth, summed over classes (0 best, 2 worst). */
export function brier(scores: Scores): number | null {
  const { classes, targets, probabilities } = scores;
  let sum = 0;
  for (let i = 0; i < targets.length; i++) {
    for (let c = 0; c < classes; c++) {
      sum += ((probabilities[i * classes + c] as number) - (targets[i] === c ? 1 : 0)) ** 2;
    }
  }
  return ratio(sum, targets.length);
}

/** All figures; `decisions` are the classes decided for, by default the most probable. */
export function computeMetrics(
  scores: Scores,
  decisions: ArrayLike<number> = mostProbable(scores.probabilities, scores.classes),
): Metrics {
  const confusion = confusionMatrix(scores, decisions);
  const ranked = averagedClasses(scores).map((c) => rankedFigures(rank(scores, c)));
  return {
    n: scores.targets.length,
    auc: meanDefined(ranked.map(({ auc: value }) => value)),
    averagePrecision: meanDefined(ranked.map(({ averagePrecision }) => averagePrecision)),
    ...confusionMetrics(confusion, scores.positive),
    kappaQuadratic: kappaQuadratic(confusion),
    brier: brier(scores),
    confusion,
  };
}

/** The figures of each class against the rest. */
export function computeClassMetrics(
  scores: Scores,
  decisions: ArrayLike<number> = mostProbable(scores.probabilities, scores.classes),
): readonly ClassMetrics[] {
  const confusion = confusionMatrix(scores, decisions);
  return confusion.map((_, c) => {
    const table = classCounts(confusion, c);
    return {
      n: table.truePositive + table.falseNegative,
      ...rankedFigures(rank(scores, c)),
      sensitivity: ratio(table.truePositive, table.truePositive + table.falseNegative),
      specificity: ratio(table.trueNegative, table.trueNegative + table.falsePositive),
      precision: ratio(table.truePositive, table.truePositive + table.falsePositive),
      f1: ratio(2 * table.truePositive, 2 * table.truePositive + table.falsePositive + table.falseNegative),
    };
  });
}
