/** Labels that a model doubts: cases whose out-of-fold answer contradicts the label, and what readers decided about them. */
import { z } from 'zod';
import { instanceIdSchema, readingTargetSchema, studyIdSchema } from './ids.ts';
import { nameSchema, timeSchema } from './names.ts';
import { targetKindSchema } from './targets.ts';

const count = z.int().nonnegative();

/** What became of a label that was doubted: nobody has looked yet, a reader kept it, it is another one now. */
export const checkStates = ['open', 'kept', 'changed'] as const;
export const checkStateSchema = z.enum(checkStates);
export type CheckState = z.infer<typeof checkStateSchema>;

export const suspectSchema = z.object({
  /** Place in the list, from 1: the strongest contradiction first. */
  rank: z.int().positive(),
  /** What the label was given to. */
  target: readingTargetSchema,
  /** The finding or quantity that it is about; null where an image has one label. */
  question: z.string().nullable(),
  /** An image of it: where to look. */
  instanceId: instanceIdSchema,
  frame: count,
  studyId: studyIdSchema,
  images: z.int().positive(),
  patientID: z.string(),
  studyInstanceUID: z.string(),
  sopInstanceUID: z.string(),
  /** The label that the model was trained with, in words. */
  label: z.string(),
  /** What a network answers that did not learn from it. */
  answer: z.string(),
  /** Its probabilities of the label and of the answer; null of numbers. */
  labelProbability: z.number().nullable(),
  answerProbability: z.number().nullable(),
  /** How far the answer speaks against the label; above 0 in every row (docs/labels-to-check.md). */
  doubt: z.number(),
  state: checkStateSchema,
  /** The label that counts now; null where none does, because it was taken back or readers disagree. */
  labelNow: z.string().nullable(),
  /** Who decided, when; null while open, and where the label was changed without the list. */
  reader: z.string().nullable(),
  decidedAt: timeSchema.nullable(),
});
export type Suspect = z.infer<typeof suspectSchema>;

/** `suspects`. */
export const suspectReportSchema = z.object({
  model: z.string(),
  dataset: z.string(),
  version: z.int().positive(),
  target: targetKindSchema,
  /** Labels that were compared with an answer. */
  labels: count,
  open: count,
  kept: count,
  changed: count,
  suspects: z.array(suspectSchema),
  /** Of the labels on the list of an earlier model that are others since: with how many this model's out-of-fold answer agrees. */
  effect: z.object({ model: z.string(), changed: count, agrees: count }).nullable(),
});
export type SuspectReport = z.infer<typeof suspectReportSchema>;

export const suspectOptionsSchema = z.strictObject({ model: nameSchema });
export type SuspectOptions = z.input<typeof suspectOptionsSchema>;
