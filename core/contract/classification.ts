/** What a classification answers: of each image and study, and of the whole. */
import { z } from 'zod';
import { problemGroupSchema } from './problems.ts';
import { defaultTarget, targetKindSchema } from './targets.ts';

const count = z.int().nonnegative();
const measure = z.number().nullable();

/** One image or one study of a batch. */
export const predictionSchema = z.object({
  level: z.enum(['image', 'study']),
  path: z.string().nullable(),
  patientID: z.string(),
  studyInstanceUID: z.string(),
  sopInstanceUID: z.string().nullable(),
  frame: count.nullable(),
  images: z.int().positive(),
  /** Of each class or finding; none of a number. */
  probabilities: z.array(z.number()),
  decision: z.string(),
  threshold: z.number().nullable(),
  /** The class whose probability the threshold is about. */
  thresholdClass: z.string().nullable(),
  /** From which probability each finding was called present; none for other targets. */
  findingThresholds: z.array(z.number()).default([]),
  /** The number that a model of numbers answers; null for other targets. */
  value: z.number().nullable().default(null),
  /** What is to go to a reader by the model's rule: the answer, or the findings; null where the model had no rule. */
  referred: z.array(z.string()).nullable().default(null),
  /** The answers of each network of a model of folds, [networks][answers]; empty of one network. */
  foldAnswers: z.array(z.array(z.number())).default([]),
  /** SHA-256 of the file's bytes; null for studies, and for results of before it was kept. */
  contentHash: z.string().nullable(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** What one model answered, of `classify`. */
const modelAnswersSchema = z.object({
  model: z.string(),
  lpmHash: z.string(),
  /** The CSV file; null when none was asked for. */
  out: z.string().nullable(),
  /** Row id of the results in the library; null when it was open for reading. */
  batchId: z.int().nullable(),
  target: targetKindSchema.default(defaultTarget),
  classes: z.array(z.string()),
  /** The threshold that decided and the class it is about; null when the largest probability decided. */
  threshold: z.number().nullable(),
  thresholdClass: z.string().nullable(),
  images: count,
  studies: count,
  /** Images that an earlier call of this command, stopped or killed, had classified already. */
  resumed: count,
  failed: count,
  problems: z.array(problemGroupSchema),
  /** From which probability each finding is called present, in the order of `classes`; none for other targets. */
  findingThresholds: z.array(z.number()).default([]),
  /** How many were decided for each class, or called present for each finding; none for numbers. */
  decisions: z.array(z.object({ name: z.string(), images: count, studies: count })),
  /** How many are to go to a reader by the model's rule; null where it has none. */
  referred: z.object({ images: count, studies: count }).nullable().default(null),
  /** Of a model of folds: its networks, and about how many not all of them answer the same (of numbers null); null of one network. */
  disagreement: z.object({ folds: count, images: measure, studies: measure }).nullable().default(null),
  seconds: z.number(),
  peakMb: z.number().nullable(),
});
/** `classify`. */
export const classifyReportSchema = modelAnswersSchema.extend({
  /** What further models answered about the same images, in the order in which they were named. */
  others: z.array(modelAnswersSchema).default([]),
});
export type ClassifyReport = z.infer<typeof classifyReportSchema>;
