import type { ReferPromise } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** What a rule of referral promises of the answers that are not referred, and on which cases that was found, in a sentence. */
export function promiseText({
  allowed,
  cases,
  accepted,
  errors,
  bound,
  level,
  patients = accepted,
}: ReferPromise): string {
  const words = i18n.words.judge;
  return words.promise.kept(i18n.percent(allowed, 1), {
    referred: i18n.percent((cases - accepted) / cases, 1),
    cases: words.promise.units[level](cases),
    accepted: i18n.number(accepted),
    errors: i18n.number(errors),
    bound: i18n.percent(bound, 1),
    // Where some have several answers, the bound is no longer that of the counts before it.
    patients: patients === accepted ? null : patients,
  });
}
