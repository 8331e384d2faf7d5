/**
 * Findings that may occur together: each is a question of its own with two answers, asked of the examples where it is known.
 *
 * `findingScores` makes one finding the `Scores` of two classes, 0 absent and 1 present, of its known rows alone, so that every function of
 * two classes serves it: curves, thresholds, calibration, intervals over patients, bands of referral. What stands here besides is what several
 * findings have together: a table, means over findings, one temperature.
 */
import { invariant } from '../base/errors.ts';
import { atThreshold, youdenThreshold } from './curves.ts';
import { meanDefined, type RankedFigures, rank, rankedFigures, type Scores } from './metrics.ts';
import { logistic } from './proportions.ts';
import { temperatureOfLeast } from './temperature.ts';

/** What was predicted of several findings for n examples, and what was true. */
export interface MarkedScores {
  /** How many there are. */
  readonly findings: number;
  /** 1 present, 0 absent, NaN not known; row by row [n, findings]. */
  readonly marks: ArrayLike<number>;
  /** Of presence, each on its own; row by row [n, findings]. */
  readonly probabilities: Float64Array;
}

/** One finding as two classes. */
export interface FindingScores {
  /** Classes 0 absent and 1 present, which is positive; of the rows where the finding is known. */
  readonly scores: Scores;
  /** Which of the n examples those rows are, in their order: patients and studies of the others belong to none of them. */
  readonly rows: Int32Array;
}

/** One finding at one threshold, on the examples where it is known. */
export interface FindingMetrics {
  readonly known: number;
  readonly present: number;
  /** Null without examples of both kinds. */
  readonly auc: number | null;
  /** Null where it is never present. */
  readonly averagePrecision: number | null;
  /** The mean squared distance of the probability from 1 or 0, as scikit-learn's brier_score_loss; null where it is never known. */
  readonly brier: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
}

/** Probabilities of logits, each on its own, in float64; without an overflow at either end. */
export function sigmoidRows(logits: ArrayLike<number>): Float64Array {
  return Float64Array.from(logits, logistic);
}

/** The known rows of finding `k` as two classes. */
export function findingScores(answers: MarkedScores, k: number): FindingScores {
  const { findings, marks, probabilities } = checked(answers);
  const known: number[] = [];
  for (let i = 0; i * findings < marks.length; i++) if (!Number.isNaN(marks[i * findings + k] as number)) known.push(i);
  const targets = Int32Array.from(known, (i) => {
    const mark = marks[i * findings + k] as number;
    invariant(mark === 0 || mark === 1, 'findings: a mark is 0, 1 or NaN');
    return mark;
  });
  const rows = new Float64Array(2 * known.length);
  known.forEach((i, row) => {
    const p = probabilities[i * findings + k] as number;
    rows[2 * row] = 1 - p;
    rows[2 * row + 1] = p;
  });
  return { scores: { classes: 2, positive: 1, targets, probabilities: rows }, rows: Int32Array.from(known) };
}

/** The figures of each finding; `thresholds` has one value a finding, or is the same for all. */
export function findingMetrics(answers: MarkedScores, thresholds: number | ArrayLike<number> = 0.5): FindingMetrics[] {
  return Array.from({ length: answers.findings }, (_, k) => {
    const { scores } = findingScores(answers, k);
    const threshold = typeof thresholds === 'number' ? thresholds : (thresholds[k] as number);
    return {
      known: scores.targets.length,
      present: presentIn(scores),
      ...rankedFigures(rank(scores, 1)),
      brier: brierOfPresence(scores),
      ...atThreshold(scores, 1, threshold),
    };
  });
}

/** Whether a finding can be judged: it is present in some examples and absent in others. */
export function canBeJudged({ known, present }: Pick<FindingMetrics, 'known' | 'present'>): boolean {
  return present > 0 && present < known;
}

/** The mean of a figure over the findings that can be judged; null where none can. */
export function macroMean(
  metrics: readonly FindingMetrics[],
  figure: Exclude<keyof FindingMetrics, 'known' | 'present'>,
): number | null {
  return meanDefined(metrics.filter(canBeJudged).map((finding) => finding[figure]));
}

/**
 * The mean AUC and average precision over the findings that can be judged, as a function of how often each of the n examples counts (whole
 * numbers; once where left out): rankings are computed once, for intervals over patients (`bootstrapInterval`). A resample in which a
 * finding cannot be judged leaves it out of its mean.
 */
export function macroRankings(answers: MarkedScores): (weights?: ArrayLike<number>) => RankedFigures {
  const rankings = Array.from({ length: answers.findings }, (_, k) => {
    const { scores, rows } = findingScores(answers, k);
    const ranking = rank(scores, 1);
    return { ranking, rows: Int32Array.from(ranking.order, (row) => rows[row] as number) };
  });
  return (weights) => {
    const counts = weights === undefined ? undefined : new Int32Array(weights);
    const figures = rankings
      .map(({ ranking, rows }) => rankedFigures(ranking, counts === undefined ? {} : { rows, weights: counts }))
      .filter(({ auc }) => auc !== null);
    return {
      auc: meanDefined(figures.map(({ auc }) => auc)),
      averagePrecision: meanDefined(figures.map(({ averagePrecision }) => averagePrecision)),
    };
  };
}

/** The threshold of each finding with the greatest sensitivity plus specificity (`youdenThreshold`); 0.5 where it cannot be judged. */
export function chooseThresholds(answers: MarkedScores): number[] {
  return Array.from({ length: answers.findings }, (_, k) => youdenThreshold(findingScores(answers, k).scores, 1));
}

/** 1 where a finding is decided to be present, its probability at or above its threshold, else 0; row by row [n, findings]. */
export function decideFindings(probabilities: ArrayLike<number>, thresholds: ArrayLike<number>): Int32Array {
  return Int32Array.from(probabilities, (p, at) => (p >= (thresholds[at % thresholds.length] as number) ? 1 : 0));
}

/**
 * The share of right decisions among all that are known, at one threshold for all; null where none is known. `weights` count examples more
 * than once.
 */
export function markAccuracy(
  { findings, marks, probabilities }: MarkedScores,
  thresholds: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number | null {
  const decisions = decideFindings(probabilities, thresholds);
  let right = 0;
  let known = 0;
  for (let at = 0; at < marks.length; at++) {
    if (Number.isNaN(marks[at] as number)) continue;
    const weight = weights === undefined ? 1 : (weights[Math.floor(at / findings)] as number);
    known += weight;
    if (decisions[at] === marks[at]) right += weight;
  }
  return known === 0 ? null : right / known;
}

/**
 * The weight of each finding's presence that makes its present examples count as much as its absent ones: absent over present, as torch
 * recommends for `pos_weight`; 1 where it cannot be judged. [findings]
 */
export function presenceWeights(marks: ArrayLike<number>, findings: number): Float32Array {
  const present = new Float64Array(findings);
  const absent = new Float64Array(findings);
  for (let at = 0; at < marks.length; at++) {
    const k = at % findings;
    if (marks[at] === 1) present[k] = (present[k] as number) + 1;
    if (marks[at] === 0) absent[k] = (absent[k] as number) + 1;
  }
  return Float32Array.from(present, (n, k) => (n === 0 || absent[k] === 0 ? 1 : (absent[k] as number) / n));
}

/**
 * The mean binary cross-entropy of what is known under sigmoid(logits / temperature); null where nothing is.
 * @param logits [n, findings]; `marks` like `MarkedScores`
 */
export function findingsTemperatureLoss(
  logits: ArrayLike<number>,
  marks: ArrayLike<number>,
  temperature: number,
): number | null {
  let sum = 0;
  let known = 0;
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at] as number;
    if (Number.isNaN(mark)) continue;
    const z = (logits[at] as number) / temperature;
    sum += Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))) + (1 - mark) * z;
    known++;
  }
  return known === 0 ? null : sum / known;
}

/**
 * The one temperature of all findings, of least loss within [0.5, 20] over every known mark; 1 where nothing is known.
 *
 * One for all and not one each: a finding that is present in a handful of validation cases, or known for few, is no ground for a number of its
 * own, and would be made twice as sure wherever those few are separated. All findings are read from one network at one epoch, so they are
 * overconfident together; a threshold each is what they keep of their own. No ranking changes.
 */
export function fitFindingsTemperature(logits: ArrayLike<number>, marks: ArrayLike<number>): number {
  invariant(logits.length === marks.length, 'temperature: one mark for each logit');
  if (findingsTemperatureLoss(logits, marks, 1) === null) return 1;
  return temperatureOfLeast((temperature) => findingsTemperatureLoss(logits, marks, temperature) as number);
}

function checked(answers: MarkedScores): MarkedScores {
  const { findings, marks, probabilities } = answers;
  invariant(
    marks.length === probabilities.length && marks.length % findings === 0,
    'findings: one mark and one probability of each',
  );
  return answers;
}

function presentIn({ targets }: Scores): number {
  let present = 0;
  for (let i = 0; i < targets.length; i++) present += targets[i] as number;
  return present;
}

/** Half the sum over both classes: each is as far off as the other. */
function brierOfPresence({ targets, probabilities }: Scores): number | null {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += ((probabilities[2 * i + 1] as number) - (targets[i] as number)) ** 2;
  return targets.length === 0 ? null : sum / targets.length;
}
