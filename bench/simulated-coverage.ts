/**
 * `npm run bench -- --coverage --simulated`: how often the intervals of out-of-fold answers hold what they claim, and the promise of a rule of referral
 * is kept, over many made data sets (simulated-sets.ts), in seconds a row.
 *
 *     npm run bench -- --coverage --simulated                              200 sets of 60, 120 and 300 patients, from no signal to a clear one
 *     npm run bench -- --coverage --simulated --sets 1000 --patients 60 --best 0.5 --features 60 --folds 10
 */
import { Random } from '../core/base/random.ts';
import { accuracyInterval, bootstrapIntervals } from '../core/statistics/bootstrap.ts';
import { youdenThreshold } from '../core/statistics/curves.ts';
import type { Interval } from '../core/statistics/exact.ts';
import { rank, rankedFigures, type Scores } from '../core/statistics/metrics.ts';
import { worthOutOfFold } from '../core/statistics/out-of-fold.ts';
import { promisedReferral } from '../core/statistics/promised-referral.ts';
import { logistic, wilson } from '../core/statistics/proportions.ts';
import { isReferred } from '../core/statistics/refer.ts';
import { type Answers, type SimulatedTask, simulateSet } from './simulated-sets.ts';

/** The error that the rules promise, and fresh patients that each is tried on. */
const allowedError = 0.1;

/** How many sets an interval holds the fresh figure of, and of how many the figure lies above it. */
export interface Held {
  readonly held: number;
  readonly above: number;
}

export interface SimulatedCoverage {
  readonly sets: number;
  /** Means over the sets. */
  readonly outOfFold: number;
  readonly fresh: number;
  readonly refit: number;
  /** AUC: patients counted as independent, counted by their worth, and the latter for a refit. */
  readonly auc: Held;
  readonly aucByWorth: Held;
  readonly aucOfRefit: Held;
  /** At a probability of 0.5, by worth. */
  readonly accuracy: Held;
  readonly sensitivity: Held;
  /** Sensitivity at the threshold that was chosen on the same answers, by worth. */
  readonly chosenSensitivity: Held;
  /** Sets of which a rule promises an error of 10 % at most, and of which it is broken on fresh patients. */
  readonly rules: number;
  readonly broken: number;
}

/** Counts over `sets` made data sets; `resamples` as of the intervals, `fresh` patients for each. */
export function simulatedCoverage(
  task: SimulatedTask,
  { sets, seed, fresh, resamples }: { sets: number; seed: number; fresh: number; resamples: number },
): SimulatedCoverage {
  const random = Random.seeded(seed).fork(JSON.stringify(task));
  const worth = worthOutOfFold(task.folds);
  const everyone = Array.from({ length: task.patients }, (_, i) => i);
  const counts = { auc: none(), aucByWorth: none(), aucOfRefit: none(), accuracy: none(), sensitivity: none() };
  const chosenSensitivity = none();
  const sums = { outOfFold: 0, fresh: 0, refit: 0 };
  let [rules, broken] = [0, 0];
  for (let set = 0; set < sets; set++) {
    const made = simulateSet(task, random);
    const [own, asked, refit] = [made.outOfFold, made.fresh(fresh), made.freshOfRefit(fresh)].map(scoresOf) as [
      Scores,
      Scores,
      Scores,
    ];
    const [auc, aucOfRefit] = [aucOf(asked), aucOf(refit)];
    sums.outOfFold += aucOf(own) / sets;
    sums.fresh += auc / sets;
    sums.refit += aucOfRefit / sets;
    count(counts.auc, bootstrapIntervals(own, everyone, { resamples }).auc, auc);
    const byWorth = bootstrapIntervals(own, everyone, { resamples, worth }).auc;
    count(counts.aucByWorth, byWorth, auc);
    count(counts.aucOfRefit, byWorth, aucOfRefit);
    const right = accuracyInterval(rightAt(own, 0.5), everyone, { resamples, worth });
    count(counts.accuracy, right, shareOf(rightAt(asked, 0.5)));
    const threshold = youdenThreshold(own, 1);
    for (const [counted, at] of [
      [counts.sensitivity, 0.5],
      [chosenSensitivity, threshold],
    ] as const) {
      const found = rightAt(own, at).filter((_, i) => own.targets[i] === 1);
      const interval = wilson(found.filter(Boolean).length, found.length, worth);
      count(counted, interval, shareOf(rightAt(asked, at).filter((_, i) => asked.targets[i] === 1)));
    }
    const rule = promisedReferral(own, { classIndex: 1, threshold }, everyone, allowedError);
    if (rule.band === null) continue;
    rules++;
    const { band } = rule;
    const accepted = rightAt(asked, threshold).filter(
      (_, i) => !isReferred(asked.probabilities.subarray(2 * i, 2 * i + 2), band),
    );
    if (accepted.length > 0 && 1 - shareOf(accepted) > allowedError) broken++;
  }
  return { sets, ...sums, ...counts, chosenSensitivity, rules, broken };
}

/** Prints a line for each number of patients and each strength of signal. */
export function benchSimulatedCoverage(
  asked: Readonly<Record<'sets' | 'patients' | 'best' | 'features', string>> & {
    readonly folds: string;
    readonly repeats: string;
  },
): void {
  const list = (text: string): number[] => text.split(',').map(Number);
  const [sets, features, folds, repeats] = [asked.sets, asked.features, asked.folds, asked.repeats].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  console.log(
    'patients  best AUC  out of fold  fresh  refit | in 95 % interval: AUC as before, AUC, of a refit, accuracy, sensitivity, at the chosen threshold | rules, broken',
  );
  for (const patients of list(asked.patients)) {
    for (const best of list(asked.best)) {
      const task = { patients, best, features, positives: 0.5, folds, repeats };
      const found = simulatedCoverage(task, { sets, seed: 0, fresh: 2000, resamples: 500 });
      const { auc, aucByWorth, aucOfRefit, accuracy, sensitivity, chosenSensitivity } = found;
      const shares = [auc, aucByWorth, aucOfRefit, accuracy, sensitivity, chosenSensitivity].map(({ held }) =>
        `${((100 * held) / sets).toFixed(1)} %`.padStart(7),
      );
      const means = [found.outOfFold, found.fresh, found.refit].map((mean) => mean.toFixed(3));
      console.log(
        `${String(patients).padStart(8)} ${String(best).padStart(9)} ${means.join('  ').padStart(26)} | ${shares.join(' ')} | ${found.rules}, ${found.broken}`,
      );
    }
  }
}

type Counted = { -readonly [K in keyof Held]: Held[K] };

const none = (): Counted => ({ held: 0, above: 0 });

function count(counted: Counted, interval: Interval | null, fresh: number): void {
  if (interval === null) return;
  if (fresh > interval[1]) counted.above++;
  else if (fresh >= interval[0]) counted.held++;
}

function scoresOf({ targets, logits }: Answers): Scores {
  const probabilities = new Float64Array(2 * logits.length);
  logits.forEach((z, i) => {
    probabilities[2 * i] = logistic(-z);
    probabilities[2 * i + 1] = logistic(z);
  });
  return { classes: 2, positive: 1, targets, probabilities };
}

const aucOf = (scores: Scores): number => rankedFigures(rank(scores, 1)).auc as number;

const rightAt = ({ targets, probabilities }: Scores, threshold: number): boolean[] =>
  Array.from(
    { length: targets.length },
    (_, i) => (probabilities[2 * i + 1] as number) >= threshold === (targets[i] === 1),
  );

const shareOf = (isRight: readonly boolean[]): number => isRight.filter(Boolean).length / isRight.length;
