/** Calls about how good a model is: curves, thresholds, cases, subgroups, comparison, calibration and the model card. */
import { z } from 'zod';
import { instanceIdSchema, studyIdSchema } from '../ids.ts';
import { unjudgedReasonSchema } from '../marks.ts';
import { evaluationPartSchema, nameSchema, studyPoolingSchema, subgroupAttributeSchema } from '../names.ts';
import { modelRecordSchema } from '../records.ts';
import { referBandSchema, referralOutcomeSchema } from '../referral.ts';
import { verdictSchema } from '../verdict.ts';
import { jobWarningSchema } from '../warnings.ts';
import { defineCalls, nothing } from './call.ts';
import { estimateSchema, judgeLevelSchema, modelCardSchema, targetFiguresSchema } from './model-card.ts';

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]);
const level = judgeLevelSchema;

/** Which evaluation is meant, and whether its images or its studies. */
const evaluated = {
  model: nameSchema,
  split: evaluationPartSchema.default('test'),
  pooling: studyPoolingSchema.default('mean'),
  /** Of a model of several findings, the one that is asked about: it is judged as one of two classes, absent and present. */
  finding: z.string().nullable().default(null),
};
const atLevel = { ...evaluated, level: level.default('study') };
const share = z.number().min(0).max(1);

const coveragePointSchema = z.object({
  band: referBandSchema.omit({ promise: true }),
  coverage: z.number(),
  accepted: count,
  errors: count,
  error: z.number().nullable(),
  errorInterval: interval.nullable(),
});
export type CoveragePointView = z.infer<typeof coveragePointSchema>;

const classCurvesSchema = z.object({
  name: z.string(),
  n: count,
  auc: estimateSchema,
  averagePrecision: z.number().nullable(),
  /** At the model's own decisions: how often the class is answered, and its figures against the rest. */
  answered: count,
  sensitivity: estimateSchema,
  specificity: estimateSchema,
  /** The share of its answers that are right among these cases. */
  precision: estimateSchema,
  /** [1 - specificity, sensitivity, threshold], ascending. */
  roc: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** [1 - specificity, low, high]: 95 % of resampled patients. */
  band: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** [recall, precision, threshold], ascending recall. */
  pr: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** How often the class was true where its probability lay in (low, high]. */
  calibration: z.array(
    z.object({ low: z.number(), high: z.number(), n: count, predicted: z.number(), observed: estimateSchema }),
  ),
});
export type ClassCurves = z.infer<typeof classCurvesSchema>;

/** One finding among those of its model, at its own threshold. */
const findingRowSchema = z.object({
  name: z.string(),
  /** Cases where it is present or absent, and those where it is present. */
  known: count,
  present: count,
  /** Why it cannot be judged; null where it can. */
  unjudged: unjudgedReasonSchema.nullable(),
  auc: estimateSchema,
  averagePrecision: z.number().nullable(),
  sensitivity: estimateSchema,
  specificity: estimateSchema,
  threshold: z.number(),
});
export type FindingRow = z.infer<typeof findingRowSchema>;

/** All findings of a model together; AUC and average precision are means over those that can be judged. */
const findingsReportSchema = z.object({
  n: count,
  patients: count,
  judged: count,
  auc: estimateSchema,
  averagePrecision: estimateSchema,
  /** The share of right answers to all that is known. */
  accuracy: estimateSchema,
  findings: z.array(findingRowSchema),
});
export type FindingsReport = z.infer<typeof findingsReportSchema>;

const levelReportSchema = z.object({
  n: count,
  patients: count,
  /** What the figures mean; of a model of several findings, on all of them together. */
  verdict: verdictSchema,
  auc: estimateSchema,
  averagePrecision: estimateSchema,
  accuracy: estimateSchema,
  figures: targetFiguresSchema,
  brier: z.number().nullable(),
  calibrationError: z.number().nullable(),
  classes: z.array(classCurvesSchema),
  coverage: z.array(coveragePointSchema),
  /** All findings of the model beside the one that is judged; null for other targets. */
  findings: findingsReportSchema.nullable(),
});
export type LevelReport = z.infer<typeof levelReportSchema>;

const calibrationCasesSchema = z.object({
  part: evaluationPartSchema,
  patients: count,
  /** Of fewer patients a temperature is mostly chance. */
  fewest: count,
  /** Whether all have one label (no finding is present in some and absent in others): then there is no best temperature. */
  isOneSided: z.boolean(),
});
export type CalibrationCases = z.infer<typeof calibrationCasesSchema>;

export const judgeReportSchema = z.object({
  /** Of a finding, the model as it answers that question: two classes, absent and present. */
  model: modelRecordSchema,
  finding: z.string().nullable(),
  split: evaluationPartSchema,
  dataset: z.string(),
  version: z.int().positive(),
  evaluatedAt: z.string(),
  /** How often this model was asked about its test split. */
  testEvaluations: count,
  /** What is to be known of the people of this part, as it is now. */
  warnings: z.array(jobWarningSchema),
  /** Studies left out at study level because their images carry different labels. */
  mixedStudies: count,
  /** On whom the model can be calibrated; null where it was not evaluated on them yet. */
  calibration: calibrationCasesSchema.nullable(),
  image: levelReportSchema,
  study: levelReportSchema,
});
export type JudgeReport = z.infer<typeof judgeReportSchema>;

const numberCaseSchema = z.object({
  instanceId: instanceIdSchema,
  frame: count,
  studyId: studyIdSchema,
  images: z.int().positive(),
  truth: z.number(),
  answer: z.number(),
});
export type NumberCase = z.infer<typeof numberCaseSchema>;

const numbersLevelSchema = z.object({
  n: count,
  patients: count,
  verdict: verdictSchema,
  figures: targetFiguresSchema,
  /** Null of fewer than two cases. */
  agreement: z.object({ bias: estimateSchema, low: estimateSchema, high: estimateSchema }).nullable(),
  /** Every case, the largest difference first. */
  cases: z.array(numberCaseSchema),
});
export type NumbersLevel = z.infer<typeof numbersLevelSchema>;

/** An evaluation of a model of numbers. */
export const numbersReportSchema = z.object({
  model: modelRecordSchema,
  split: evaluationPartSchema,
  dataset: z.string(),
  version: z.int().positive(),
  evaluatedAt: z.string(),
  testEvaluations: count,
  warnings: z.array(jobWarningSchema),
  mixedStudies: count,
  image: numbersLevelSchema,
  study: numbersLevelSchema,
});
export type NumbersReport = z.infer<typeof numbersReportSchema>;

export const operatingPointSchema = z.object({
  /** The class that every figure here is about. */
  className: z.string(),
  /** Null where the figures are those of the model's own decisions. */
  threshold: z.number().nullable(),
  counts: z.object({ truePositive: count, falsePositive: count, falseNegative: count, trueNegative: count }),
  /** Share of the class among the cases judged. */
  observedPrevalence: z.number().nullable(),
  sensitivity: estimateSchema,
  specificity: estimateSchema,
  accuracy: estimateSchema,
  ppv: estimateSchema,
  npv: estimateSchema,
  positiveLikelihoodRatio: estimateSchema,
  negativeLikelihoodRatio: estimateSchema,
  /** Rows are the labels, columns the decisions. */
  confusion: z.array(z.array(count)),
  /** Cohen's kappa of the confusion matrix with quadratic weights, for which the classes are taken as ordered. */
  kappa: z.number().nullable(),
  /** Of the answers that the model's band leaves standing; null without a band. */
  referred: count.nullable(),
});
export type OperatingPointView = z.infer<typeof operatingPointSchema>;

export const judgedCaseSchema = z.object({
  instanceId: instanceIdSchema,
  frame: count,
  studyId: studyIdSchema,
  images: z.int().positive(),
  truth: count,
  decision: count,
  probabilities: z.array(z.number()),
  isReferred: z.boolean(),
});
export type JudgedCase = z.infer<typeof judgedCaseSchema>;

export const comparedModelSchema = z.object({
  name: z.string(),
  method: z.string(),
  /** False where the model was not evaluated on this split yet. */
  isEvaluated: z.boolean(),
  auc: estimateSchema,
  /** Of models of numbers, which have no AUC; undefined for others. */
  absoluteError: estimateSchema,
  /** Its AUC (of numbers: mean absolute error) minus that of the model judged, on the cases both have. */
  difference: estimateSchema,
  learnable: count,
  peakMb: z.number().nullable(),
  seconds: z.number(),
});
export type ComparedModel = z.infer<typeof comparedModelSchema>;

export const subgroupSchema = z.object({
  attribute: subgroupAttributeSchema,
  /** Empty where it is not known. */
  value: z.string(),
  n: count,
  patients: count,
  /** Cases of the class asked for, which the figures are about. */
  positives: count,
  auc: estimateSchema,
  sensitivity: estimateSchema,
  specificity: estimateSchema,
});
export type SubgroupView = z.infer<typeof subgroupSchema>;

export const judgingCalls = defineCalls({
  'judge.models': {
    doc: 'Models with their data-set version, the splits they were evaluated on and whether there is evidence to look at, newest last.',
    input: nothing,
    output: z.array(
      z.object({
        record: modelRecordSchema,
        version: z.int().positive(),
        evaluated: z.array(evaluationPartSchema),
        hasEvidence: z.boolean(),
        /** The model that it came from: trained again, or on from where that ended; null where there is none. */
        parent: z.object({ model: z.string(), how: z.enum(['again', 'on']) }).nullable(),
      }),
    ),
  },
  'judge.open': {
    doc: 'Curves and figures of an evaluation, or null where the model was not evaluated on the split yet.',
    input: z.strictObject(evaluated),
    output: judgeReportSchema.nullable(),
  },
  'judge.numbers': {
    doc: 'Figures and every case of an evaluation of a model of numbers, or null where it was not evaluated on the split yet.',
    input: z.strictObject(evaluated),
    output: numbersReportSchema.nullable(),
  },
  'judge.atThreshold': {
    doc: 'What one threshold, or (null) the model’s own decision, means for one class against the rest, with predictive values at a prevalence.',
    input: z.strictObject({
      ...atLevel,
      classIndex: count,
      threshold: share.nullable(),
      prevalence: z.number().min(0.0001).max(0.9999),
    }),
    output: operatingPointSchema,
  },
  'judge.cases': {
    doc: 'Cases of a cell of the confusion matrix, or all wrong ones, surest wrong answer first.',
    input: z.strictObject({
      ...atLevel,
      /** Where two classes are told apart at a threshold: of which class's probability. */
      classIndex: count,
      threshold: share.nullable(),
      truth: count.optional(),
      decision: count.optional(),
      isWrong: z.boolean().optional(),
      offset: count.default(0),
      limit: z.int().min(1).max(200).default(60),
    }),
    output: z.object({ total: count, cases: z.array(judgedCaseSchema) }),
  },
  'judge.compare': {
    doc: 'Every model of the same data-set version on the same split, with its difference to the model judged.',
    input: z.strictObject(atLevel),
    output: z.array(comparedModelSchema),
  },
  'judge.subgroups': {
    doc: 'Figures by modality, manufacturer and model of the device, institution, sex and age as far as the library knows them.',
    input: z.strictObject({ ...atLevel, classIndex: count, threshold: share.nullable() }),
    output: z.array(subgroupSchema),
  },
  'judge.card': {
    doc: 'What a model card tells: origin, data, figures with intervals.',
    input: z.strictObject({ model: nameSchema }),
    output: modelCardSchema,
  },
  'judge.verdict': {
    doc: 'What the figures of a model mean: of its test cases where it was evaluated on them, else of its cross-validation, else of its validation cases; null where it was on none. As on the model card, this is no recorded look at the test cases.',
    input: z.strictObject({ model: nameSchema }),
    output: z.object({ split: evaluationPartSchema, verdict: verdictSchema }).nullable(),
  },
  'judge.saveCard': {
    doc: 'Writes the text of a model card to a file chosen by the user (.html or .md).',
    input: z.strictObject({ path: z.string().regex(/\.(html|md)$/), text: z.string().max(1_000_000) }),
    output: z.null(),
  },
  'models.setThreshold': {
    doc: 'Sets a model’s decision threshold for one of its two classes, or for the presence of a finding, and notes the split it was chosen on.',
    input: z.strictObject({
      model: nameSchema,
      finding: z.string().nullable().default(null),
      thresholdClass: z.string(),
      threshold: share,
      split: evaluationPartSchema,
    }),
    output: modelRecordSchema,
  },
  'models.setPositive': {
    doc: 'Says which of a model’s two classes its figures are about. No decision changes.',
    input: z.strictObject({ model: nameSchema, positive: z.string() }),
    output: modelRecordSchema,
  },
  'models.calibrate': {
    doc: 'Fits the temperature on the validation split, which must have been evaluated and have more than one label. Decisions stay as they are.',
    input: z.strictObject({ model: nameSchema }),
    output: modelRecordSchema,
  },
  'models.promiseReferral': {
    doc: 'Finds the answers (of a finding: those about it) to refer so that with 95 % certainty at most the allowed share of the others is wrong, and keeps that rule; or says why none can be promised, and changes nothing.',
    input: z.strictObject({
      model: nameSchema,
      finding: z.string().nullable().default(null),
      allowed: z.number().gt(0).max(0.5),
      pooling: studyPoolingSchema.default('mean'),
    }),
    output: referralOutcomeSchema,
  },
  'models.setReferBand': {
    doc: 'Sets the answers (of a finding: those about it) that a reader should see; null for none.',
    input: z.strictObject({
      model: nameSchema,
      finding: z.string().nullable().default(null),
      band: referBandSchema.omit({ promise: true }).extend({ low: share, high: share }).strict().nullable(),
    }),
    output: modelRecordSchema,
  },
});
