/**
 * Which answers to refer to a reader so that the error among the others keeps a promise: with 95 % certainty, at most so many of them are wrong.
 *
 * The error of each set of accepted answers has an exact upper bound (Clopper and Pearson, one-sided, patients as the number of trials, as in exact.ts; a
 * hit is the share of a patient's accepted answers that are wrong, so whoever has four hundred images says no more than whoever has one). The widest set whose bound is low enough would be chosen for its luck: of many sets one is often better than it is. So sets are tried in an order
 * that is settled before any error is looked at, from the surest answers on, and the first that fails ends the trial; then whatever passed holds
 * with the certainty of a single test (fixed-sequence testing; Angelopoulos, Bates, Candès, Jordan and Lei, Learn then Test, Annals of Applied Statistics
 * 2025;19:1641-1662). One wrong answer among the surest would end it at once, so it begins anew at twice as many patients, and so on; the 5 % that it
 * may be wrong are shared among these beginnings.
 */
import { invariant } from '../base/errors.ts';
import type { Cut } from './curves.ts';
import { betaQuantile } from './exact.ts';
import type { Scores } from './metrics.ts';
import { bySureness, type ReferBand } from './refer.ts';

/** How sure a promise is. */
export const promiseLevel = 0.95;

/** How many sets are tried on the way from the first to all answers, at most, from each beginning. */
const triedSets = 20;

/** A rule that keeps the promise on the cases that it was found on. */
export interface PromisedReferral {
  readonly band: ReferBand;
  readonly cases: number;
  readonly accepted: number;
  /** Whose answers the accepted ones are. */
  readonly patients: number;
  /** Wrong answers among the accepted. */
  readonly errors: number;
  /** The upper bound of the error among the accepted, each patient counted alike; at or below what was allowed. */
  readonly bound: number;
}

/** Why there is no such rule. */
export interface NoReferral {
  readonly band: null;
  readonly cases: number;
  readonly patients: number;
  /** With how many patients all answered rightly a promise could be made. */
  readonly fewestPatients: number;
  /** The lowest bound that any of the tried sets has; null where there are too few patients to try one. */
  readonly lowestBound: number | null;
}

/** With how many patients, none of them answered wrongly, the upper bound is `allowed` at most: ln(1 - level) / ln(1 - allowed). */
export function fewestForPromise(allowed: number, level = promiseLevel): number {
  return Math.ceil(Math.log(1 - level) / Math.log1p(-allowed) - 1e-9);
}

/** The one-sided upper bound of a share of which `hits` of `n` were seen (parts of a patient count as parts); 1 where all or none were tried. */
export function upperBound(hits: number, n: number, level = promiseLevel): number {
  return hits >= n ? 1 : betaQuantile(level, hits + 1, n - hits);
}

/**
 * The band that refers fewest and keeps the error among the accepted at `allowed` or below, at `promiseLevel`.
 * @param patients whose each example is: the answers to one patient are alike, so patients count, not examples
 */
export function promisedReferral(
  scores: Scores,
  cut: Cut | null,
  patients: ArrayLike<number>,
  allowed: number,
): PromisedReferral | NoReferral {
  invariant(allowed > 0 && allowed < 1, 'referral: the allowed error is a share');
  const n = scores.targets.length;
  const { order, sureness, wrongFrom, bandWithout } = bySureness(scores, cut);
  const { patientsFrom, hitsFrom } = byPatient(order, wrongFrom, patients);
  const all = patientsFrom[0] as number;
  const fewestPatients = fewestForPromise(allowed);
  const { beginnings, level } = beginningsFor(all, allowed);
  const boundFrom = (k: number): number => {
    const accepted = patientsFrom[k] as number;
    return upperBound(hitsFrom[k] as number, accepted, level);
  };
  let best: number | null = null;
  let lowestBound: number | null = null;
  for (const least of beginnings) {
    for (const k of setsFrom(least)) {
      const bound = boundFrom(k);
      lowestBound = Math.min(lowestBound ?? 1, bound);
      if (bound > allowed) break;
      best = Math.min(best ?? n, k);
    }
  }
  if (best === null) return { band: null, cases: n, patients: all, fewestPatients, lowestBound };
  return {
    band: bandWithout(best),
    cases: n,
    accepted: n - best,
    patients: patientsFrom[best] as number,
    errors: wrongFrom[best] as number,
    bound: boundFrom(best),
  };

  /** Sets of accepted answers, each by the place of its least sure one: from the first that is of `least` patients to all. */
  function setsFrom(least: number): number[] {
    let first = n;
    while (first > 0 && (patientsFrom[first] as number) < least) first--;
    const step = Math.max(1, Math.ceil(n / triedSets));
    const places: number[] = [];
    for (let k = first; k > 0; k -= step) places.push(k);
    places.push(0);
    return [...new Set(places.map(wholeFrom))];
  }

  /** Answers that are equally sure are accepted together. */
  function wholeFrom(place: number): number {
    let k = place;
    while (k > 0 && sureness[order[k - 1] as number] === sureness[order[k] as number]) k--;
    return k;
  }
}

/**
 * Of the k-th and all surer answers: how many patients they are of, and the sum over these of their own share that is wrong. The share of all answers
 * times the patients would let one patient with many right answers make up for several with a wrong one.
 */
function byPatient(order: Int32Array, wrongFrom: Int32Array, patients: ArrayLike<number>) {
  const n = order.length;
  const patientsFrom = new Int32Array(n + 1);
  const hitsFrom = new Float64Array(n + 1);
  const seen = new Map<number, { readonly answers: number; readonly wrong: number }>();
  const shareOf = (of: { readonly answers: number; readonly wrong: number } | undefined): number =>
    of === undefined ? 0 : of.wrong / of.answers;
  for (let k = n - 1; k >= 0; k--) {
    const patient = patients[order[k] as number] as number;
    const before = seen.get(patient);
    const isWrong = (wrongFrom[k] as number) - (wrongFrom[k + 1] as number);
    const own = { answers: (before?.answers ?? 0) + 1, wrong: (before?.wrong ?? 0) + isWrong };
    seen.set(patient, own);
    patientsFrom[k] = seen.size;
    hitsFrom[k] = (hitsFrom[k + 1] as number) + shareOf(own) - shareOf(before);
  }
  return { patientsFrom, hitsFrom };
}

/** From how many patients on sets are tried, each at the level that all of them together leave; none where the patients do not suffice. */
function beginningsFor(patients: number, allowed: number): { readonly beginnings: number[]; readonly level: number } {
  let found: { beginnings: number[]; level: number } = { beginnings: [], level: promiseLevel };
  for (let count = 1; ; count++) {
    const level = 1 - (1 - promiseLevel) / count;
    const fewest = fewestForPromise(allowed, level);
    if (fewest * 2 ** (count - 1) > patients) return found;
    found = { beginnings: Array.from({ length: count }, (_, j) => fewest * 2 ** j), level };
  }
}
