/**
 * What a model is asked, question by question: to tell each class from each other one. The mean AUC of several classes does not say which of
 * them are confused: with one class separated and two that are not told apart it is above 0.8.
 */
import { type BootstrapOptions, classAucInterval, type Groups, type Interval } from './bootstrap.ts';
import { disjointPairs, exactAucInterval } from './exact.ts';
import { rank, rankedFigures, type Scores } from './metrics.ts';

/** One class against another on their cases alone. */
export interface PairFigures {
  /** Their places in the order of classes. */
  readonly pair: readonly [number, number];
  /** The chance that a case of the second has the higher ratio of its probability to that of the first. */
  readonly auc: number | null;
  readonly interval: Interval | null;
  /** Pairs of their patients that have none in common, as many as they are worth, and whether those are enough to show anything (`couldShow`). */
  readonly pairs: number;
  readonly isEnough: boolean;
}

/**
 * The AUC of every pair of classes that both occur, by the ratio of their two probabilities: what a model says of a third class counts nowhere. With
 * two classes it is their AUC. Intervals hold all together with 95 % (Bonferroni: each is one of 1 - 0.05 / pairs).
 */
export function pairFigures(scores: Scores, groups: Groups, options: BootstrapOptions = {}): PairFigures[] {
  const occurring = Array.from({ length: scores.classes }, (_, c) => c).filter((c) =>
    Array.prototype.includes.call(scores.targets, c),
  );
  const pairs = occurring.flatMap((a, i) => occurring.slice(i + 1).map((b) => [a, b] as const));
  const level = simultaneous(pairs.length);
  return pairs.map((pair) => {
    const own = pairScores(scores, pair);
    const patients = own.rows.map((row) => groups[row] as string | number);
    const numbers = new Map([...new Set(patients)].map((patient, number) => [patient, number]));
    const numbered = patients.map((patient) => numbers.get(patient) as number);
    const disjoint = Math.floor((options.worth ?? 1) * disjointPairs(own.scores, 1, numbered));
    return {
      pair,
      auc: rankedFigures(rank(own.scores, 1)).auc,
      interval: classAucInterval(own.scores, 1, patients, { ...options, level }),
      pairs: disjoint,
      isEnough: couldShow(disjoint, level),
    };
  });
}

/**
 * Whether so many pairs of patients could show that an AUC is above 0.5, if all were ranked rightly (exact.ts): 6 at 95 %. With fewer a bootstrap
 * may claim it all the same, for a ranking that is worse than perfect.
 */
export function couldShow(pairs: number, level = 0.95): boolean {
  return (exactAucInterval(1, pairs, level)?.[0] ?? 0) > 0.5;
}

/** The level of each of so many intervals that all hold together with 95 %. */
export function simultaneous(intervals: number): number {
  return 1 - 0.05 / Math.max(1, intervals);
}

function pairScores(
  { classes, targets, probabilities }: Scores,
  [a, b]: readonly [number, number],
): { readonly scores: Scores; readonly rows: readonly number[] } {
  const rows: number[] = [];
  for (let i = 0; i < targets.length; i++) if (targets[i] === a || targets[i] === b) rows.push(i);
  const own = Float64Array.from(
    rows.flatMap((i) => {
      const [p, q] = [probabilities[i * classes + a] as number, probabilities[i * classes + b] as number];
      // Of two classes the probabilities are as they stand: dividing by a sum of 1 would part ties in their last bits.
      if (classes === 2) return [p, q];
      return p + q === 0 ? [0.5, 0.5] : [p / (p + q), q / (p + q)];
    }),
  );
  return {
    scores: { classes: 2, positive: 1, targets: rows.map((i) => (targets[i] === b ? 1 : 0)), probabilities: own },
    rows,
  };
}
