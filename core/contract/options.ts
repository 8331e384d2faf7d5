/** What the services take. The command line and the window parse into these; defaults are written here once. */
import { z } from 'zod';
import { deliverySchema } from './folds.ts';
import { studyIdSchema } from './ids.ts';
import { labelReadingSchema } from './label-reading.ts';
import { rowRuleSchema } from './labels-file.ts';
import { uncertainPolicySchema } from './marks.ts';
import {
  classNameSchema,
  classWeightingSchema,
  criterionSchema,
  defaultOptimiser,
  embeddedLpmName,
  evaluationPartSchema,
  frameRuleSchema,
  methodSchema,
  nameSchema,
  normalisationSchema,
  optimiserSchema,
  picturePatientsSchema,
  studyPoolingSchema,
  tokenRuleSchema,
} from './names.ts';
import { budgetNameSchema, recipeNameSchema, sideBySideSchema } from './recipe.ts';
import { targetKindSchema } from './targets.ts';

/** Sizes the LPM may read, in pixels; the model's own rule (multiples of the patch) is checked where the model is known. */
const inputSize = z.int().min(32).max(2048).default(512);

export const importOptionsSchema = z
  .strictObject({
    /** None where labels come alone, for images that are there. */
    paths: z.array(z.string().min(1)).default([]),
    dataset: nameSchema,
    labels: z.string().min(1).optional(),
    /**
     * Which rows of the labels file must be right before a label is written. `matching`: those that cannot be read stop the import, those
     * that fit no image, or contradict each other, are left out and listed. `usable`: the former are left out and listed too. `all`: every row.
     */
    rowRule: rowRuleSchema.default('matching'),
    /** What a class of the labels file is to be called; two of one name become one class. */
    classNames: z
      .array(z.strictObject({ from: z.string().min(1), to: nameSchema }))
      .max(1000)
      .default([]),
    /** True copies the files into the library; otherwise they are referenced where they are. */
    copy: z.boolean().default(false),
    /** True keeps patient IDs and paths out of the database: pseudonyms stand for them, and the files are copied. */
    pseudonymise: z.boolean().default(false),
    /** Used when the data set is made by this import. */
    frames: frameRuleSchema.default('middle'),
    /**
     * Whose a picture is that no column gives a patient. Left out, the data set's rule goes on, and at first each picture is its own patient
     * unless class folders name patients; pictures that are there already keep theirs. Named, it holds for those too.
     */
    patients: picturePatientsSchema.optional(),
    /** What is asked of an image; a data set that is there must ask the same. What it asks, or one class out of several, where left out. */
    target: targetKindSchema.optional(),
    /** The names that a label may be, in their order; labels of others are refused then and later. Grades that are there must be the same. */
    classes: z.array(classNameSchema).min(1).max(50).optional(),
    /** The positive one of two classes. */
    positive: classNameSchema.optional(),
    /** True takes names that differ only in small and capital letters for one class. */
    mergeCase: z.boolean().optional(),
    /** How the labels file is read where it has not our own columns. */
    reading: labelReadingSchema.optional(),
    /** A CSV file to write of every file that is left out, with its path and the reason. */
    report: z.string().min(1).optional(),
    /** Who labelled, as the label rows will say. */
    reader: z.string().min(1).default('import'),
    /** Set by watched folders: as `classifyOptionsSchema` has it. */
    mayBeGone: z.boolean().optional(),
    /** Set by the queue: names options of which it keeps no path. */
    ticket: z.uuid().optional(),
  })
  .refine(({ paths, labels }) => paths.length > 0 || labels !== undefined, {
    path: ['paths'],
    message: 'name files or folders, or a labels file',
  });
export type ImportOptions = z.input<typeof importOptionsSchema>;

export const addLpmOptionsSchema = z.strictObject({
  path: z.string().min(1),
  name: nameSchema.optional(),
  /** Attention heads, where neither configuration nor name tells. */
  heads: z.int().positive().optional(),
  /** Measure how long an image takes on this machine, before anything is copied. */
  measure: z.boolean().default(false),
});
export type AddLpmOptions = z.input<typeof addLpmOptionsSchema>;

/**
 * How an LPM's features are computed where it is not the usual way: `int8`, its blocks' products of weights in 8 bits. What is computed so is kept apart, and
 * a model reads as it learned.
 */
export const readingPrecisionSchema = z.enum(['int8']);
export type ReadingPrecision = z.infer<typeof readingPrecisionSchema>;

/**
 * How features are kept where it is not as 16-bit floats: `int8`, in 8 bits with a scale for each head and channel of an image. Another thing than how
 * the LPM computes them. They are kept apart, and a model answers from what it learned from.
 */
export const keptFeaturesSchema = z.enum(['int8']);
export type KeptFeatures = z.infer<typeof keptFeaturesSchema>;

export const encodeOptionsSchema = z
  .strictObject({
    dataset: nameSchema,
    lpm: nameSchema.default(embeddedLpmName),
    /** What this method asks of the LPM, whatever it is; the fields `layers`, `keysValues` and `classToken` ask for it piece by piece. */
    method: methodSchema.optional(),
    inputSize,
    tokens: tokenRuleSchema.default('global'),
    tokenRatio: z.number().positive().max(1).default(0.2),
    /** `half`: the last half of the LPM's layers (FPT+); `all`: every layer (FPT). */
    layers: z.enum(['half', 'all']).default('half'),
    keysValues: z.boolean().default(true),
    classToken: z.boolean().default(false),
    normalisation: normalisationSchema.default('dataset'),
    precision: readingPrecisionSchema.optional(),
    keptAs: keptFeaturesSchema.optional(),
    seed: z.int().nonnegative().default(0),
  })
  .refine(
    ({ method, layers, keysValues, classToken }) =>
      method === undefined || (layers === 'half' && keysValues && !classToken),
    {
      message: 'a method says itself which layers and features it needs: leave out what asks for them piece by piece',
    },
  );
export type EncodeOptions = z.input<typeof encodeOptionsSchema>;

/**
 * What a training is asked, with the limits and the default of each option. The settings of a run are these (see `runSettingsSchema`), and
 * so are the fields of the window's form: a new option is added here. Its default is to be what was done before there was the option,
 * because that is what a stored run without it did; limits may be widened, but not narrowed below what a stored run has.
 */
export const trainOptionsSchema = z.strictObject({
  dataset: nameSchema,
  lpm: nameSchema.default(embeddedLpmName),
  method: methodSchema.default('fpt+'),
  epochs: z.int().min(1).max(10_000).default(20),
  batch: z.int().min(1).max(1024).default(16),
  lr: z.number().positive().max(10).default(1e-4),
  seed: z.int().nonnegative().default(0),
  name: nameSchema.optional(),
  /** Who chooses method, learning rate, epochs, weight decay, augmentation and folds: a search on the user's own data, or these options. */
  recipe: recipeNameSchema.default('published'),
  /** How long a search may take, counted in steps. */
  budget: budgetNameSchema.default('quick'),
  /** The methods that a search tries, in whatever order; those of its budget where left out. */
  methods: z.array(methodSchema).min(1).optional(),
  /** A run to go on with, by name. */
  resume: z.string().min(1).optional(),
  /** The model that is trained again: the new one names it, and is compared with it. */
  again: nameSchema.optional(),
  /** The model that is trained on: the new one begins with the weights that the other one ended with. */
  on: nameSchema.optional(),
  /** The default of what the data set asks where left out. */
  criterion: criterionSchema.optional(),
  classWeights: classWeightingSchema.default('none'),
  flip: z.boolean().default(true),
  augment: z.boolean().default(true),
  /** Stop after so many epochs without a better validation AUC. */
  earlyStop: z.int().positive().optional(),
  /**
   * Networks of a cross-validation: each learns from the training and validation patients without a fold of them and predicts that fold; the model
   * answers with their mean. With 1 one network learns from the training patients, as ever.
   */
  folds: z.int().min(1).max(10).default(1),
  /** How often the patients are dealt to folds anew: out-of-fold answers and the model are means over all deals. */
  repeats: z.int().min(1).max(10).default(1),
  /** Which networks of a cross-validation are the model. Figures are those of the folds' networks either way. */
  deliver: deliverySchema.default('folds'),
  optimiser: optimiserSchema.default(defaultOptimiser),
  weightDecay: z.number().nonnegative().default(0.1),
  /** For methods that run the LPM in training: images computed at a time, whose gradients add up to the batch's. More are no better, but need more memory. */
  microBatch: z.int().min(1).max(1024).default(2),
  /** Sizes of some methods (`methodSizes`, where their defaults are); refused with the others. */
  rank: z.int().min(1).max(1024).optional(),
  alpha: z.number().positive().max(10_000).optional(),
  bottleneck: z.int().min(1).max(8192).optional(),
  prompts: z.int().min(1).max(1000).optional(),
  blocks: z.int().min(1).max(1000).optional(),
  inputSize,
  tokens: tokenRuleSchema.default('global'),
  tokenRatio: z.number().positive().max(1).default(0.2),
  normalisation: normalisationSchema.default('dataset'),
  /** Of the LPM's pass; as the session computes where left out. */
  precision: readingPrecisionSchema.optional(),
  /** Of what the LPM says of an image; as 16-bit floats where left out. */
  keptAs: keptFeaturesSchema.optional(),
  /** The positive one of two classes; kept with the data set. Left out, it is the data set's own or read from the names. */
  positive: classNameSchema.optional(),
  /** Of findings: what marks of "uncertain" count as. */
  uncertain: uncertainPolicySchema.default('unknown'),
});
export type TrainOptions = z.input<typeof trainOptionsSchema>;

export const evaluateOptionsSchema = z.strictObject({
  model: nameSchema,
  split: evaluationPartSchema.default('test'),
  studyPooling: studyPoolingSchema.default('mean'),
  /** The class of two that figures are to be about, from now on; kept with the model. */
  positive: classNameSchema.optional(),
  /** Sets the rule of which answers go to a reader anew: so that of the others at most this share is wrong. Kept with the model. */
  refer: z.number().gt(0).max(0.5).optional(),
});
export type EvaluateOptions = z.input<typeof evaluateOptionsSchema>;

export const classifyOptionsSchema = z
  .strictObject({
    paths: z.array(z.string().min(1)).default([]),
    /** Studies of the library, by row id. */
    studyIds: z.array(studyIdSchema).default([]),
    /** Every study of a data set. */
    dataset: nameSchema.optional(),
    model: nameSchema,
    /** Further models that answer the same images, which are read once. */
    otherModels: z.array(nameSchema).max(63).default([]),
    /** The CSV file to write, or with several models the name that theirs are made of; the library keeps the results either way. */
    out: z.string().min(1).optional(),
    studyPooling: studyPoolingSchema.default('mean'),
    /** The watched folder that the files come from. */
    watchId: z.int().optional(),
    /** The batch whose failed files these are. */
    retries: z.int().optional(),
    /** Set where the window ordered files that it had listed itself, which may be gone when their turn comes: those are left out and listed, the others answered. */
    mayBeGone: z.boolean().optional(),
  })
  .refine((o) => o.paths.length > 0 || o.studyIds.length > 0 || o.dataset !== undefined, {
    message: 'name files, folders, studies or a data set',
  })
  .refine((o) => new Set([o.model, ...o.otherModels]).size === o.otherModels.length + 1, {
    message: 'name each model once',
  });
export type ClassifyOptions = z.input<typeof classifyOptionsSchema>;

/** What a training would do, timed in a few seconds on two or three of its images. */
export const measureOptionsSchema = trainOptionsSchema
  .pick({
    dataset: true,
    lpm: true,
    method: true,
    batch: true,
    inputSize: true,
    tokens: true,
    tokenRatio: true,
    precision: true,
    keptAs: true,
    augment: true,
    flip: true,
    criterion: true,
    uncertain: true,
    classWeights: true,
    optimiser: true,
    microBatch: true,
    /** How many images a network learns from is decided by them, too. */
    folds: true,
    repeats: true,
    deliver: true,
    rank: true,
    alpha: true,
    bottleneck: true,
    prompts: true,
    blocks: true,
    /** Patients who have no split yet are dealt by it: how many images learn decides how large a batch can be. */
    seed: true,
  })
  .extend({
    /** Time steps as a search makes them, too: so many trainings at once. */
    sideBySide: sideBySideSchema.optional(),
  });
export type MeasureOptions = z.output<typeof measureOptionsSchema>;
