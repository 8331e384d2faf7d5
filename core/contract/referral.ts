/** Which answers go to a reader, and what is promised of the others. */
import { z } from 'zod';
import { evaluationPartSchema } from './names.ts';

const count = z.int().nonnegative();
const level = z.enum(['image', 'study']);

/** What a rule of referral promises, with 95 % certainty, and on what it was found; cases are studies, or images where these have labels of their own. */
export const referPromiseSchema = z.object({
  /** At most this share of the answers that are not referred is wrong. */
  allowed: z.number().gt(0).max(0.5),
  part: evaluationPartSchema,
  level: level,
  pooling: z.enum(['mean', 'max']),
  cases: count,
  accepted: count,
  /** Whose answers the accepted ones are; not in rules that were found when many images of one patient counted for more. */
  patients: count.optional(),
  /** Wrong answers among the accepted. */
  errors: count,
  /** The upper bound of their share, each patient counted alike; at or below `allowed`. */
  bound: z.number(),
});
export type ReferPromise = z.infer<typeof referPromiseSchema>;

/** A band of probabilities of one class; of the highest probability where `className` is null. One that was found for a promise has it. */
export const referBandSchema = z.object({
  className: z.string().nullable(),
  low: z.number(),
  high: z.number(),
  promise: referPromiseSchema.optional(),
});

/** A rule of referral that was looked for: the band that keeps the promise, or why none does. */
export const referralOutcomeSchema = z.object({
  /** Of several findings, the one that it is about. */
  finding: z.string().nullable(),
  allowed: z.number(),
  /** On whose answers. */
  part: evaluationPartSchema,
  level: level,
  /** Whether the model is a refit: then it was found on the answers of other networks, those of the folds. */
  isRefit: z.boolean().optional(),
  band: referBandSchema.required().nullable(),
  refused: z
    .object({
      cases: count,
      patients: count,
      /** With how many patients, all answered rightly, the promise could be made. */
      fewestPatients: count,
      /** The lowest upper bound of the error of any set of surest answers that was tried; null where there are too few to try one. */
      lowestBound: z.number().nullable(),
    })
    .nullable(),
});
export type ReferralOutcome = z.infer<typeof referralOutcomeSchema>;

/** What a stored rule of referral does on the cases of an evaluation. */
export const referralReportSchema = z.object({
  finding: z.string().nullable(),
  band: referBandSchema,
  /** Whether the model is a refit: then its promise was found on the answers of other networks, those of the folds. */
  isRefit: z.boolean().optional(),
  level: level,
  cases: count,
  /** Not referred, and how many of these are wrong. */
  accepted: count,
  errors: count,
  errorInterval: z.tuple([z.number(), z.number()]).nullable(),
});
export type ReferralReport = z.infer<typeof referralReportSchema>;
