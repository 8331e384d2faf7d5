/**
 * When a model may take the place of another without anybody deciding it: pure, so that the whole table of cases is a test.
 *
 * Not worse means that the data rule out a loss of the margin or more: the lower end of the paired 95 % interval is at -margin or above, the rule of a
 * non-inferiority trial (ICH E9, 3.3.2; CONSORT extension, Piaggio 2012). A difference that is merely not significant proves nothing, least of all with few
 * patients. And no subgroup may be left behind: one whose interval lies wholly below -margin stops it.
 */
import type { EstimateView, PromotionVerdict, UntoldReason } from '../../contract/index.ts';

/** Of a subgroup, to have a say. */
export const fewestOfGroup = { patients: 10, rarer: 3 } as const;

/** Whether there are patients enough; `rarer` is null where there are no kinds to be rare. */
export function isEnough(
  { patients, rarer }: { readonly patients: number; readonly rarer: number | null },
  least: { readonly patients: number; readonly rarer: number },
): boolean {
  return patients >= least.patients && (rarer === null || rarer >= least.rarer);
}

/** Whether an interval lies wholly below what may be lost. */
export function isWorse({ interval }: EstimateView, allowedLoss: number): boolean {
  return interval !== null && interval[1] < -allowedLoss;
}

/** What a comparison with the model in use comes to, or with guessing where there is none. `allowedLoss` is in the unit of the gain. */
export function verdictOf(known: {
  readonly isAgainstGuessing: boolean;
  readonly hasEnough: boolean;
  readonly gain: EstimateView;
  readonly allowedLoss: number;
  readonly groups: readonly { readonly isWorse: boolean }[];
}): { readonly verdict: PromotionVerdict; readonly untold: UntoldReason | null } {
  const { interval } = known.gain;
  if (!known.hasEnough || interval === null) return { verdict: 'cannotTell', untold: 'fewPatients' };
  const [low, high] = interval;
  const told = (verdict: PromotionVerdict) => ({ verdict, untold: null });
  if (known.isAgainstGuessing) return told(low > 0 ? 'betterThanGuessing' : 'notBetterThanGuessing');
  if (low >= -known.allowedLoss)
    return told(known.groups.some((group) => group.isWorse) ? 'worseInSubgroup' : 'notWorse');
  // Surely worse, and perhaps by more than is allowed.
  if (high < 0) return told('worse');
  return { verdict: 'cannotTell', untold: 'wideInterval' };
}
