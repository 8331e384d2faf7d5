/** What a rule of referral promises, in words. */
import { counted } from '../base/counted.ts';
import type { EvaluateReport, ReferralOutcome } from '../contract/index.ts';

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
const unitOf = (level: ReferralOutcome['level']): string => (level === 'study' ? 'studies' : 'images');

/** Whose promise a refit has. */
const ofFolds =
  "That was found on the networks of the folds; the model, a refit, learned from all these patients, and how often it is wrong itself only others' cases tell.";

/** Why no rule keeps the promise, or what the one found does, in a sentence. */
export function referralWords(outcome: ReferralOutcome): string {
  const { finding, allowed, level, band, refused, isRefit } = outcome;
  const about = finding === null ? '' : `${finding}: `;
  if (refused !== null) {
    const { patients, fewestPatients, lowestBound } = refused;
    return patients < fewestPatients
      ? `${about}an error of at most ${percent(allowed)} cannot be promised from ${counted('en', patients, 'patient', 'patients')}; even without a wrong answer it takes ${fewestPatients}.`
      : `${about}an error of at most ${percent(allowed)} cannot be promised: among the surest answers too many are wrong (the lowest upper bound of their error is ${percent(lowestBound ?? 1)}).`;
  }
  const { cases, accepted, errors, bound, patients = accepted } = (band as NonNullable<typeof band>).promise;
  // Where some have several, the bound is no longer that of the counts before it.
  const alike = patients === accepted ? '' : ` over ${counted('en', patients, 'patient', 'patients')} who count alike`;
  const referred = `${cases - accepted} of ${cases} ${unitOf(level)} (${percent((cases - accepted) / cases)})`;
  return (
    `${about}at most ${percent(allowed)} of the answers that are not referred are wrong, with 95 % certainty: ${referred} are referred; of the ` +
    `other ${accepted}, ${errors} were wrong (one-sided upper bound ${percent(bound)}${alike}).${isRefit ? ` ${ofFolds}` : ''}`
  );
}

/** What an interval that reaches above a promise, and begins below it, has to do with it; '' of any other. */
function besidePromise(
  split: EvaluateReport['split'],
  interval: EvaluateReport['referral'][number]['errorInterval'],
  promise: EvaluateReport['referral'][number]['band']['promise'],
): string {
  if (interval === null || promise === undefined) return '';
  if (interval[0] > promise.allowed || interval[1] <= promise.allowed) return '';
  const counted =
    split === 'cross-validation'
      ? ', and counts out-of-fold answers as fewer than they are, because they know of each other'
      : '';
  return ` The interval reaches above the promise without contradicting it: it leaves 2.5 % on either side, where the promise leaves 5 % above alone${counted}.`;
}

/** What the rules of referral promise that were looked for, and what the stored ones do on the cases of an evaluation, one string a line. */
export function referralLines({ split, referral, referralFound }: EvaluateReport): string[] {
  const found = referralFound.map((outcome) =>
    outcome.refused === null
      ? `Rule of referral (${outcome.part}), kept with the model: ${referralWords(outcome)}`
      : `No rule of referral (${outcome.part}): ${referralWords(outcome)} What was stored before stays.`,
  );
  const here = referral.map(
    ({ finding, level, cases, accepted, errors, errorInterval, isRefit, band: { promise } }) => {
      const interval =
        errorInterval === null
          ? ''
          : `; two-sided 95 % interval ${percent(errorInterval[0])} to ${percent(errorInterval[1])}`;
      const wrong =
        accepted === 0
          ? 'none is answered'
          : `of the other ${accepted}, ${errors} are wrong (${percent(errors / accepted)}${interval})`;
      const told =
        promise === undefined
          ? 'no promise'
          : `promised${isRefit ? ' of the networks of the folds, not of this refit' : ''}: at most ${percent(promise.allowed)} wrong`;
      const about = finding === null ? '' : `, ${finding}`;
      return `Refer to a reader${about} (${told}): on the ${split} patients ${cases - accepted} of ${cases} ${unitOf(level)}; ${wrong}.${besidePromise(split, errorInterval, promise)}`;
    },
  );
  return [...found, ...here];
}
