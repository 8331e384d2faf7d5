/** What a label says of a finding, and what is made of the ones that a reader was not sure of. */
import { z } from 'zod';

/** What may be said of a finding, as labels are kept; a finding of which nothing is said is not known. */
export const markNames = ['present', 'absent', 'uncertain'] as const;
export type Mark = (typeof markNames)[number];
export const markSchema = z.enum(markNames);

/** A mark as frozen versions keep it; halfway is what somebody was not sure of. */
export const markValues: Readonly<Record<Mark, number>> = { present: 1, absent: 0, uncertain: 0.5 };

/** The mark of a value. */
export function markOfValue(value: number): Mark {
  return value === markValues.uncertain ? 'uncertain' : value > markValues.uncertain ? 'present' : 'absent';
}

/** What uncertain marks count as in training and in figures: not known (left out), present or absent. */
export const uncertainPolicies = ['unknown', 'present', 'absent'] as const;
export type UncertainPolicy = (typeof uncertainPolicies)[number];
export const uncertainPolicySchema = z.enum(uncertainPolicies);

/** The name of the one quantity of a data set of numbers that nobody has named. */
export const defaultQuantity = 'value';

/** Why a finding cannot be judged on some cases: an AUC needs cases with it and cases without. */
export const unjudgedReasons = ['unknown', 'neverPresent', 'neverAbsent'] as const;
export type UnjudgedReason = (typeof unjudgedReasons)[number];
export const unjudgedReasonSchema = z.enum(unjudgedReasons);
export const unjudgedWords: Readonly<Record<UnjudgedReason, string>> = {
  unknown: 'it is known for none of these cases',
  neverPresent: 'it is present in none of these cases',
  neverAbsent: 'it is absent in none of these cases',
};
