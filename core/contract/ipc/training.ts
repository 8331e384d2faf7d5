/** Calls about training: looking at the data first, promising time and disk, starting, following. */
import { z } from 'zod';
import { studyIdSchema } from '../ids.ts';
import { jobViewSchema } from '../jobs.ts';
import { criterionSchema, methodSchema, nameSchema } from '../names.ts';
import { measureOptionsSchema, trainOptionsSchema } from '../options.ts';
import { promiseSchema } from '../promise.ts';
import { budgetNameSchema, searchSummarySchema } from '../recipe.ts';
import { epochRecordSchema, positiveClassSourceSchema, runViewSchema } from '../records.ts';
import { targetKindSchema } from '../targets.ts';
import { defineCalls, nothing } from './call.ts';

const count = z.int().nonnegative();

/** What a data check may find. The window has the words for each. */
export const findingCodes = [
  'sharedPatient',
  'tooFewClasses',
  'classTooSmall',
  'splitGap',
  'validationCut',
  'testAlsoDrawn',
  'testGiven',
  'picturesAlone',
  'imagesGone',
  'filesAway',
  'filesSilent',
  'alikePatients',
  'sharedIds',
  'sameImageAcrossSplits',
  'sameImageAcrossPatients',
  'sameImageTwice',
  'imbalance',
  'fewTestPatients',
  'positiveClassGuessed',
  'classesDifferInCase',
  'oddClassNames',
  'mixedStudies',
  'unlabelled',
  'smallImages',
  'stretchedImages',
  'mixedModalities',
  'laterality',
  // Where each name of the data set is a question.
  'nothingKnown',
  'emptyPart',
  'notTaught',
  'oneKindTaught',
  'notJudged',
  'neverSaid',
  'unknownMarks',
  'uncertainMarks',
  'numberRange',
  'oneNumber',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** `blocks`: training is impossible. `serious`: the figures of the model may mislead. `note`: good to know. */
export const findingSeverities = ['blocks', 'serious', 'note'] as const;

export const dataFindingSchema = z.object({
  code: z.enum(findingCodes),
  severity: z.enum(findingSeverities),
  /** Names and numbers that the words mention. */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Studies to open, at most 200 of them. */
  studyIds: z.array(studyIdSchema),
});
export type DataFinding = z.infer<typeof dataFindingSchema>;

const bySplit = z.object({ train: count, val: count, test: count });

export const dataCheckSchema = z.object({
  dataset: z.string(),
  patients: count,
  studies: count,
  images: count,
  labelledImages: count,
  classes: z.array(
    z.object({
      name: z.string(),
      images: count,
      /** Where each name is a question: those of whom the answer is known. */
      patients: bySplit,
      /** Of a finding: patients in whom it is present, and in whom it is absent. */
      marks: z.object({ present: bySplit, absent: bySplit }).optional(),
      /** Of a quantity: the smallest and the largest number, and the mean. */
      range: z.object({ least: z.number(), most: z.number(), mean: z.number() }).optional(),
    }),
  ),
  /** Patients a split, as they are or would be dealt. */
  splits: bySplit,
  /** The positive one of two classes and how it was found; null with more or fewer. */
  positiveClass: z.string().nullable(),
  positiveClassSource: positiveClassSourceSchema.nullable(),
  findings: z.array(dataFindingSchema),
});
export type DataCheck = z.infer<typeof dataCheckSchema>;

/** Options of a training as the window shows them, filled with the authors' defaults. The positive class is the data set's. */
export const trainingOptionsSchema = trainOptionsSchema.omit({
  resume: true,
  positive: true,
  again: true,
  on: true,
});
export type TrainingOptions = z.output<typeof trainingOptionsSchema>;

/** What of a data set is different from what a model was trained on. */
export const trainingChangesSchema = z.object({
  dataset: z.string(),
  /** The version that the model was trained on. */
  version: z.int().positive(),
  /** Whether a training now would be of another version. */
  isChanged: z.boolean(),
  /** Images whose label is another one. */
  labels: count,
  added: count,
  removed: count,
  /** Images that are filed under another patient or study than then. */
  moved: count,
  /** Patients who are test patients, now as then. */
  testPatients: count,
});
export type TrainingChanges = z.infer<typeof trainingChangesSchema>;

export const trainingCalls = defineCalls({
  'training.defaults': {
    doc: 'Methods, which of them to begin with, and the default of every setting.',
    input: nothing,
    output: z.object({
      methods: z.array(methodSchema),
      /** Those that compute the LPM in every step, which takes long. */
      throughLpm: z.array(methodSchema),
      /** Those that an LPM reads every image for beforehand, once: how it reads is theirs to choose. */
      readBefore: z.array(methodSchema),
      /** What a search of each budget tries by itself. */
      searched: z.record(budgetNameSchema, z.array(methodSchema)),
      recommended: methodSchema,
      /** The criteria that fit what a data set asks; the first is taken where none is chosen. */
      criteria: z.record(targetKindSchema, z.array(criterionSchema)),
      settings: trainOptionsSchema.omit({
        dataset: true,
        lpm: true,
        name: true,
        resume: true,
        again: true,
        on: true,
        earlyStop: true,
        positive: true,
        methods: true,
      }),
    }),
  },
  'training.check': {
    doc: 'What is to be known about a data set before training on it. Changes nothing.',
    input: z.strictObject({
      dataset: nameSchema,
      lpm: nameSchema,
      inputSize: z.int().positive(),
      flip: z.boolean(),
      /** Deals the patients who have no split yet, as in the training. */
      seed: trainOptionsSchema.shape.seed,
    }),
    output: dataCheckSchema,
  },
  'training.promise': {
    doc: 'Time and disk of trainings done one after the other; null where this machine was not measured yet, with what to measure.',
    input: z.strictObject({ trainings: z.array(trainingOptionsSchema).min(1).max(20) }),
    output: z.object({
      promises: z.array(promiseSchema.nullable()),
      missing: z.array(measureOptionsSchema),
      /** Null where the library's disk does not say. */
      freeBytes: count.nullable(),
      /** A long job runs: what is measured now is slower than it would be. */
      isBusy: z.boolean(),
    }),
  },
  'training.start': {
    doc: 'Queues trainings, each with the promise that its user saw; names models that have no name.',
    input: z.strictObject({
      trainings: z
        .array(z.strictObject({ options: trainingOptionsSchema, promise: promiseSchema.nullable() }))
        .min(1)
        .max(20),
    }),
    output: z.array(jobViewSchema),
  },
  'training.changes': {
    doc: 'What of a model’s data set is different from what it was trained on. Changes nothing.',
    input: z.strictObject({ model: nameSchema }),
    output: trainingChangesSchema,
  },
  'training.again': {
    doc: 'Queues a training with the settings of a model on its data set as it is now; the new model names the old one.',
    input: z.strictObject({ model: nameSchema }),
    output: jobViewSchema,
  },
  'training.on': {
    doc: 'Queues a training that begins with the weights that a model ended with, with its settings and so many more epochs; a new model comes of it, which names the old one.',
    input: z.strictObject({ model: nameSchema, epochs: trainOptionsSchema.shape.epochs.unwrap() }),
    output: jobViewSchema,
  },
  'training.follow': {
    doc: 'The run of a training job with its epochs; null before it began.',
    input: z.strictObject({ jobId: z.int() }),
    output: z
      .object({
        run: runViewSchema,
        /** The model that came of it, by the name that it has now; null where there is none, or it is deleted. */
        model: z.string().nullable(),
        epochs: z.array(epochRecordSchema),
        classes: z.array(z.string()),
        /** What it would reach by guessing: the validation loss, and the AUC up to which it may be chance. */
        guessing: z.object({ loss: z.number().nullable(), auc: z.number().nullable() }),
        /** The search that its recipe came from; null where the recipe was given. */
        search: searchSummarySchema.nullable(),
      })
      .nullable(),
  },
});
