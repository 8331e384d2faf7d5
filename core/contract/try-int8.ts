/** What an LPM's pass in 8 bits would do to a data set, measured on a part of it before it is used. */
import { z } from 'zod';
import { quickMethodSchema, quickMethods } from './labelling.ts';
import { embeddedLpmName, nameSchema } from './names.ts';

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
export interface ReadBothWays {
  readonly seconds: number;
  readonly int8Seconds: number;
  /** The share of the important tokens that both keep: the mean over layers and heads. */
  readonly overlap: number;
}

export interface TryInt8Report {
  readonly dataset: string;
  readonly version: number;
  readonly lpm: string;
  readonly lpmHash: string;
  readonly inputSize: number;
  /** What computed: engine, device and threads. */
  readonly engine: string;
  readonly reads: readonly ReadBothWays[];
  /** Seconds of an image in 8 bits over those of the usual way: the median over images, and the least and most. */
  readonly timeRatio: { readonly median: number; readonly least: number; readonly most: number };
  /** The mean over images, and the least. */
  readonly keptTokenOverlap: { readonly mean: number; readonly least: number };
  /** Of a cross-validation on the same folds with the same seeds; null with the reason where there is none. */
  readonly auc:
    | {
        readonly method: string;
        readonly images: number;
        readonly patients: number;
        readonly folds: number;
        readonly usual: number;
        readonly int8: number;
        /** int8 less usual, with the 95 % interval over patients who were answered out of fold; null where they are too few for one. */
        readonly difference: number;
        readonly interval: readonly [number, number] | null;
      }
    | { readonly none: string };
}
