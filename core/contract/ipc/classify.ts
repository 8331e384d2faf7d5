/** Calls about classifying: batches and their results, watched folders, results files. */
import { z } from 'zod';
import { foldAgreementSchema } from '../fold-agreement.ts';
import { instanceIdSchema, studyIdSchema } from '../ids.ts';
import { jobViewSchema } from '../jobs.ts';
import { nameSchema } from '../names.ts';
import { deleteBatchReportSchema } from '../results/maintenance.ts';
import { targetKindSchema } from '../targets.ts';
import { defineCalls, defineEvents, nothing } from './call.ts';

/** One batch, or everything that came out of a watched folder. */
export const batchChoiceSchema = z.union([z.strictObject({ batch: z.int() }), z.strictObject({ watch: z.int() })]);

export const batchViewSchema = z.object({
  id: z.int(),
  jobId: z.int().nullable(),
  model: z.string(),
  watchId: z.int().nullable(),
  createdAt: z.string(),
  studies: z.int(),
  images: z.int(),
  failed: z.int(),
});
export type BatchView = z.infer<typeof batchViewSchema>;

/** A classified study. What the library does not know of it is null. */
export const studyResultSchema = z.object({
  studyInstanceUID: z.string(),
  /** Row id, for the screens that open it. */
  studyId: studyIdSchema.nullable(),
  /** As people may see it: null also for a key that the library made of a study, a folder or a picture. */
  patientKey: z.string().nullable(),
  patientName: z.string().nullable(),
  /** As the library keeps it. */
  studyDate: z.string().nullable(),
  modality: z.string().nullable(),
  instanceId: instanceIdSchema.nullable(),
  frame: z.int(),
  images: z.int(),
  /** One a class or finding, in the order of `classes`; none of a number. */
  probabilities: z.array(z.number()),
  /** Whether each finding was called present; empty for other targets. */
  isPresent: z.array(z.boolean()),
  /** The number that was answered; null for other targets. */
  value: z.number().nullable(),
  decision: z.string(),
  /** Probability of the class that was decided for; null where each name is a question. */
  confidence: z.number().nullable(),
  /** Whether the answer lies in the model's "refer to a reader" band, or that of one of its findings; null when the model has none. */
  isReferred: z.boolean().nullable(),
  /** The answer, or the findings, that are to go to a reader. */
  referred: z.array(z.string()),
  /** Of a model of folds, how far its networks agree about each answer; empty of one network. */
  folds: z.array(foldAgreementSchema),
});
export type StudyResult = z.infer<typeof studyResultSchema>;

export const batchFailureSchema = z.object({
  batchId: z.int(),
  path: z.string(),
  member: z.string(),
  code: z.string(),
  message: z.string(),
  action: z.string(),
});

export const batchResultsSchema = z.object({
  model: z.string(),
  lpm: z.string().nullable(),
  lpmHash: z.string(),
  target: targetKindSchema,
  /** The thresholds that decided, each with its class or finding, newest last; none where the most probable class decided. */
  thresholds: z.array(z.object({ className: z.string(), threshold: z.number() })),
  classes: z.array(z.string()),
  /** The positive one of two classes; null with more. */
  positiveClass: z.string().nullable(),
  createdAt: z.string(),
  studies: z.array(studyResultSchema),
  failures: z.array(batchFailureSchema),
});
export type BatchResults = z.infer<typeof batchResultsSchema>;

export const watchViewSchema = z.object({
  id: z.int(),
  folder: z.string(),
  model: z.string(),
  dataset: z.string().nullable(),
  isActive: z.boolean(),
  createdAt: z.string(),
  /** Files taken so far. */
  taken: z.int(),
  lastAt: z.string().nullable(),
  /** Files that are there and not taken yet, most of them because they are still being copied. */
  waiting: z.int(),
  problem: z.object({ message: z.string(), action: z.string() }).nullable(),
});
export type WatchView = z.infer<typeof watchViewSchema>;

const watchId = z.strictObject({ id: z.int() });

export const classifyCalls = defineCalls({
  'classify.start': {
    doc: 'Queues a classification and gives its job; with `addTo` the files are imported into that data set first.',
    input: z.strictObject({
      model: nameSchema,
      paths: z.array(z.string().min(1)).default([]),
      studyIds: z.array(studyIdSchema).default([]),
      dataset: nameSchema.optional(),
      addTo: nameSchema.nullable().default(null),
    }),
    output: jobViewSchema,
  },
  'classify.batches': {
    doc: 'What was classified so far, newest first.',
    input: nothing,
    output: z.array(batchViewSchema),
  },
  'classify.results': {
    doc: 'Every study of a batch, or of all batches of a watched folder, and the files that could not be used.',
    input: batchChoiceSchema,
    output: batchResultsSchema,
  },
  'classify.retry': {
    doc: 'Queues the files that a batch could not use again, with the same model.',
    input: z.strictObject({ batch: z.int() }),
    output: jobViewSchema,
  },
  'classify.export': {
    doc: 'Writes results as a CSV file or as a page that can be read and printed anywhere.',
    input: z.strictObject({ choice: batchChoiceSchema, format: z.enum(['csv', 'html']), path: z.string().min(1) }),
    output: z.null(),
  },
  'classify.delete': {
    doc: 'Deletes results: the predictions, and the paths of files that could not be used. Images of the library stay.',
    input: batchChoiceSchema,
    output: deleteBatchReportSchema,
  },
  'watches.list': { doc: 'Watched folders and how they do.', input: nothing, output: z.array(watchViewSchema) },
  'watches.add': {
    doc: 'Watches a folder from now on: what is in it and what arrives is classified.',
    input: z.strictObject({ folder: z.string().min(1), model: nameSchema, dataset: nameSchema.nullable() }),
    output: z.null(),
  },
  'watches.setActive': {
    doc: 'Stops or starts watching a folder.',
    input: z.strictObject({ id: z.int(), isActive: z.boolean() }),
    output: z.null(),
  },
  'watches.remove': { doc: 'Forgets a watched folder; its results stay.', input: watchId, output: z.null() },
});

export const classifyEvents = defineEvents({
  /** A watched folder was added, changed its state or gave something. */
  'watches.changed': z.object({}),
});
