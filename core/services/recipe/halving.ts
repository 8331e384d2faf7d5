/**
 * Successive halving (Jamieson and Talwalkar, arXiv 1502.07943) over the folds of a data set: all candidates answer the first folds, the better
 * ones more of them, the best all. What is halved is folds and not steps, because how long to train is itself searched for.
 *
 * Candidates are compared by their skill, the share of the loss of guessing that their answers take away. It is one figure for classes, findings
 * and numbers, moves with every answer where an AUC moves with changed places only, and tells a model that ranks well but gives every image
 * the same class from one that decides.
 */
import type { Trial } from '../../contract/index.ts';
import { isStuck, type Losses } from '../training/stuck-members.ts';

/** What is known of a candidate. */
export interface Standing {
  readonly candidate: number;
  /** 1 for answers without a fault, 0 for those of guessing, less for worse; minus infinity where a training diverged. */
  readonly skill: number;
  /** Mean AUC of the folds that have one; null where none has. */
  readonly auc: number | null;
}

/** The share of the loss of guessing that answers take away, over all trials given. */
export function skillOf(trials: readonly Pick<Trial, 'loss' | 'guessLoss' | 'answers'>[]): number {
  let [loss, guess] = [0, 0];
  for (const trial of trials) {
    if (trial.loss === null) return Number.NEGATIVE_INFINITY;
    loss += trial.loss * trial.answers;
    guess += trial.guessLoss * trial.answers;
  }
  return guess > 0 ? 1 - loss / guess : 0;
}

/**
 * How candidates stand by their answers to the first `folds` folds, the best first; of equal ones the earlier in the list. Those who did not answer
 * all of these folds are not among them, so all that are compared answered the same patients.
 */
export function standings(trials: readonly Trial[], folds: number): Standing[] {
  // Trainings that ran at once are stored as they ended; sums are made by their places, and come out the same to the last bit.
  const inPlace = trials.toSorted((a, b) => a.fold - b.fold || a.attempt - b.attempt);
  const own = keptTrials(inPlace).filter(({ fold }) => fold < folds);
  const candidates = [...new Set(own.map(({ candidate }) => candidate))].sort((a, b) => a - b);
  return candidates
    .filter((candidate) => own.filter((trial) => trial.candidate === candidate).length === folds)
    .map((candidate) => {
      const mine = own.filter((trial) => trial.candidate === candidate);
      const aucs = mine.flatMap(({ auc }) => (auc === null ? [] : [auc]));
      return {
        candidate,
        skill: skillOf(mine),
        auc: aucs.length === 0 ? null : aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length,
      };
    })
    .sort((a, b) => (a.skill === b.skill ? a.candidate - b.candidate : b.skill - a.skill));
}

/** Of several trainings of a fold the one of least loss over what it learned from, as for the networks of a model; of equal ones the first. */
export function keptTrials(trials: readonly Trial[]): Trial[] {
  const kept = new Map<string, Trial>();
  for (const trial of trials) {
    const key = `${trial.candidate} ${trial.fold}`;
    const best = kept.get(key);
    if (best === undefined || lossOf(trial) < lossOf(best)) kept.set(key, trial);
  }
  return [...kept.values()];
}

function lossOf({ trainLoss }: Trial): number {
  return trainLoss ?? Number.POSITIVE_INFINITY;
}

/**
 * Whether a training of a candidate learned next to nothing while the same recipe learned from other folds: it is no news of the recipe. It is then trained
 * again from another start, as a network of a model would be. One that diverged is not: that is news.
 */
export function isStuckTrial(trial: Trial, trials: readonly Trial[]): boolean {
  const losses = lossesOf(trial);
  const firsts = trials.filter(({ candidate, attempt }) => candidate === trial.candidate && attempt === 1);
  return (
    losses !== undefined &&
    isStuck(
      losses,
      firsts.flatMap((first) => lossesOf(first) ?? []),
    )
  );
}

function lossesOf({ trainLoss, trainGuessLoss: guessLoss }: Trial): Losses | undefined {
  return trainLoss === null ? undefined : { trainLoss, guessLoss };
}

/** The candidates that go on after a round, in the order of the list. */
export function survivors(standing: readonly Standing[], count: number): number[] {
  return standing
    .slice(0, count)
    .map(({ candidate }) => candidate)
    .sort((a, b) => a - b);
}
