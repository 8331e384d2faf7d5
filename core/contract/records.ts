/**
 * Rows of the library as the services hand them out. Lists are arrays of objects with a `name`.
 * `...Id` is a row number of this library; `...ID` and `...UID` are DICOM attributes.
 */
import { z } from 'zod';
import { type ProgressStage, progressStages, type TrainingProgress } from '../base/progress.ts';
import { instanceIdSchema, patientIdSchema, studyIdSchema } from './ids.ts';
import { uncertainPolicySchema } from './marks.ts';
import {
  defaultCriterion,
  type EvaluationPart,
  evaluationPartSchema,
  frameRuleSchema,
  hashSchema,
  instanceKindSchema,
  jobStateSchema,
  methodSchema,
  normalisationSchema,
  splitNames,
  splitOriginSchema,
  splitSchema,
  timeSchema,
  tokenRuleSchema,
} from './names.ts';
import { keptFeaturesSchema, readingPrecisionSchema, trainOptionsSchema } from './options.ts';
import type { PositiveClassSource } from './positive-class.ts';
import { referBandSchema } from './referral.ts';
import { targetKindSchema } from './targets.ts';

const count = z.int().nonnegative();

/** One image of a frozen data-set version: a frame of an instance, its label and its split. */
export const versionImageSchema = z.object({
  /** Position in the version, 0-based; stable, because a version never changes. */
  index: count,
  instanceId: instanceIdSchema,
  frame: count,
  patientId: patientIdSchema,
  studyId: studyIdSchema,
  studyInstanceUID: z.string(),
  sopInstanceUID: z.string(),
  /** Index into the version's `classes`; null where each name of the version is a question. */
  classIndex: count.nullable(),
  /**
   * Where each name of the version is a question, the answer to each, null where it is not known: of a finding a mark's value
   * (`markValues`), of a quantity the number. Empty otherwise.
   */
  values: z.array(z.number().nullable()),
  split: splitSchema,
});
export type VersionImage = z.infer<typeof versionImageSchema>;

/** A range of samples: which is drawn black and which white. */
const sampleRangeSchema = z.tuple([z.number(), z.number()]);

/**
 * The ranges that a data set's pictures are drawn by, one for each kind of samples whose format does not say what is black and white; a
 * kind that no picture of the data set has is absent.
 */
export const sampleRangesSchema = z.strictObject({
  uint16: sampleRangeSchema.optional(),
  uint32: sampleRangeSchema.optional(),
  signed: sampleRangeSchema.optional(),
  float: sampleRangeSchema.optional(),
});
export type SampleRanges = z.infer<typeof sampleRangesSchema>;
export type SampleKind = keyof SampleRanges;
/** Patients of one part who came to it in one way. */
export const splitOriginCountSchema = z.object({ split: splitSchema, origin: splitOriginSchema, patients: count });
export type SplitOriginCount = z.infer<typeof splitOriginCountSchema>;

/** A frozen data set: what a run names. Mean and deviation live beside it, by input size. */
export const datasetVersionSchema = z.object({
  id: z.int(),
  datasetId: z.int(),
  dataset: z.string(),
  number: z.int().positive(),
  /** Hash over images, labels and splits: equal content is one version. */
  contentHash: hashSchema,
  target: targetKindSchema,
  /** The names of its labels, in the order in which networks and results count them. */
  classes: z.array(z.string()),
  seed: count,
  /** How its patients came to their parts, when it was frozen; empty where that was not noted yet. */
  splits: z.array(splitOriginCountSchema),
  createdAt: timeSchema,
  /** The ranges that its pictures are drawn by, from its training images; null for a version of before there were ranges. */
  ranges: sampleRangesSchema.nullable(),
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

/** Per-channel mean and standard deviation of the training images at one input size, in [0, 1]. */
export const channelStatisticsSchema = z.object({
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
});
export type ChannelStatistics = z.infer<typeof channelStatisticsSchema>;

/** `datasets`: one row. */
/** How the positive class of two was found. */
export const positiveClassSourceSchema = z.enum(['chosen', 'recognised', 'alphabet'] satisfies PositiveClassSource[]);

export const datasetSummarySchema = z.object({
  id: z.int(),
  name: z.string(),
  target: targetKindSchema,
  frames: frameRuleSchema,
  patients: count,
  studies: count,
  instances: count,
  labelledInstances: count,
  /** Names with the instances and patients that they are said of; where each name is a question, that an answer is known for. */
  classes: z.array(
    z.object({
      name: z.string(),
      instances: count,
      patients: count,
      /** Of a finding: instances by mark. */
      marks: z.object({ present: count, absent: count, uncertain: count }).optional(),
    }),
  ),
  /** Whether no class may be added to these. */
  hasFixedClasses: z.boolean(),
  /** The positive one of two classes; null with more or fewer. */
  positiveClass: z.string().nullable(),
  positiveClassSource: positiveClassSourceSchema.nullable(),
  versions: count,
  /** Made by classifying: nothing chooses it by itself. */
  isKeptApart: z.boolean(),
  createdAt: timeSchema,
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

/** An instance and where its bytes may be. */
export const instanceRecordSchema = z.object({
  id: instanceIdSchema,
  kind: instanceKindSchema,
  sopInstanceUID: z.string(),
  sopClassUID: z.string().nullable(),
  modality: z.string().nullable(),
  rows: count.nullable(),
  columns: count.nullable(),
  numberOfFrames: z.int().positive(),
  contentHash: hashSchema,
  sizeBytes: count,
  patientId: patientIdSchema,
  studyId: studyIdSchema,
  studyInstanceUID: z.string(),
});
export type InstanceRecord = z.infer<typeof instanceRecordSchema>;

/** `lpm list`: one row. `config` is what core/models reads and writes; the store does not look inside. */
export const lpmRecordSchema = z.object({
  id: z.int(),
  name: z.string(),
  /** Hash of its tensors: its identity, whatever its file is called. */
  hash: hashSchema,
  family: z.string(),
  config: z.record(z.string(), z.unknown()),
  /** Folder below the library, `lpm/<hash>`. */
  folder: z.string(),
  sizeBytes: count,
  addedAt: timeSchema,
});
export type LpmRecord = z.infer<typeof lpmRecordSchema>;

/** One epoch of a run, or of one of the networks of its cross-validation. `epoch` is 1-based. */
export const epochRecordSchema = z.object({
  epoch: z.int().positive(),
  /** The fold that the network did not learn from, 1-based; null where there are none. */
  fold: z.int().positive().nullable().default(null),
  /** Which training of that network it is, 1-based: one that was stuck is trained again. */
  attempt: z.int().positive().default(1),
  trainLoss: z.number(),
  valLoss: z.number().nullable(),
  valAuc: z.number().nullable(),
  valAccuracy: z.number().nullable(),
  learningRate: z.number(),
  gradientNorm: z.number().nullable(),
  seconds: z.number(),
});
export type EpochRecord = z.infer<typeof epochRecordSchema>;

/**
 * The settings of a run as they are stored, of the options of its training (`trainOptionsSchema.shape`, or one with more options). They have
 * their limits there. A row without an option that came after the first version has its default, because that is what was done then; a row
 * without one of the others is damaged. Unknown keys are refused: a run that goes on without one of its settings would be another run.
 */
export function storedSettingsOf(shape: typeof trainOptionsSchema.shape) {
  const { dataset: _, lpm: __, name: ___, resume: ____, again: _____, on: ______, ...asked } = shape;
  const { recipe: _______, budget: ________, methods: _________, lr, ...options } = asked;
  return z.strictObject({
    ...options,
    // What fits the data set's target where it is not named; rows of before there was a choice have none.
    criterion: options.criterion.unwrap().default(defaultCriterion),
    method: options.method.unwrap(),
    epochs: options.epochs.unwrap(),
    batch: options.batch.unwrap(),
    learningRate: lr.unwrap(),
    weightDecay: options.weightDecay.unwrap(),
    seed: options.seed.unwrap(),
    classWeights: options.classWeights.unwrap(),
    flip: options.flip.unwrap(),
    augment: options.augment.unwrap(),
    earlyStop: options.earlyStop.unwrap().nullable(),
    /** As the LPM takes it: what was asked is made to fit its patches. */
    inputSize: z.int().positive(),
    tokens: options.tokens.unwrap(),
    tokenRatio: options.tokenRatio.unwrap(),
    normalisation: options.normalisation.unwrap(),
    /** Images computed at a time, where a step is computed in parts; a run without computes a batch at once. */
    microBatch: options.microBatch.unwrap().optional(),
  });
}
export const storedRunSettingsSchema = storedSettingsOf(trainOptionsSchema.shape);

/** Everything that makes a run what it is: the same settings are the same run. */
export type RunSettings = z.output<typeof storedRunSettingsSchema>;
/** Settings that were read: nothing is left out of them. */
export const runSettingsSchema = storedRunSettingsSchema as z.ZodType<RunSettings, RunSettings>;

/** Whether settings are those of the same run, in whatever order and with or without what has its default. */
export function isSameRun(a: RunSettings, b: RunSettings): boolean {
  const text = (settings: RunSettings): string =>
    JSON.stringify(
      Object.entries(storedRunSettingsSchema.parse(settings))
        .filter(([, value]) => value !== undefined)
        .sort(([x], [y]) => (x < y ? -1 : 1)),
    );
  return text(a) === text(b);
}

/** `runs`: one row. `name` is `run-<id>`, what `--resume` takes. */
export const runRecordSchema = z.object({
  id: z.int(),
  name: z.string(),
  /** The name that its model has or will have. */
  modelName: z.string(),
  dataset: z.string(),
  datasetVersionId: z.int(),
  datasetVersion: z.int().positive(),
  /** How the patients of its version came to training, validation and test. */
  splits: z.array(splitOriginCountSchema),
  lpmHash: hashSchema,
  settings: runSettingsSchema,
  state: jobStateSchema,
  epochsDone: count,
  bestEpoch: z.int().positive().nullable(),
  bestValAuc: z.number().nullable(),
  seconds: z.number(),
  peakMb: z.number().nullable(),
  error: z.string().nullable(),
  createdAt: timeSchema,
  endedAt: timeSchema.nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** A run as it is listed. */
export const runViewSchema = runRecordSchema.extend({
  /** False where it runs by its row, and whoever asks cannot tell whether any process is still doing it. */
  isStateKnown: z.boolean(),
});
export type RunView = z.infer<typeof runViewSchema>;

/** How an image is brought to the model; stored with it, so that classifying needs nothing else. */
export const preprocessingSchema = z.object({
  inputSize: z.int().positive(),
  sideSize: z.int().positive().nullable(),
  normalisation: normalisationSchema,
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
  tokens: tokenRuleSchema,
  tokenRatio: z.number().positive().max(1),
  layers: z.array(count),
  frames: frameRuleSchema,
  /** Absent in models of before there were ranges: their pictures were drawn by the largest number that the format holds. */
  ranges: sampleRangesSchema.optional(),
  /** Absent where the LPM's pass was computed as usual. */
  precision: readingPrecisionSchema.optional(),
  /** Absent where features are 16-bit floats. */
  keptAs: keptFeaturesSchema.optional(),
});
export type Preprocessing = z.infer<typeof preprocessingSchema>;

/** `models`: one row (its weights are read apart). */
export const modelRecordSchema = z.object({
  id: z.int(),
  name: z.string(),
  run: z.string(),
  dataset: z.string(),
  method: methodSchema,
  lpmHash: hashSchema,
  lpm: z.string().nullable(),
  /** The network's NetworkConfig as core/models reads it. */
  config: z.record(z.string(), z.unknown()),
  preprocessing: preprocessingSchema,
  target: targetKindSchema,
  classes: z.array(z.string()).min(1),
  /**
   * The class that sensitivity, specificity and predictive values are about (two classes; null with more, where each class is judged
   * against the rest), and how it was found: "alphabet" where the names do not tell, which every report must say.
   */
  positiveClass: z.string().nullable(),
  positiveClassSource: positiveClassSourceSchema.nullable(),
  /** Decision threshold on the probability of `thresholdClass` (two classes only; otherwise the largest probability decides). */
  threshold: z.number().nullable(),
  /** The class that the threshold was chosen for; the positive one unless the model is older than the knowledge of it. */
  thresholdClass: z.string().nullable(),
  /** The part whose cases the threshold was chosen on. */
  thresholdSplit: evaluationPartSchema,
  /**
   * Answers to refer to a reader: two classes, probability of `className` in [low, high); more, highest probability below
   * `high` and `className` null. Null when none was set.
   */
  referBand: referBandSchema.nullable(),
  /**
   * The operating point of each finding, in the order of `classes`: from which probability it is called present, and the band of
   * probabilities of its presence that go to a reader. Empty for other targets.
   */
  findings: z.array(
    z.object({ threshold: z.number(), referBand: referBandSchema.omit({ className: true }).nullable() }),
  ),
  /** What brings the logits of a model of numbers back to their unit: times the deviation, plus the mean; null for other targets. */
  labelScale: z.object({ mean: z.number(), deviation: z.number().positive() }).nullable(),
  /** What uncertain marks counted as; "unknown" for other targets. */
  uncertain: uncertainPolicySchema,
  /** Temperature that divides the logits, 1 when not calibrated. */
  temperature: z.number().positive(),
  learnable: count,
  /** Folds that its training dealt the patients of training and validation to, and how often; 1 without a cross-validation. */
  folds: z.int().positive(),
  repeats: z.int().positive(),
  /** Networks whose mean is its answer: those of all folds, or one, which with folds learned from all of these patients. */
  networks: z.int().positive(),
  bestEpoch: z.int().positive().nullable(),
  valAuc: z.number().nullable(),
  /** SHA-256 of the weights in use (those of the best validation AUC). */
  weightsHash: hashSchema,
  createdAt: timeSchema,
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

/**
 * The parts that a model can be judged on: of one that was trained with folds, which learned from the validation patients, too, its
 * cross-validation stands for both.
 */
export function evaluationPartsOf({ folds }: Pick<ModelRecord, 'folds'>): readonly EvaluationPart[] {
  return folds > 1 ? ['cross-validation', 'test'] : splitNames;
}

/** One training of one network of a cross-validation, with what it came to. */
export const runMemberSchema = z.object({
  /** The fold that it did not learn from, and which training of that network it is; both 1-based. */
  fold: z.int().positive(),
  attempt: z.int().positive(),
  seed: count,
  /** What it learned from. */
  images: count,
  patients: count,
  /** Mean of its last epoch. */
  trainLoss: z.number(),
  /** What answering every image alike, with the shares of the labels, would have lost; null where the criterion defines none. */
  guessLoss: z.number().nullable(),
  /** Whether it learned next to nothing of what another one learned. */
  isStuck: z.boolean(),
  /** Whether it is part of the model: of several trainings of a network the one of least loss is. */
  isKept: z.boolean(),
});
export type RunMember = z.infer<typeof runMemberSchema>;

/** What work is at: a key of `progressStages`. */
export const progressStageSchema = z.enum(Object.keys(progressStages) as ProgressStage[]);

/** Where a training is: see `TrainingProgress`. */
export const trainingProgressSchema = z.object({
  epoch: z.int().positive(),
  epochs: z.int().positive(),
  epochsDone: count,
  /** Of a cross-validation, which of its networks learns and how many there are, 1-based. */
  fold: z.int().positive().optional(),
  folds: z.int().positive().optional(),
  loss: z.number(),
  valLoss: z.number().nullable(),
  valAuc: z.number().nullable(),
}) satisfies z.ZodType<TrainingProgress>;
