/** What an LPM's pass in 8 bits would do to a data set, measured on a part of it before it is used. */
import { z } from 'zod';
import { quickMethodSchema, quickMethods } from './labelling.ts';
import { embeddedLpmName, nameSchema, timeSchema } from './names.ts';

const share = z.number().min(0).max(1);
const ratio = z.number().nonnegative();

/** Why no AUC was compared: numbers have none, patients cannot be dealt to folds, no class has both kinds of images. */
export const noAucReasons = ['numbers', 'folds', 'oneKind'] as const;

export const tryInt8OptionsSchema = z.strictObject({
  dataset: nameSchema,
  lpm: nameSchema.default(embeddedLpmName),
  /** The quick method whose AUC is compared. */
  method: quickMethodSchema.default(quickMethods[0]),
  /** Images that it learns from and answers, in both precisions; whole patients, so a few more may be taken. */
  images: z.int().min(8).max(10_000).default(60),
  inputSize: z.int().min(32).max(2048).default(512),
  seed: z.int().nonnegative().default(0),
});
export type TryInt8Options = z.input<typeof tryInt8OptionsSchema>;

/** An image that was read both ways, in turns. */
const readBothWaysSchema = z.object({
  seconds: z.number().nonnegative(),
  int8Seconds: z.number().nonnegative(),
  /** The share of the important tokens that both keep: the mean over layers and heads. */
  overlap: share,
});
export type ReadBothWays = Readonly<z.output<typeof readBothWaysSchema>>;

export const tryInt8ReportSchema = z.object({
  dataset: z.string(),
  version: z.int().positive(),
  /** The row of that version: names may change. */
  datasetVersionId: z.int(),
  lpm: z.string(),
  lpmHash: z.string(),
  inputSize: z.int().positive(),
  /** What computed: engine, device and threads. */
  engine: z.string(),
  /** The same with the processor: its times are of no other machine. */
  machine: z.string(),
  madeAt: timeSchema,
  reads: z.array(readBothWaysSchema),
  /** Seconds of an image in 8 bits over those of the usual way: the median over images, and the least and most. */
  timeRatio: z.object({ median: ratio, least: ratio, most: ratio }),
  /** The mean over images, and the least. */
  keptTokenOverlap: z.object({ mean: share, least: share }),
  /** Of a cross-validation on the same folds with the same seeds; the reason where there is none. */
  auc: z.union([
    z.object({
      method: quickMethodSchema,
      images: z.int().positive(),
      patients: z.int().positive(),
      folds: z.int().positive(),
      usual: share,
      int8: share,
      /** int8 less usual, with the 95 % interval over patients who were answered out of fold; null where they are too few for one. */
      difference: z.number(),
      interval: z.tuple([z.number(), z.number()]).nullable(),
    }),
    z.object({
      /** In English, for the command line. */
      none: z.string(),
      /** Which of the reasons it is: the window has the words for each. */
      why: z.enum(noAucReasons),
    }),
  ]),
});
export type TryInt8Report = z.output<typeof tryInt8ReportSchema>;

/** A report as it is found later. */
export const triedInt8Schema = z.object({
  report: tryInt8ReportSchema,
  /** Whether its times are of the processor and engine that compute now. */
  isOfHere: z.boolean(),
  /** Whether labels, images and parts of the data set are those of then. */
  isOfNow: z.boolean(),
});
export type TriedInt8 = z.output<typeof triedInt8Schema>;

/** Whether 8-bit products can be computed here, and what keeps them from it: `engine`, it is not ONNX Runtime on the processor; `processor`, its sums overflow. */
export const int8SupportSchema = z.object({
  why: z.enum(['engine', 'processor']).nullable(),
  /** The engine and the device that compute. */
  engine: z.string(),
  device: z.string(),
});
export type Int8Support = z.output<typeof int8SupportSchema>;
