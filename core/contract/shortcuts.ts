/** Whether a model's answers hang on what is no finding: a marker in a corner, what lies outside the body, the device. */
import { z } from 'zod';
import { nameSchema, splitSchema, subgroupAttributeSchema, timeSchema } from './names.ts';

const count = z.int().nonnegative();
const estimate = z.object({ value: z.number().nullable(), interval: z.tuple([z.number(), z.number()]).nullable() });

/** What is covered: one corner, all four at once (a marker may stand in two), everything outside the body. */
export const coveredRegions = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight', 'corners', 'outside'] as const;
export const coveredRegionSchema = z.enum(coveredRegions);
export type CoveredRegion = z.infer<typeof coveredRegionSchema>;

/** What of an acquisition may give a class away: of the subgroups those that are about devices and sites, not about patients. */
export const acquisitionAttributes = ['modality', 'manufacturer', 'device', 'institution'] as const;

export const shortcutOptionsSchema = z.strictObject({
  model: nameSchema,
  split: splitSchema.default('test'),
  /** Images of each class, or of each finding, that are answered again with parts covered. */
  perClass: z.int().min(5).max(500).default(24),
  seed: count.default(0),
});
export type ShortcutOptions = z.input<typeof shortcutOptionsSchema>;

const regionResultSchema = z.object({
  region: coveredRegionSchema,
  /** Images that were answered with it covered; of "outside" only those whose body can be told from the background. */
  images: count,
  patients: count,
  /** Of a model of several findings the one that falls most; null for others. */
  name: z.string().nullable(),
  /**
   * By how much the probability of what is true falls when the region is covered, as a mean over classes; of numbers by how much the error grows, in
   * standard deviations of the labels.
   */
  fall: estimate,
  /** The AUC of these images as they are and covered; null where there is none. */
  auc: z.number().nullable(),
  coveredAuc: z.number().nullable(),
  /** Share of images that are decided otherwise; null of numbers. */
  changed: z.number().nullable(),
  /** `untold`: too few images, or patients. */
  verdict: z.enum(['hangsOnIt', 'free', 'untold']),
});
export type RegionResult = z.infer<typeof regionResultSchema>;

const acquisitionResultSchema = z.object({
  attribute: subgroupAttributeSchema,
  /** How many values it has among the training images. */
  values: count,
  /** Share of training patients who have the commonest class of their value, and the commonest class of all. */
  guessed: z.number(),
  commonest: z.number(),
  /** By how much the first is larger than with labels dealt at random, with 95 % of the deals. */
  gain: estimate,
  /** The model's AUC, and that of cases of the same value among themselves; null where no value has cases of both kinds. */
  auc: z.number().nullable(),
  withinAuc: z.number().nullable(),
  /** By how much the second is lower. */
  drop: estimate,
  /** `givesAway`: the class can be told from it; `separates`: and the model is markedly worse within its values. */
  verdict: z.enum(['free', 'givesAway', 'separates']),
});
export type AcquisitionResult = z.infer<typeof acquisitionResultSchema>;

export const shortcutReportSchema = z.object({
  model: z.string(),
  split: splitSchema,
  perClass: count,
  checkedAt: timeSchema,
  images: count,
  patients: count,
  regions: z.array(regionResultSchema),
  /** Empty where the labels are no classes, or where nothing of the acquisition is known or differs. */
  acquisition: z.array(acquisitionResultSchema),
  /** Images that could not be read. */
  failed: count,
});
export type ShortcutReport = z.infer<typeof shortcutReportSchema>;

/** Whether anything in a report is a reason for alarm. */
export function isAlarming({ regions, acquisition }: Pick<ShortcutReport, 'regions' | 'acquisition'>): boolean {
  return (
    regions.some(({ verdict }) => verdict === 'hangsOnIt') || acquisition.some(({ verdict }) => verdict === 'separates')
  );
}
