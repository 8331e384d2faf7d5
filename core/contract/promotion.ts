/** A model in use for a data set: what is known when it is decided, and what is kept of the decision. */
import { z } from 'zod';
import { nameSchema, subgroupAttributeSchema, timeSchema } from './names.ts';
import { targetKindSchema } from './targets.ts';

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]);
const estimate = z.object({ value: z.number().nullable(), interval: interval.nullable() });

/** What two models are compared by: the AUC (of several findings or classes its mean), or of numbers the mean absolute error. */
export const comparedFigures = ['auc', 'absoluteError'] as const;
export type ComparedFigure = (typeof comparedFigures)[number];

/**
 * By how much a model may be worse and still count as not worse: of an AUC that much of it, of an error that share of the error of
 * the model in use, because an error has the unit of the labels.
 */
export const defaultMargins: Readonly<Record<ComparedFigure, number>> = { auc: 0.02, absoluteError: 0.05 };

/**
 * What a comparison came to. `notWorse` and `betterThanGuessing` (of a data set that has no model in use) need no reason; the others
 * need one that is kept.
 */
export const promotionVerdicts = [
  'notWorse',
  'betterThanGuessing',
  'worse',
  'worseInSubgroup',
  'notBetterThanGuessing',
  'cannotTell',
] as const;
export type PromotionVerdict = (typeof promotionVerdicts)[number];

/** Why nothing can be told: too few patients in common, an interval that holds both, other names than the model in use has. */
export const untoldReasons = ['fewPatients', 'wideInterval', 'otherNames'] as const;
export type UntoldReason = (typeof untoldReasons)[number];

/**
 * Fewer patients than these tell nothing, however narrow an interval looks: where both models are right on all of ten patients every
 * resample says so, and the interval of their difference has no width. `rarer` are the patients whose answer is not the commonest one.
 */
export const fewestToTell = { patients: 20, rarer: 5 } as const;

/** The cases of one part, and by how much the new model is better there (of an error: by how much it is smaller). */
const groupGainSchema = z.object({
  attribute: subgroupAttributeSchema,
  /** Empty where it is not known. */
  value: z.string(),
  cases: count,
  patients: count,
  gain: estimate,
  /** Whether its interval lies wholly below the margin. */
  isWorse: z.boolean(),
});
export type GroupGain = z.infer<typeof groupGainSchema>;

export const promotionComparisonSchema = z.object({
  dataset: z.string(),
  model: z.string(),
  /** The model in use that it is compared with; null where there is none, and it is compared with guessing. */
  inUse: z.string().nullable(),
  target: targetKindSchema,
  figure: z.enum(comparedFigures),
  level: z.enum(['study', 'image']),
  /** Test cases that both were asked about, and their patients. */
  cases: count,
  patients: count,
  /**
   * Test cases of the new model that the one in use was not asked about, or was asked about with other images, and those of patients from whom
   * one of the two learned while they were filed under others.
   */
  leftOut: count,
  /** The figure of the new model and of the one in use, on the common cases. */
  own: estimate,
  before: estimate.nullable(),
  /** By how much the new model is better, patient by patient; null where it cannot be computed. */
  gain: estimate,
  /** As it was given or is the default, and in the unit of the gain. */
  margin: z.number(),
  allowedLoss: z.number(),
  /** Each finding or number, where there are several; it has no say in the verdict. */
  names: z.array(z.object({ name: z.string(), gain: estimate })),
  /** Subgroups with patients enough to be judged. */
  groups: z.array(groupGainSchema),
  verdict: z.enum(promotionVerdicts),
  untold: z.enum(untoldReasons).nullable(),
});
export type PromotionComparison = z.infer<typeof promotionComparisonSchema>;

/** Whether a model may be put in use without a reason. */
export function needsNoReason({ verdict }: Pick<PromotionComparison, 'verdict'>): boolean {
  return verdict === 'notWorse' || verdict === 'betterThanGuessing';
}

/** One decision: the newest of a data set says which model is in use. */
export const promotionSchema = z.object({
  dataset: z.string(),
  model: z.string(),
  replaced: z.string().nullable(),
  comparison: promotionComparisonSchema,
  /** Why it was decided so; may be left out where the comparison is reason enough. */
  reason: z.string().nullable(),
  by: z.string(),
  at: timeSchema,
});
export type Promotion = z.infer<typeof promotionSchema>;

export const promoteOptionsSchema = z.strictObject({
  model: nameSchema,
  /** Why it is put in use although it is not shown to be as good. */
  because: z.string().trim().min(1).max(2000).optional(),
  margin: z.number().min(0).max(0.5).optional(),
  /** Who decides. */
  by: z.string().trim().min(1).max(120),
});
export type PromoteOptions = z.input<typeof promoteOptionsSchema>;
