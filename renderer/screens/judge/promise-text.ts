import { isRefit, type ModelRecord, type ReferPromise } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** What a rule of referral promises of the answers that are not referred, on which cases that was found, and of a refit on whose answers. */
export function promiseText(
  { allowed, cases, accepted, errors, bound, level, patients = accepted }: ReferPromise,
  model: Pick<ModelRecord, 'folds' | 'networks'>,
): string {
  const words = i18n.words.judge.promise;
  const kept = words.kept(i18n.percent(allowed, 1), {
    referred: i18n.percent((cases - accepted) / cases, 1),
    cases: words.units[level](cases),
    accepted: i18n.number(accepted),
    errors: i18n.number(errors),
    bound: i18n.percent(bound, 1),
    // Where some have several answers, the bound is no longer that of the counts before it.
    patients: patients === accepted ? null : patients,
  });
  return isRefit(model) ? `${kept} ${words.ofFolds}` : kept;
}
