/** What a job about evidence is asked and gives back, and the calls around it. */
import { z } from 'zod';
import { instanceIdSchema, studyIdSchema } from '../ids.ts';
import { methodSchema, nameSchema } from '../names.ts';
import { defineCalls } from './call.ts';

const count = z.int().nonnegative();

/** Which map the deletion check hides the strongest patches of. */
export const evidenceBases = ['relevance', 'attention'] as const;
export const evidenceBasisSchema = z.enum(evidenceBases);
export type EvidenceBasis = z.infer<typeof evidenceBasisSchema>;

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

/** Shares of patches (in reading order), class token and registers; together 1, or all 0 where nothing spoke for the class. */
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
  /** Numbers of the LPM's layers that have a map each, from 0; none where the model mixes them before it attends. */
  layers: z.array(count),
  /** Tokens that the model attends to (a layer and head), and those that the image has. */
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

export const evidenceCalls = defineCalls({
  'evidence.report': {
    doc: 'What a job about evidence found, or null where this session no longer has it.',
    input: z.strictObject({ jobId: z.int() }),
    output: evidenceReportSchema.nullable(),
  },
  'evidence.images': {
    doc: 'Images of the data-set version that a model was trained on, with their labels; those of one study where it is given.',
    input: z.strictObject({
      model: nameSchema,
      studyId: studyIdSchema.optional(),
      limit: z.int().min(1).max(500).default(200),
    }),
    output: z.array(
      z.object({
        instanceId: instanceIdSchema,
        frame: count,
        studyId: studyIdSchema,
        split: z.enum(['train', 'val', 'test']),
        /** Null where each name of the data set is a question. */
        classIndex: count.nullable(),
        /** Then the names that are present in it. */
        present: z.array(z.string()),
      }),
    ),
  },
});
