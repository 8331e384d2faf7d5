/** What a job about evidence is asked and gives back, and the calls around it. */
import { z } from 'zod';
import { instanceIdSchema, studyIdSchema } from '../ids.ts';
import { methodSchema, nameSchema, splitNames } from '../names.ts';
import { defineCalls } from './call.ts';

const count = z.int().nonnegative();
const splitSchema = z.enum(splitNames);

/** Which map the deletion check hides the strongest patches of. */
export const evidenceBases = ['relevance', 'attention'] as const;
export const evidenceBasisSchema = z.enum(evidenceBases);
export type EvidenceBasis = z.infer<typeof evidenceBasisSchema>;

/**
 * What looks at the image: learned prompts, the learned queries of a probe, the class token in the LPM's last block, or the query of the LPM's attention
 * pool; the last two draw the summary that the answer is made from.
 */
export const evidenceAttends = ['prompts', 'queries', 'class-token', 'pool-query'] as const;
export type EvidenceAttends = (typeof evidenceAttends)[number];

/**
 * Why there is no evidence for a model's answers: it attends to no place of the image, the LPM's summary that it reads is a mean of the tokens, it
 * answers a number, or its answer goes through products in 8 bits, which have no gradient.
 */
export const evidenceObstacles = ['no-place', 'mean', 'numbers', 'int8'] as const;
export const evidenceObstacleSchema = z.enum(evidenceObstacles);
export type EvidenceObstacle = z.infer<typeof evidenceObstacleSchema>;

export const evidenceOptionsSchema = z.strictObject({
  model: nameSchema,
  instanceId: instanceIdSchema,
  frame: count.default(0),
  /** The deletion check to make as well. */
  check: z
    .strictObject({
      classIndex: count,
      basis: evidenceBasisSchema.default('relevance'),
      /** Share of the patches that is hidden. */
      share: z.number().min(0.005).max(0.5).default(0.05),
      draws: z.int().min(5).max(200).default(20),
      seed: count.default(0),
    })
    .optional(),
});
export type EvidenceOptions = z.input<typeof evidenceOptionsSchema>;

/** Shares of patches (in reading order), class token and registers with learned prompts; together 1, or all 0 where nothing spoke for the class. */
export const evidenceMapSchema = z.object({
  patches: z.array(z.number()),
  classToken: z.number(),
  registers: z.number(),
  /** What the shares are shares of; of relevance, log-odds that hang on attention. */
  total: z.number(),
});
export type EvidenceMapView = z.infer<typeof evidenceMapSchema>;

/** One map over all layers and one for each. */
const mapsSchema = z.object({ all: evidenceMapSchema, layers: z.array(evidenceMapSchema) });

/** What a deletion check says of a highlight. */
export const evidenceVerdicts = ['explains', 'slight', 'unmoved', 'fails'] as const;

export const evidenceCheckSchema = z.object({
  classIndex: count,
  basis: evidenceBasisSchema,
  share: z.number(),
  /** Patches hidden each time. */
  hidden: count,
  /** Probability of the class before anything is hidden. */
  probability: z.number(),
  /** Its fall when the strongest patches are hidden; negative where it rises. */
  highlighted: z.number(),
  /** Its fall in each draw of as many other patches. */
  random: z.array(z.number()),
  randomMean: z.number(),
  /** 2.5 and 97.5 % of the draws. */
  randomInterval: z.tuple([z.number(), z.number()]),
  /**
   * `explains`: hiding the highlight lowers the answer more than every draw, and by 0.1 at least more than draws do on average. `slight`: by 0.01 at
   * least and more than every draw, but by less than that. `unmoved`: neither the highlight nor a draw lowers it by 0.01. `fails`: otherwise.
   */
  verdict: z.enum(evidenceVerdicts),
});
export type EvidenceCheck = z.infer<typeof evidenceCheckSchema>;

export const evidenceReportSchema = z.object({
  model: z.string(),
  method: methodSchema,
  attends: z.enum(evidenceAttends),
  classes: z.array(z.string()),
  instanceId: instanceIdSchema,
  frame: count,
  probabilities: z.array(z.number()),
  /** The class that was decided for; of several findings, the one most above its threshold. */
  decision: count,
  /** What is answered, in words: the class, or the findings that are present. */
  answer: z.string(),
  /** Patches down and across; they divide the whole image evenly, because it is squeezed to a square for the model. */
  grid: z.object({ rows: count, columns: count }),
  /** Numbers of the LPM's layers that have a map each, from 0; none where the model mixes them before it attends, or the LPM's summary alone is drawn by attention. */
  layers: z.array(count),
  /** Tokens that the model attends to (a layer and head), and those that are there: the image's, and a method's learned prompts. */
  tokens: z.object({ kept: count, all: count }),
  attention: mapsSchema,
  /** By class. */
  relevance: z.array(mapsSchema),
  check: evidenceCheckSchema.nullable(),
});
export type EvidenceReport = z.infer<typeof evidenceReportSchema>;

/** What the row of a job keeps; the report itself stays in memory. */
export const evidenceResultSchema = z.object({
  model: z.string(),
  verdict: z.enum(evidenceVerdicts).nullable(),
});

/** So many images are listed at most; Judge and Read have the others. */
export const mostListedImages = 10_000;

/** How the answer to an image compares with its label: `off` of numbers, `unanswered` where the model was not asked. In the order of the list. */
export const answerStates = ['wrong', 'off', 'right', 'unlabelled', 'unanswered'] as const;
export type AnswerState = (typeof answerStates)[number];

/** A label or an answer: a class by its place, the findings that are present, or a number; null or none of them where nothing is known. */
const saidSchema = z.object({
  classIndex: count.nullable(),
  present: z.array(z.string()),
  number: z.number().nullable(),
});
export type Said = z.infer<typeof saidSchema>;

const answeredImageSchema = z.object({
  instanceId: instanceIdSchema,
  frame: count,
  studyId: studyIdSchema,
  /** Null where nothing is known of the image. */
  label: saidSchema.nullable(),
  /** Null where the model was not asked about the image. */
  answer: saidSchema.nullable(),
  state: z.enum(answerStates),
  /** Findings whose decision differs from the label, each with what the label says. */
  wrongFindings: z.array(z.object({ name: z.string(), isPresent: z.boolean() })),
  /** Answer minus label: of grades in steps, of numbers in their unit; null of other targets and where one of them is missing. */
  off: z.number().nullable(),
});
export type AnsweredImage = z.infer<typeof answeredImageSchema>;

export const answeredImagesSchema = z.object({
  split: splitSchema,
  /** Whether the model was evaluated on these cases; else nobody knows which are wrong. */
  isEvaluated: z.boolean(),
  /** How many images there are of each state. */
  counts: z.record(z.enum(answerStates), count),
  /** Wrong answers first, the worst of them before the others. */
  images: z.array(answeredImageSchema),
  /** The image that was asked for, wherever it stands in the list; null where the data set has it not. */
  own: answeredImageSchema.nullable(),
});
export type AnsweredImages = z.infer<typeof answeredImagesSchema>;

export const evidenceCalls = defineCalls({
  'evidence.report': {
    doc: 'What a job about evidence found, or null where this session no longer has it.',
    input: z.strictObject({ jobId: z.int() }),
    output: evidenceReportSchema.nullable(),
  },
  'evidence.images': {
    doc: 'Images of the data-set version that a model was trained on, of one part, with their labels and what the model answers; the wrong ones first. Where an image is named, the part is the one that holds it.',
    input: z.strictObject({
      model: nameSchema,
      split: splitSchema,
      own: z.strictObject({ instanceId: instanceIdSchema, frame: count }).optional(),
      limit: z.int().min(1).max(mostListedImages).default(200),
    }),
    output: answeredImagesSchema,
  },
});
