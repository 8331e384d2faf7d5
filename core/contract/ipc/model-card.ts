/** What a model card tells, and the figures that it shares with Judge. */
import { z } from 'zod';
import { evaluationPartSchema, splitSchema } from '../names.ts';
import { searchSummarySchema } from '../recipe.ts';
import { modelRecordSchema, splitOriginCountSchema } from '../records.ts';
import { replayReportSchema } from '../replay.ts';
import { targetFigureSchema } from '../targets.ts';
import { verdictSchema } from '../verdict.ts';
import { jobWarningSchema } from '../warnings.ts';

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]);

/** A figure that the data may not define, with its 95 % interval. */
export const estimateSchema = z.object({ value: z.number().nullable(), interval: interval.nullable() });
export type EstimateView = z.infer<typeof estimateSchema>;

export const judgeLevelSchema = z.enum(['image', 'study']);
export type JudgeLevel = z.infer<typeof judgeLevelSchema>;

/** Figures that a target has beside the others, in its order. */
export const targetFiguresSchema = z.array(z.object({ figure: targetFigureSchema, estimate: estimateSchema }));
export type TargetFigureView = z.infer<typeof targetFiguresSchema>[number];

export const modelCardSchema = z.object({
  model: modelRecordSchema,
  lpmFamily: z.string().nullable(),
  dataset: z.string(),
  version: z.int().positive(),
  trainedAt: z.string(),
  epochs: count,
  seconds: z.number(),
  peakMb: z.number().nullable(),
  labellers: z.array(z.object({ reader: z.string(), labels: count })),
  /** The search that its recipe came from; null where the recipe was given. */
  search: searchSummarySchema.nullable(),
  /** How the patients came to their parts. */
  splits: z.array(splitOriginCountSchema),
  counts: z.array(z.object({ split: splitSchema, name: z.string(), patients: count, studies: count, images: count })),
  /** Figures of each split that was evaluated, studies and images, at the model's threshold; sensitivity and specificity of its positive class. */
  results: z.array(
    z.object({
      split: evaluationPartSchema,
      level: judgeLevelSchema,
      n: count,
      patients: count,
      /** What the figures mean; null in the row of one finding. */
      verdict: verdictSchema.nullable(),
      auc: estimateSchema,
      accuracy: estimateSchema,
      figures: targetFiguresSchema,
      sensitivity: estimateSchema.nullable(),
      specificity: estimateSchema.nullable(),
      /** Of several findings, the one that a row is about; null where it is about all of them together, and for other targets. */
      finding: z.string().nullable(),
      /** Of numbers: how much too high answers are on average. */
      bias: estimateSchema.nullable(),
    }),
  ),
  testEvaluations: count,
  /** What was found when it was trained. */
  warnings: z.array(jobWarningSchema),
  /** What came of the newest training of it from its record; null where there was none. */
  replay: replayReportSchema.nullable(),
});
export type ModelCard = z.infer<typeof modelCardSchema>;
