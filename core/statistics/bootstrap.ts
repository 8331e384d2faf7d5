/**
 * 95 % intervals by the percentile bootstrap, resampled by patient: the images of one patient are alike, so drawing
 * images would make the intervals too narrow.
 *
 * Every interval of this application comes from the one loop below, with the same number of resamples and the same seed:
 * a figure has one interval, whoever asks. A resample is how often each patient was drawn, and rankings are computed
 * once: 2,000 resamples of 1,000 images take a fraction of a second.
 *
 * Where every resample gives the same figure, the draws say nothing of how far off it may be. Shares and AUCs then have the exact interval of
 * exact.ts; other figures have none.
 */
import { invariant } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { clopperPearson, disjointPairs, exactAucInterval, type Interval } from './exact.ts';
import {
  averagedClasses,
  type Cumulative,
  meanDefined,
  type Ranking,
  rank,
  rankedFigures,
  type Scores,
} from './metrics.ts';

export type { Interval } from './exact.ts';

/** How many times the patients are drawn for an interval. */
export const bootstrapResamples = 2000;
/** Where the draws begin. */
export const bootstrapSeed = 0;

export interface BootstrapOptions {
  readonly resamples?: number;
  readonly seed?: number;
  /** The probability with which an interval is to hold the true value; 0.95 where left out. */
  readonly level?: number;
  /** As how many independent patients each one counts, 1 at most and where left out; of out-of-fold answers less (out-of-fold.ts). */
  readonly worth?: number;
}

/** The patient of each example, or whatever else is drawn as a whole. */
export type Groups = readonly (string | number)[];

/** The interval of sensitivity at one false positive rate. */
export interface BandPoint {
  readonly falsePositiveRate: number;
  readonly low: number;
  readonly high: number;
}

/** The intervals that follow from probabilities alone; null where fewer than half of the resamples could compute a figure that varies. */
export interface Intervals {
  readonly auc: Interval | null;
  readonly averagePrecision: Interval | null;
  /** The AUC of each class against the rest. */
  readonly classAuc: readonly (Interval | null)[];
  /**
   * Of each class, the pointwise band of sensitivity at 51 false positive rates from 0 to 1; empty where the class or the rest does
   * not occur. Between two points of a curve it is interpolated, as the drawn curve is.
   */
  readonly bands: readonly (readonly BandPoint[])[];
}

/** The value below which a part `q` of the sorted `values` lies, linearly interpolated as numpy does. */
export function percentile(values: readonly number[], q: number): number {
  return percentileOfSorted(Float64Array.from(values).sort(), q);
}

function percentileOfSorted(sorted: Float64Array, q: number): number {
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

/** 95 % intervals of the rankings of `scores`; `groups` names the patient of each example. */
export function bootstrapIntervals(scores: Scores, groups: Groups, options: BootstrapOptions = {}): Intervals {
  const patients = numberPatients(groups, scores.targets.length);
  const averaged = averagedClasses(scores);
  const classes = Array.from({ length: scores.classes }, (_, c) => byPatient(rank(scores, c), patients));
  const auc: number[] = [];
  const averagePrecision: number[] = [];
  const classAuc: number[][] = classes.map(() => []);
  const bands = classes.map(() => new BandDraws());
  resamplePatients(patients, options, (drawn) => {
    const found = classes.map(({ ranking, rows, curve }) => rankedFigures(ranking, { rows, weights: drawn, curve }));
    found.forEach(({ auc: value }, c) => {
      if (value === null) return;
      classAuc[c]?.push(value);
      bands[c]?.add(classes[c]?.curve as Cumulative);
    });
    push(auc, meanDefined(averaged.map((c) => found[c]?.auc ?? null)));
    push(averagePrecision, meanDefined(averaged.map((c) => found[c]?.averagePrecision ?? null)));
  });
  const exact = (c: number): Interval | null => exactOfClass(scores, c, patients, options);
  return {
    auc: intervalOf(auc, options, () => meanInterval(averaged.filter((c) => classAuc[c]?.length).map(exact))),
    averagePrecision: intervalOf(averagePrecision, options),
    classAuc: classAuc.map((draws, c) => intervalOf(draws, options, () => exact(c))),
    bands: bands.map((band) => band.points()),
  };
}

/** The 95 % interval of the AUC of class `c` against the rest: that of `bootstrapIntervals`, without the other classes. */
export function classAucInterval(
  scores: Scores,
  c: number,
  groups: Groups,
  options: BootstrapOptions = {},
): Interval | null {
  const patients = numberPatients(groups, scores.targets.length);
  const { ranking, rows } = byPatient(rank(scores, c), patients);
  const draws: number[] = [];
  resamplePatients(patients, options, (weights) => push(draws, rankedFigures(ranking, { rows, weights }).auc));
  return intervalOf(draws, options, () => exactOfClass(scores, c, patients, options));
}

/** The exact interval of the AUC of class `c` against the rest, where its bootstrap does not vary. */
function exactOfClass(
  scores: Scores,
  c: number,
  { of }: Patients,
  { level, worth = 1 }: BootstrapOptions,
): Interval | null {
  const { auc } = rankedFigures(rank(scores, c));
  return auc === null ? null : exactAucInterval(auc, worth * disjointPairs(scores, c, of), level);
}

/**
 * The interval of a mean of AUCs that all are 1 (or all 0, or all 0.5), from their own: what was seen is at most as probable as it is for each of
 * them, so each lies in its interval wherever what was seen is not too rare, and their mean between the means of the ends.
 */
export function meanInterval(intervals: readonly (Interval | null)[]): Interval | null {
  const known = intervals.filter((interval) => interval !== null);
  if (known.length === 0 || known.length < intervals.length) return null;
  const mean = (end: 0 | 1): number => known.reduce((sum, interval) => sum + interval[end], 0) / known.length;
  return [mean(0), mean(1)];
}

/** The 95 % interval of the share of right answers; `isRight` has one value an example. */
export function accuracyInterval(
  isRight: readonly boolean[],
  groups: Groups,
  options: BootstrapOptions = {},
): Interval | null {
  const patients = numberPatients(groups, isRight.length);
  const right = new Int32Array(patients.count);
  const all = new Int32Array(patients.count);
  isRight.forEach((one, i) => {
    const p = patients.of[i] as number;
    all[p] = (all[p] as number) + 1;
    if (one) right[p] = (right[p] as number) + 1;
  });
  const draws: number[] = [];
  resamplePatients(patients, options, (drawn) => {
    let [hits, n] = [0, 0];
    for (let p = 0; p < drawn.length; p++) {
      hits += (drawn[p] as number) * (right[p] as number);
      n += (drawn[p] as number) * (all[p] as number);
    }
    draws.push(hits / n);
  });
  const trials = patients.count * (options.worth ?? 1);
  return intervalOf(draws, options, (share) => clopperPearson(share * trials, trials, options.level));
}

/**
 * AUC of `a` minus AUC of `b` on the same examples in the same order, with its interval over patients; null where all resamples gave the same,
 * unless `exact` knows it.
 */
export function pairedAucDifference(
  a: Scores,
  b: Scores,
  groups: Groups,
  options: BootstrapOptions & { readonly exact?: (difference: number) => Interval } = {},
): { readonly value: number | null; readonly interval: Interval | null } {
  const patients = numberPatients(groups, a.targets.length);
  const pairs = averagedClasses(a).map(
    (c) => [byPatient(rank(a, c), patients), byPatient(rank(b, c), patients)] as const,
  );
  const difference = (weights?: Int32Array): number | null => {
    const of = (which: 0 | 1): number | null =>
      meanDefined(
        pairs.map((pair) => {
          const { ranking, rows } = pair[which];
          return rankedFigures(ranking, weights === undefined ? {} : { rows, weights }).auc;
        }),
      );
    const [first, second] = [of(0), of(1)];
    return first === null || second === null ? null : first - second;
  };
  const draws: number[] = [];
  resamplePatients(patients, options, (weights) => push(draws, difference(weights)));
  const value = difference();
  return {
    value,
    interval: value === null ? null : intervalOf(draws, options, (same) => options.exact?.(same) ?? null),
  };
}

/**
 * The 95 % interval of any figure of examples that count `weights[i]` times; null where fewer than half of the resamples could
 * compute it, and where all gave the same, of which `exact` may know the interval: it is given the figure and as how many independent patients
 * they count.
 */
export function bootstrapInterval(
  groups: Groups,
  figure: (weights: Float64Array) => number | null,
  options: BootstrapOptions & {
    readonly exact?: (figure: number, patients: number) => Interval | null;
  } = {},
): Interval | null {
  const patients = numberPatients(groups, groups.length);
  const weights = new Float64Array(groups.length);
  const draws: number[] = [];
  resamplePatients(patients, options, (drawn) => {
    for (let i = 0; i < weights.length; i++) weights[i] = drawn[patients.of[i] as number] as number;
    push(draws, figure(weights));
  });
  return intervalOf(draws, options, (value) => options.exact?.(value, patients.count * (options.worth ?? 1)) ?? null);
}

interface Patients {
  readonly count: number;
  /** The number of each example's patient, [n]. */
  readonly of: Int32Array;
}

function numberPatients(groups: Groups, examples: number): Patients {
  invariant(groups.length === examples, 'bootstrap: one patient for each example');
  const numbers = new Map<string | number, number>();
  const of = Int32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
  return { count: numbers.size, of };
}

/**
 * Calls `use` for each resample with how often each patient was drawn; the array is the same one each time. One patient alone
 * varies in nothing, which is no certainty: nothing is drawn then, and no interval is given.
 */
function resamplePatients(
  { count }: Patients,
  { resamples = bootstrapResamples, seed = bootstrapSeed, worth = 1 }: BootstrapOptions,
  use: (drawn: Int32Array) => void,
): void {
  if (count < 2) return;
  const random = Random.seeded(seed).fork('bootstrap');
  const drawn = new Int32Array(count);
  const draws = Math.max(2, Math.round(count * worth));
  for (let r = 0; r < resamples; r++) {
    random.tally(drawn, draws);
    use(drawn);
  }
}

function push(draws: number[], value: number | null): void {
  if (value !== null) draws.push(value);
}

/** The interval of draws; where they are all the same, however many there are, what `exact` says of that value. */
function intervalOf(
  draws: readonly number[],
  { resamples = bootstrapResamples, level = 0.95 }: BootstrapOptions,
  exact: (value: number) => Interval | null = () => null,
): Interval | null {
  if (draws.length === 0) return null;
  const sorted = Float64Array.from(draws).sort();
  const [least, greatest] = [sorted[0] as number, sorted[sorted.length - 1] as number];
  // What one formula sums in another order may differ in its last bits.
  if (greatest - least <= 1e-12 * Math.max(1, Math.abs(greatest))) return exact(least);
  if (draws.length * 2 < resamples) return null;
  const tail = (1 - level) / 2;
  return [percentileOfSorted(sorted, tail), percentileOfSorted(sorted, 1 - tail)];
}

/** A ranking whose examples stand for their patients, with room for the curve of one resample. */
interface PatientRanking {
  readonly ranking: Ranking;
  /** The patient of each example from the highest probability down. */
  readonly rows: Int32Array;
  readonly curve: Cumulative;
}

function byPatient(ranking: Ranking, patients: Patients): PatientRanking {
  const points = ranking.groupEnds.length;
  return {
    ranking,
    rows: Int32Array.from(ranking.order, (i) => patients.of[i] as number),
    curve: { positives: new Float64Array(points), negatives: new Float64Array(points) },
  };
}

/** Steps between the false positive rates of a band. */
const bandSteps = 50;

/** Collects the sensitivity of each resample's curve at every false positive rate of a band. */
class BandDraws {
  readonly #draws: number[][] = Array.from({ length: bandSteps + 1 }, () => []);

  /** Takes a curve that has positives and negatives. */
  add({ positives, negatives }: Cumulative): void {
    const last = positives.length - 1;
    const allPositives = positives[last] as number;
    const allNegatives = negatives[last] as number;
    // Before the first point of the curve lies (0, 0).
    let at = -1;
    for (let s = 0; s <= bandSteps; s++) {
      const x = (s / bandSteps) * allNegatives;
      // The highest sensitivity that this false positive rate allows: the curve rises straight up at 0.
      while (at < last && (negatives[at + 1] as number) <= x + 1e-9) at++;
      const [x0, y0] = at < 0 ? [0, 0] : [negatives[at] as number, positives[at] as number];
      const [x1, y1] = at < last ? [negatives[at + 1] as number, positives[at + 1] as number] : [x0, y0];
      const y = x1 > x0 && x > x0 ? y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) : y0;
      this.#draws[s]?.push(y / allPositives);
    }
  }

  points(): BandPoint[] {
    return this.#draws.flatMap((draws, s) => {
      if (draws.length === 0) return [];
      const sorted = Float64Array.from(draws).sort();
      return [
        {
          falsePositiveRate: s / bandSteps,
          low: percentileOfSorted(sorted, 0.025),
          high: percentileOfSorted(sorted, 0.975),
        },
      ];
    });
  }
}
