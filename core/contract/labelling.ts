/** Labelling with a look ahead: whether more labels would help, and which cases to label next. */
import { z } from 'zod';
import { readingTargetSchema } from './ids.ts';
import { embeddedLpmName, type Method, methodSchema, nameSchema, timeSchema } from './names.ts';
import { targetKindSchema } from './targets.ts';

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]);
const inputSize = z.int().min(32).max(2048).default(512);

/** Methods that train in seconds on what the LPM saw once; the first is taken where nothing says otherwise. */
export const quickMethods = ['attentive', 'linear'] as const satisfies readonly Method[];
export const quickMethodSchema = z.enum(quickMethods);
export type QuickMethod = z.infer<typeof quickMethodSchema>;

export const curveOptionsSchema = z.strictObject({
  dataset: nameSchema,
  lpm: nameSchema.default(embeddedLpmName),
  /** That of the model in use where it is quick, else the first of the quick ones, where left out. */
  method: quickMethodSchema.optional(),
  /** Folds of the training and validation patients, each answered by networks that did not learn from it; 5, or as many as every class allows, where left out. */
  folds: z.int().min(2).max(10).optional(),
  /** How often it is drawn anew who is left out of the smaller sets. */
  repeats: z.int().min(3).max(20).default(5),
  /** Patients to be added in the forecast; as many as there are where they are fewer. */
  more: z.int().min(1).max(1_000_000).default(100),
  seed: count.default(0),
  inputSize,
});
export type CurveOptions = z.input<typeof curveOptionsSchema>;

/**
 * Why nothing is forecast. `fewSizes`: an AUC at fewer than three sizes; `guessing`: the AUC of the largest set may be that of guessing;
 * `scattered`: repeats differ so much that every gain is possible.
 */
export const unfittedReasons = ['fewSizes', 'guessing', 'scattered'] as const;

const curveRowSchema = z.object({
  /** A class or finding; null for the mean over all of them. */
  name: z.string().nullable(),
  /** Patients who have it, of those who were learned from; all of them for the mean. */
  patients: count,
  /** The mean AUC over repeats, a value a size. */
  points: z.array(z.object({ auc: z.number().nullable(), interval: interval.nullable() })),
  /** AUC = ceiling − drop · (patients / unit)^(−rate). */
  law: z.object({ ceiling: z.number(), drop: z.number(), rate: z.number(), unit: z.number() }).nullable(),
  /** The law as drawn: patients and AUC, from the smallest size to where the forecast ends. */
  line: z.array(z.tuple([z.number(), z.number()])),
  /** What the patients to be added would bring. */
  gain: z.object({ value: z.number(), interval }).nullable(),
  /** The AUC that they would bring it to. */
  reached: interval.nullable(),
  unfitted: z.enum(unfittedReasons).nullable(),
});
export type CurveRow = z.infer<typeof curveRowSchema>;

export const curveReportSchema = z.object({
  dataset: z.string(),
  version: z.int().positive(),
  target: targetKindSchema,
  lpm: z.string(),
  method: methodSchema,
  folds: count,
  repeats: count,
  seed: count,
  madeAt: timeSchema,
  /** Of training and validation; nobody of the test part is among them. */
  patients: count,
  images: count,
  /** Patients to be added, as asked, and as far as the forecast goes: no further than twice the patients there are. */
  asked: count,
  more: count,
  /** Shares of the patients and how many of them were learned from, on average over folds. */
  sizes: z.array(z.object({ share: z.number(), patients: z.number() })),
  /** The mean first; then, where they say more than it, each class or finding. */
  rows: z.array(curveRowSchema),
  /** The class or finding that would gain most, where its gain is told from none; null otherwise. */
  helpsMost: z.string().nullable(),
  /** Trainings that were made. */
  trainings: count,
  /** Images that could not be read. */
  failed: count,
});
export type CurveReport = z.infer<typeof curveReportSchema>;

export const orderOptionsSchema = z.strictObject({
  dataset: nameSchema,
  /** That of the model in use, else the one that comes with the program, where left out. */
  lpm: nameSchema.optional(),
  method: quickMethodSchema.default(quickMethods[0]),
  seed: count.default(0),
  inputSize,
});
export type OrderOptions = z.input<typeof orderOptionsSchema>;

/** Patients of each class that must be labelled before cases can be put in order: as many as networks answer each other's patients. */
export const fewestToOrder = 3;

/** What is missing before cases can be put in order: a class, or a finding as present or as absent, with the patients it has. */
export const missingLabelsSchema = z.object({
  name: z.string(),
  mark: z.enum(['present', 'absent']).nullable(),
  patients: count,
});
export type MissingLabels = z.infer<typeof missingLabelsSchema>;

export const orderReportSchema = z.object({
  dataset: z.string(),
  madeAt: timeSchema,
  /** Cases that were put in order, and those with a label that were learned from. */
  cases: count,
  labelled: count,
  /** Images that the LPM read for it. */
  encoded: count,
  /** Images that could not be read; cases of these alone are not in the order. */
  failed: count,
  /** Findings that are known of too few patients to count. */
  left: z.array(z.string()),
});
export type OrderReport = z.infer<typeof orderReportSchema>;

/** The order of a data set as the reader may see it: places, and nothing of what a model says. */
export const readingOrderSchema = z.object({
  isOn: z.boolean(),
  /** After so many new labels the order is made again. */
  every: z.int().positive(),
  /** Labels since the order was made. */
  newLabels: count,
  /** The patients who are missing for a first one. */
  missing: z.array(missingLabelsSchema),
  /** Whether there are names enough to tell apart. */
  hasNames: z.boolean(),
  /** Whether there is something to order by: not for numbers, which have no probabilities. */
  isPossible: z.boolean(),
  order: z
    .object({
      ...{ madeAt: timeSchema, labelled: count, cases: count },
      /** The least certain first; none where the caller has this order. */
      targets: z.array(readingTargetSchema),
    })
    .nullable(),
});
export type ReadingOrder = z.infer<typeof readingOrderSchema>;

/** The default of `every`, and what it may be. */
export const defaultEvery = 10;
export const everySchema = z.int().min(1).max(1000);
