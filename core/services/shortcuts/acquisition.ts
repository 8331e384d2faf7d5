/**
 * Whether device or site gives the class away, and whether the model lives on that.
 *
 * The first is asked of the labels of the training images alone: how often the class is right when that is guessed which is commonest at the
 * patient's device, compared with labels dealt at random. The second is asked of the model's answers: an AUC over all cases counts pairs of an ill and a healthy case whatever
 * devices they come from; the one within values counts pairs of the same value only, where the device cannot help.
 */

import { Random } from '../../base/random.ts';
import { type AcquisitionResult, acquisitionAttributes } from '../../contract/index.ts';
import { bootstrapInterval, percentile } from '../../statistics/bootstrap.ts';
import { averagedClasses, rank, rankedFigures, type Scores } from '../../statistics/metrics.ts';
import { pairOf } from '../evaluation/judge.ts';
import type { CaseGroup } from '../evaluation/subgroups.ts';
import { acquisitionVerdict } from './rule.ts';

/** Labelled images: the class and the patient of each. */
export interface LabelledCases {
  readonly truths: ArrayLike<number>;
  readonly patients: readonly number[];
}

/** What is known of each attribute that has several values; `training` and `judged` come with the groups that their rows fall into. */
export function acquisitionResults(
  training: LabelledCases & { readonly groups: readonly CaseGroup[] },
  judged: { readonly scores: Scores; readonly patients: readonly number[]; readonly groups: readonly CaseGroup[] },
): AcquisitionResult[] {
  return acquisitionAttributes.flatMap((attribute) => {
    const groups = training.groups.filter((group) => group.attribute === attribute);
    if (groups.length < 2) return [];
    const { guessed, commonest, gain } = guessing(training, groups);
    const within = withinValues(
      judged,
      judged.groups.filter((group) => group.attribute === attribute),
    );
    const verdict = acquisitionVerdict(gain, within.drop, within.withinAuc !== null);
    return [{ attribute, values: groups.length, guessed, commonest, gain, ...within, verdict }];
  });
}

/** How often labels are dealt anew, to see what a value would seem to tell by chance. */
const deals = 2000;

/**
 * How often the class is guessed right with and without the value, counting one image a patient. The gain is what is left of it beyond what labels dealt to
 * the patients at random give (a permutation test): with many values some always seem to know something.
 */
function guessing(
  cases: LabelledCases,
  groups: readonly Pick<CaseGroup, 'rows'>[],
): Pick<AcquisitionResult, 'guessed' | 'commonest' | 'gain'> {
  const seen = new Set<number>();
  const values: number[] = [];
  const truths: number[] = [];
  groups.forEach(({ rows }, value) => {
    for (const row of rows) {
      const patient = cases.patients[row] as number;
      if (seen.has(patient)) continue;
      seen.add(patient);
      values.push(value);
      truths.push(cases.truths[row] as number);
    }
  });
  const guessed = shareByValue(values, truths);
  const random = Random.seeded(0).fork('acquisition');
  const byChance = Array.from({ length: deals }, () => shareByValue(values, random.shuffled(truths)));
  const mean = byChance.reduce((a, b) => a + b, 0) / deals;
  return {
    guessed,
    commonest: shareByValue(
      values.map(() => 0),
      truths,
    ),
    gain: {
      value: guessed - mean,
      interval: [guessed - percentile(byChance, 0.975), guessed - percentile(byChance, 0.025)],
    },
  };
}

/** The share of patients who have the commonest class of their value. */
function shareByValue(values: readonly number[], truths: readonly number[]): number {
  const counts = new Map<number, Map<number, number>>();
  values.forEach((value, i) => {
    const own = counts.get(value) ?? new Map<number, number>();
    counts.set(value, own);
    const truth = truths[i] as number;
    own.set(truth, (own.get(truth) ?? 0) + 1);
  });
  let right = 0;
  for (const own of counts.values()) right += Math.max(...own.values());
  return right / Math.max(1, truths.length);
}

/** The AUC over all pairs, and over pairs within a value, weighted by their number; as a mean over classes where there are more than two. */
function withinValues(
  { scores, patients }: { readonly scores: Scores; readonly patients: readonly number[] },
  groups: readonly Pick<CaseGroup, 'rows'>[],
): Pick<AcquisitionResult, 'auc' | 'withinAuc' | 'drop'> {
  const parts = groups.map(({ rows }) => ({ rows, scores: partOf(scores, rows) }));
  const rankings = averagedClasses(scores).map((c) => ({
    c,
    whole: rank(scores, c),
    parts: parts.map((part) => ({ ...part, ranking: rank(part.scores, c) })),
  }));
  const overall = (weights?: ArrayLike<number>): number | null =>
    meanOf(
      rankings.map(({ whole }) =>
        weights === undefined
          ? rankedFigures(whole).auc
          : rankedFigures(whole, { rows: whole.order, weights: Int32Array.from(weights) }).auc,
      ),
    );
  const within = (weights?: ArrayLike<number>): number | null =>
    meanOf(
      rankings.map(({ c, parts: own }) => {
        let [sum, pairs] = [0, 0];
        for (const { rows, scores: part, ranking } of own) {
          const counts = Int32Array.from(rows, (row) => (weights === undefined ? 1 : (weights[row] as number)));
          const { auc } = rankedFigures(ranking, { rows: ranking.order, weights: counts });
          if (auc === null) continue;
          let [positives, all] = [0, 0];
          counts.forEach((n, i) => {
            all += n;
            if (part.targets[i] === c) positives += n;
          });
          sum += auc * positives * (all - positives);
          pairs += positives * (all - positives);
        }
        return pairs === 0 ? null : sum / pairs;
      }),
    );
  const difference = (weights?: ArrayLike<number>): number | null => {
    const [all, own] = [overall(weights), within(weights)];
    return all === null || own === null ? null : all - own;
  };
  const auc = overall();
  // All cases have one value: their AUC is that within it.
  if (groups.length < 2) return { auc, withinAuc: auc, drop: { value: 0, interval: null } };
  return {
    auc,
    withinAuc: within(),
    drop: { value: difference(), interval: pairOf(bootstrapInterval(patients, difference)) },
  };
}

function partOf({ classes, positive, targets, probabilities }: Scores, rows: readonly number[]): Scores {
  return {
    classes,
    positive,
    targets: rows.map((row) => targets[row] as number),
    probabilities: Float64Array.from(
      rows.flatMap((row) => [...probabilities.subarray(row * classes, (row + 1) * classes)]),
    ),
  };
}

/** The mean where all are defined; a class that a resample lacks leaves the mean undefined. */
function meanOf(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  return (values as number[]).reduce((a, b) => a + b, 0) / values.length;
}
