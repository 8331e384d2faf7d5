/**
 * A comparison of fine-tuning methods on a data set: what each trains, what memory and time that takes, and how good it is on test patients.
 * What the columns mean, and where the two scores come from: docs/comparison.md.
 */
import { z } from 'zod';
import { embeddedLpmName, type Method, methodSchema, methods, nameSchema, timeSchema } from './names.ts';
import { trainOptionsSchema } from './options.ts';
import { promiseSchema } from './promise.ts';

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]).nullable();

/** How the methods of a comparison are trained, each with the line that help says about it. */
export const comparisonRecipeMeaning = {
  'by-method':
    'each method at the learning rate at which it learns well, 80 epochs; 8 for methods that run the LPM in every epoch',
  published: "the paper's 20 epochs at a learning rate of 1e-4, for every method alike",
} as const;
export type ComparisonRecipe = keyof typeof comparisonRecipeMeaning;
export const comparisonRecipes = Object.keys(comparisonRecipeMeaning) as readonly ComparisonRecipe[];

/** Epochs of a recipe: of methods that read features or a small image, and of those that run the LPM in every epoch. */
export const comparisonEpochs: Readonly<
  Record<ComparisonRecipe, { readonly epochs: number; readonly lpmEpochs: number }>
> = { 'by-method': { epochs: 80, lpmEpochs: 8 }, published: { epochs: 20, lpmEpochs: 20 } };

/** The patients that a comparison may be judged on. */
export const comparedParts = ['test', 'val'] as const;

export const compareOptionsSchema = z.strictObject({
  dataset: nameSchema,
  lpm: nameSchema.default(embeddedLpmName),
  /** In whatever order: a table has the order of `methods`. */
  methods: z
    .array(methodSchema)
    .min(1)
    .default([...methods]),
  /** Trainings of each method: from seed 0 on. */
  seeds: z.int().min(1).max(10).default(3),
  recipe: z.enum(comparisonRecipes).default('by-method'),
  /** Epochs in place of the recipe's. */
  epochs: z.int().min(1).max(10_000).optional(),
  lpmEpochs: z.int().min(1).max(10_000).optional(),
  evaluateOn: z.enum(comparedParts).default('test'),
  inputSize: trainOptionsSchema.shape.inputSize,
  batch: trainOptionsSchema.shape.batch,
  /** Promised hours that all trainings together may take: methods that do not fit are measured and not trained. 0 trains nothing. */
  hours: z.number().nonnegative().max(10_000).default(8),
  /** MiB that a training may take; what the machine has free where left out. */
  memoryMb: z.number().positive().optional(),
});
export type CompareOptions = z.input<typeof compareOptionsSchema>;

/** What the model of a training is called. */
export function comparedModelName(id: number, method: Method, seed: number): string {
  return `${comparedModelsBegin(id)}${method} seed ${seed}`;
}

/** How the names of all models of a comparison begin. */
export function comparedModelsBegin(id: number): string {
  return `comparison-${id} `;
}

/** Why a method of a comparison was not trained. */
export const untrainedReasons = ['time', 'memory'] as const;
export type UntrainedReason = (typeof untrainedReasons)[number];

/** What is measured of a method before anything is trained, and what was decided by it. */
export const methodCostSchema = z.object({
  method: methodSchema,
  epochs: z.int().positive(),
  learningRate: z.number().positive(),
  learnable: count,
  /**
   * MiB that one training step with the whole batch at once adds to an idle engine, on the processor; null where even one image would not have fitted.
   * `isMemoryEstimated`: carried on from one image or two in a straight line, because the whole batch would not have fitted.
   */
  memoryMb: z.number().nonnegative().nullable(),
  isMemoryEstimated: z.boolean(),
  /** MiB as a training here takes them, which computes methods that have the LPM in them a few images at a time. */
  trainingMb: z.number().nonnegative().nullable(),
  /** Of one training step as a training makes it; null where it was not measured because the memory is not there. */
  stepSeconds: z.number().nonnegative().nullable(),
  stepsPerEpoch: count,
  /** Promised for all its trainings; null where no step was measured. */
  promisedSeconds: z.number().nonnegative().nullable(),
  untrained: z.enum(untrainedReasons).nullable(),
});
export type MethodCost = z.infer<typeof methodCostSchema>;

/** Everything that is decided before the trainings begin, so that a comparison that goes on decides nothing anew. */
export const comparisonPlanSchema = z.object({
  costs: z.array(methodCostSchema),
  /** The memory of full fine-tuning with the whole batch at once, which shares are of; null where it is not known. */
  fullMemoryMb: z.number().positive().nullable(),
  isFullMemoryEstimated: z.boolean(),
  /** What methods were held against, in MiB. */
  memoryLimitMb: z.number(),
  /** Of all trainings and the evaluation at the end; null where nothing is trained. */
  promise: promiseSchema.nullable(),
  engine: z.string(),
});
export type ComparisonPlan = z.infer<typeof comparisonPlanSchema>;

/** A training that failed for good. */
export const failedTrainingSchema = z.object({
  method: methodSchema,
  seed: count,
  code: z.string(),
  message: z.string(),
});
export type FailedTraining = z.infer<typeof failedTrainingSchema>;

const comparedMethodSchema = methodCostSchema.extend({
  /** `untrained` says why in `untrained`, `failed` in `failure`. */
  state: z.enum(['trained', 'untrained', 'failed']),
  failure: z.string().nullable(),
  /** Share of the LPM's parameters that is learnable, and share of the memory of full fine-tuning. */
  learnableShare: z.number().nonnegative(),
  memoryShare: z.number().nonnegative().nullable(),
  /** The median over all epochs of all seeds; of a method that was not trained its steps times the measured one. */
  epochSeconds: z.number().nonnegative().nullable(),
  isEpochEstimated: z.boolean(),
  /** One model a seed. */
  trainings: z.array(z.object({ seed: count, model: z.string(), auc: z.number().nullable() })),
  /** The mean over the seeds, and its 95 % interval over seeds and patients. */
  auc: z.number().nullable(),
  aucInterval: interval,
  /** The AUC in percent, discounted by the share of parameters and by the share of memory. */
  ppe: z.number().nullable(),
  pme: z.number().nullable(),
});
export type ComparedMethod = z.infer<typeof comparedMethodSchema>;

export const comparisonReportSchema = z.object({
  id: z.int(),
  dataset: z.string(),
  version: z.int().positive(),
  lpm: z.string(),
  lpmHash: z.string(),
  lpmParameters: count,
  classes: z.array(z.string()),
  inputSize: z.int().positive(),
  batch: z.int().positive(),
  recipe: z.enum(comparisonRecipes),
  seeds: z.int().positive(),
  evaluateOn: z.enum(comparedParts),
  /** Images and patients that answers were judged on; 0 where nothing was trained. */
  images: count,
  patients: count,
  hours: z.number(),
  plan: comparisonPlanSchema.omit({ costs: true }),
  methods: z.array(comparedMethodSchema),
  startedAt: timeSchema,
  endedAt: timeSchema,
});
export type ComparisonReport = z.infer<typeof comparisonReportSchema>;
