/**
 * 95 % intervals by the percentile bootstrap, resampled by patient: the images of one patient are alike, so drawing
 * images would make the intervals too narrow. A resample is a whole-number weight for each image, and the rankings are
 * computed once: 2,000 resamples of 1,000 images take well under a second.
 */
import { invariant } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import {
  averagedClasses,
  confusionMatrix,
  confusionMetrics,
  meanDefined,
  mostProbable,
  type Ranking,
  rank,
  rankedAuc,
  rankedAveragePrecision,
  type Scores,
} from './metrics.ts';

export type Interval = readonly [low: number, high: number];

/** The interval of each figure; null where fewer than half of the resamples could compute it. */
export interface Intervals {
  readonly auc: Interval | null;
  readonly averagePrecision: Interval | null;
  readonly accuracy: Interval | null;
  readonly f1: Interval | null;
  readonly sensitivity: Interval | null;
  readonly specificity: Interval | null;
  /** The AUC of each class against the rest. */
  readonly classAuc: readonly (Interval | null)[];
}

type Figure = Exclude<keyof Intervals, 'classAuc'>;

export interface BootstrapOptions {
  readonly decisions?: ArrayLike<number>;
  readonly resamples?: number;
  readonly seed?: number;
}

/** The value below which a part `q` of the sorted `values` lies, linearly interpolated as numpy does. */
export function percentile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = q * (sorted.length - 1);
  const low = Math.floor(position);
  const a = sorted[low] as number;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return a + (b - a) * (position - low);
}

/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** 95 % intervals of the figures of `scores`; `groups` names the patient of each example. */
export function bootstrapIntervals(
  scores: Scores,
  groups: readonly (string | number)[],
  options: BootstrapOptions = {},
): Intervals {
  invariant(groups.length === scores.targets.length, 'bootstrap: one patient for each example');
  const resamples = options.resamples ?? 2000;
  const decisions = options.decisions ?? mostProbable(scores.probabilities, scores.classes);
  const random = Random.seeded(options.seed ?? 0).fork('bootstrap');
  const members = new Map<string | number, number[]>();
  groups.forEach((group, i) => {
    const list = members.get(group);
    if (list === undefined) members.set(group, [i]);
    else list.push(i);
  });
  const patients = [...members.values()];
  const averaged = averagedClasses(scores);
  const rankings = Array.from({ length: scores.classes }, (_, c) => rank(scores, c));
  const averagedRankings = averaged.map((c) => [c, rankings[c] as Ranking] as const);
  const classDraws: number[][] = rankings.map(() => []);
  const draws: Record<Figure, number[]> = {
    auc: [],
    averagePrecision: [],
    accuracy: [],
    f1: [],
    sensitivity: [],
    specificity: [],
  };
  const weights = new Float64Array(scores.targets.length);
  for (let r = 0; r < resamples && patients.length > 0; r++) {
    weights.fill(0);
    for (let k = 0; k < patients.length; k++) {
      for (const i of patients[random.integer(patients.length)] as number[]) weights[i] = (weights[i] as number) + 1;
    }
    const confusion = confusionMetrics(confusionMatrix(scores, decisions, weights), scores.positive);
    const classAuc = rankings.map((ranking, c) => rankedAuc(scores, c, ranking, weights));
    classAuc.forEach((value, c) => {
      if (value !== null) classDraws[c]?.push(value);
    });
    const figures: Record<Figure, number | null> = {
      auc: meanDefined(averaged.map((c) => classAuc[c] as number | null)),
      averagePrecision: meanDefined(
        averagedRankings.map(([c, ranking]) => rankedAveragePrecision(scores, c, ranking, weights)),
      ),
      accuracy: confusion.accuracy,
      f1: confusion.f1,
      sensitivity: confusion.sensitivity,
      specificity: confusion.specificity,
    };
    for (const name of Object.keys(draws) as Figure[]) {
      const value = figures[name];
      if (value !== null) draws[name].push(value);
    }
  }
  const interval = (values: readonly number[]): Interval | null =>
    values.length === 0 || values.length * 2 < resamples
      ? null
      : [percentile(values, 0.025), percentile(values, 0.975)];
  return {
    auc: interval(draws.auc),
    averagePrecision: interval(draws.averagePrecision),
    accuracy: interval(draws.accuracy),
    f1: interval(draws.f1),
    sensitivity: interval(draws.sensitivity),
    specificity: interval(draws.specificity),
    classAuc: classDraws.map(interval),
  };
}
