/** What each command gives back and prints with `--json`. */
import { z } from 'zod';
import { unjudgedReasonSchema } from './marks.ts';
import { evaluationPartSchema, methodSchema, studyPoolingSchema } from './names.ts';
import { labelProblemSchema, namedFileSchema, problemGroupSchema } from './problems.ts';
import { searchSummarySchema } from './recipe.ts';
import {
  datasetSummarySchema,
  epochRecordSchema,
  lpmRecordSchema,
  modelRecordSchema,
  positiveClassSourceSchema,
  runMemberSchema,
  runViewSchema,
  splitOriginCountSchema,
} from './records.ts';
import { referralOutcomeSchema, referralReportSchema } from './referral.ts';
import { defaultTarget, targetFigureSchema, targetKindSchema } from './targets.ts';
import { verdictSchema } from './verdict.ts';

const count = z.int().nonnegative();

/** What an import decided, changed or found that nobody asked it for. Command line and window have the words for each. */
export const importNoteCodes = [
  'picturePatients',
  'noLabelColumn',
  'columnsTaken',
  'columnsLeft',
  'againstNone',
  'finerLabels',
  'marksStay',
  'labelsOverruled',
  'patientsGiven',
  'samePictureNames',
  'patientsByRule',
  'headersCorrected',
  'imagesReplaced',
  'handedDown',
  'splitsChanged',
  'dealtAnew',
  'earlierVersions',
  'sharedIds',
  'sharedPatient',
  'alikePatients',
  'testGiven',
  'testAlsoDrawn',
  'validationFromTraining',
  'splitColumnUnused',
  'positiveGuessed',
  'maybeUnknown',
  'alikeClasses',
  'missingNumbers',
  'classFoldersUnused',
  'systemFiles',
] as const;
export const importNoteSchema = z.object({
  code: z.enum(importNoteCodes),
  /** Names and numbers that the words mention. */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ImportNote = z.infer<typeof importNoteSchema>;

/** How many problems of labels a report keeps: a file of a hundred thousand rows that fit nothing would hold up whoever shows it. */
export const labelProblemLimit = 500;

/** `import`. Every file is accounted for: imported + alreadyThere + duplicate + skipped = total. */
export const importReportSchema = z.object({
  dataset: z.string(),
  job: z.string(),
  total: count,
  /** New instances. */
  imported: count,
  /** Files whose instance this library already held from the same place, from an earlier or a stopped import. */
  alreadyThere: count,
  /** Those of them whose header was corrected in place since: what it says now counts. */
  corrected: count.default(0),
  /** Files that hold an instance which another file already gave; same bytes, or reported below. */
  duplicate: count,
  skipped: count,
  /** Why files were skipped, and duplicates whose bytes differ; grouped, most frequent first. */
  problems: z.array(problemGroupSchema),
  /** How many of the skipped are no images at all (a text, a DICOMDIR): nothing is missing for want of them. */
  notImages: count.default(0),
  /** Every file that was skipped and every duplicate that differs, in the order of the walk, with its reason. */
  leftOut: z.array(namedFileSchema).default([]),
  /** Notices about files that were imported, rare kinds first, of each kind the first; the CSV file and `--show-paths` have all. */
  noted: z.array(namedFileSchema).default([]),
  /** How many such notices there are. */
  notices: count.default(0),
  patients: count,
  studies: count,
  instances: count,
  /** Of the instances those that are pictures, and those with a label; reports of earlier versions do not say it. */
  pictures: count.default(0),
  labelled: count.default(0),
  labels: z.object({
    /** Rows of the labels file, or class folders' files. */
    rows: count,
    /** Rows from which nothing was taken: those that `problems` name. */
    refusedRows: count.default(0),
    applied: count,
    unchanged: count,
    changed: count,
    /** Names of classes that were taken for another which differs only in case, as asked. */
    merged: z.array(z.object({ from: z.string(), to: z.string(), rows: count })).default([]),
    /** Columns of the file that nothing was read from, as they are called there. */
    unusedColumns: z.array(z.string()).default([]),
    /** The first of them, `labelProblemLimit` at most: the file of refused rows has all. */
    problems: z.array(labelProblemSchema),
  }),
  splits: z.object({ train: count, val: count, test: count }),
  /** Reports of earlier versions, which the queue keeps, have none. */
  notes: z.array(importNoteSchema).default([]),
  seconds: z.number(),
});
export type ImportReport = z.infer<typeof importReportSchema>;

/** What a model that is being added was recognised as, and what it will cost on this machine. Sizes in pixels are [rows, columns]. */
export const recognisedLpmSchema = z.object({
  title: z.string(),
  width: count,
  layers: count,
  heads: count,
  patch: count,
  channels: count,
  registers: count,
  classToken: z.boolean(),
  /** Whether positions are rotations, not a table. */
  rotary: z.boolean(),
  trainedSize: z.array(count),
  /** What the files beside the weights prepare pictures for; null where they say nothing. */
  preparedSize: z.array(count).nullable(),
  /** As the file stores its weights: `F32`, `F16`, `BF16`. */
  elementTypes: z.array(z.string()),
  parameters: count,
  memoryBytes: count,
  /** The input size used unless another is asked for, and its tokens. */
  inputSize: count,
  tokens: count,
  keptTokens: count,
  diskBytesPerImage: count,
  /** What of the file is not needed. */
  left: z.array(z.object({ what: z.string(), tensors: count })),
  /** About how long an image takes on this machine; null where it was not measured. */
  encodeSeconds: z.number().nullable(),
});
export type RecognisedLpm = z.infer<typeof recognisedLpmSchema>;

/** `lpm add`. Reports of earlier versions, which the queue keeps, do not say what was recognised. */
export const addLpmReportSchema = lpmRecordSchema.extend({
  alreadyThere: z.boolean(),
  parameters: count,
  recognised: recognisedLpmSchema.optional(),
});
export type AddLpmReport = z.infer<typeof addLpmReportSchema>;

/** `encode`. */
export const encodeReportSchema = z.object({
  dataset: z.string(),
  version: z.int().positive(),
  lpm: z.string(),
  lpmHash: z.string(),
  inputSize: z.int().positive(),
  images: count,
  encoded: count,
  reused: count,
  failed: count,
  problems: z.array(problemGroupSchema),
  sizeBytes: count,
  seconds: z.number(),
  peakMb: z.number().nullable(),
});
export type EncodeReport = z.infer<typeof encodeReportSchema>;

const interval = z.tuple([z.number(), z.number()]);
const measure = z.number().nullable();

const estimate = z.object({ value: measure, interval: interval.nullable() });

/** How far answers that are numbers lie from the labels: on average (bias), and between which bounds 95 % of them (Bland and Altman). */
export const limitsOfAgreementSchema = z.object({ bias: estimate, low: estimate, high: estimate });
export type LimitsOfAgreementView = z.infer<typeof limitsOfAgreementSchema>;

/**
 * Figures at one level. A figure that the data do not define (AUC with one class present) is null, never 0 or 1; so is one that means nothing
 * for what the data set asks. Of several findings, AUC, average precision, sensitivity, specificity and Brier score are means over those that
 * can be judged, and accuracy is the share of right answers to all that is known.
 */
export const metricsBlockSchema = z.object({
  n: count,
  patients: count,
  auc: measure,
  aucInterval: interval.nullable(),
  accuracy: measure,
  accuracyInterval: interval.nullable(),
  f1: measure,
  precision: measure,
  recall: measure,
  sensitivity: measure,
  specificity: measure,
  kappa: measure,
  averagePrecision: measure,
  brier: measure,
  calibrationError: measure,
  /** The figures that the target has beside these, in its order. */
  figures: z.array(z.object({ figure: targetFigureSchema, value: measure, interval: interval.nullable() })).default([]),
  /**
   * The class of two that f1, precision, recall, sensitivity, specificity and averagePrecision are about; null with more classes, where
   * they are means over classes, each against the rest (macro average).
   */
  positiveClass: z.string().nullable(),
  /** Decision threshold on the probability of `thresholdClass`; null when the largest probability decides. */
  threshold: measure,
  thresholdClass: z.string().nullable(),
  /** Rows are the labels, columns the decisions, in the order of `classes`; empty where each name is a question. */
  confusion: z.array(z.array(count)),
  /** Each class against the rest, or each finding by itself at its own threshold; empty for numbers. */
  perClass: z.array(
    z.object({
      name: z.string(),
      /** Of a class, its examples; of a finding, those where it is present. */
      n: count,
      /** Of a finding: the examples where it is known, present or absent. */
      known: count.optional(),
      /** Of a finding: from which probability on it is called present. */
      threshold: z.number().optional(),
      /** Why a finding cannot be judged; left out where it can. */
      unjudged: unjudgedReasonSchema.optional(),
      auc: measure,
      aucInterval: interval.nullable(),
      sensitivity: measure,
      specificity: measure,
      /** Of a class, at the model's own decisions: how often it was answered, the share of that which was right, and intervals. Reports of before have none. */
      answered: count.optional(),
      precision: measure.optional(),
      sensitivityInterval: interval.nullable().optional(),
      specificityInterval: interval.nullable().optional(),
      precisionInterval: interval.nullable().optional(),
      averagePrecision: measure,
      /** ROC points [1 - specificity, sensitivity], ascending. */
      roc: z.array(z.tuple([z.number(), z.number()])),
      /** PR points [recall, precision], ascending recall. */
      pr: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
  calibration: z.array(
    z.object({ low: z.number(), high: z.number(), n: count, confidence: measure, accuracy: measure }),
  ),
  /** Of numbers, else null. */
  agreement: limitsOfAgreementSchema.nullable().default(null),
  /** Of numbers: label and answer of each example. */
  points: z.array(z.tuple([z.number(), z.number()])).default([]),
  /** What all this means; reports of before have none. */
  verdict: verdictSchema.nullable().default(null),
});
export type MetricsBlock = z.infer<typeof metricsBlockSchema>;

/** What a training says of its out-of-fold answers; everything else `evaluate` says. */
const outOfFoldSchema = metricsBlockSchema.pick({
  n: true,
  patients: true,
  auc: true,
  aucInterval: true,
  accuracy: true,
  accuracyInterval: true,
  figures: true,
});

/** `train`. */
export const trainReportSchema = z.object({
  run: z.string(),
  model: z.string(),
  dataset: z.string(),
  version: z.int().positive(),
  /** How the patients of the version came to training, validation and test; reports of before have none. */
  splits: z.array(splitOriginCountSchema).default([]),
  lpm: z.string(),
  lpmHash: z.string(),
  method: methodSchema,
  /** A report of before there was a choice has the one that there was. */
  target: targetKindSchema.default(defaultTarget),
  classes: z.array(z.string()),
  /** The class that the threshold and the figures of a two-class model are about, and how it was found; null with more classes. */
  positiveClass: z.string().nullable().default(null),
  positiveClassSource: positiveClassSourceSchema.nullable().default(null),
  learnable: count,
  /** Parameters of the LPM, to which `learnable` is compared. */
  lpmParameters: count.nullable(),
  peakMb: z.number().nullable(),
  seconds: z.number(),
  resumed: z.boolean(),
  bestEpoch: z.int().positive().nullable(),
  valAuc: z.number().nullable(),
  weightsHash: z.string(),
  epochs: z.array(epochRecordSchema),
  /** Networks of a cross-validation; 1 where there was none. */
  folds: z.int().positive().default(1),
  /** How often patients were dealt to folds, and the networks whose mean the model is. */
  repeats: z.int().positive().default(1),
  networks: z.int().positive().default(1),
  /** Every training of each of them, in order. */
  members: z.array(runMemberSchema).default([]),
  /** What the networks say of the patients that they did not learn from, all together; null without folds. */
  crossValidation: z
    .object({ image: outOfFoldSchema, study: outOfFoldSchema, temperature: z.number().positive() })
    .nullable()
    .default(null),
  /** The search that its recipe came from; null where the recipe was given. */
  search: searchSummarySchema.nullable().default(null),
});
export type TrainReport = z.infer<typeof trainReportSchema>;

/** `evaluate`. */
export const evaluateReportSchema = z.object({
  model: z.string(),
  split: evaluationPartSchema,
  dataset: z.string(),
  version: z.int().positive(),
  method: methodSchema,
  target: targetKindSchema.default(defaultTarget),
  classes: z.array(z.string()),
  /** The class that figures of a two-class model are about, and how it was found; null with more classes. */
  positiveClass: z.string().nullable(),
  positiveClassSource: positiveClassSourceSchema.nullable(),
  /** What a reader must know before any figure. */
  warnings: z.array(z.string()),
  studyPooling: studyPoolingSchema,
  seconds: z.number(),
  peakMb: z.number().nullable(),
  problems: z.array(problemGroupSchema),
  image: metricsBlockSchema,
  study: metricsBlockSchema,
  /** What the model's rules of referral do on these cases; one for each finding that has one. */
  referral: z.array(referralReportSchema).default([]),
  /** What became of the rules that were to be found anew; none where that was not asked. */
  referralFound: z.array(referralOutcomeSchema).default([]),
});
export type EvaluateReport = z.infer<typeof evaluateReportSchema>;

/** What was measured, by name of rate, in seconds. */
export const measureResultSchema = z.object({ rates: z.record(z.string(), z.number()) });

/** The lists. */
export const listSchemas = {
  lpms: z.array(lpmRecordSchema),
  datasets: z.array(datasetSummarySchema),
  models: z.array(modelRecordSchema),
  runs: z.array(runViewSchema),
} as const;
