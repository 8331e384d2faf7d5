/** A model trained again from its record: where it was made, where it was made again, and whether both are the same. */
import { z } from 'zod';
import { evaluationPartSchema, hashSchema, nameSchema, timeSchema } from './names.ts';

const count = z.int().nonnegative();

/** What numbers depend on besides the record: what computed, on what, in how many threads, and by which program. */
export const runPlaceSchema = z.strictObject({
  engine: z.enum(['onnxruntime', 'tensorflow']),
  engineVersion: z.string(),
  /** As its driver calls it; "CPU" for the processor. */
  device: z.string(),
  threads: z.int().positive(),
  /** Of the frozen LPM's matrix products. */
  precision: z.enum(['f32', 'f16', 'int8']),
  /** The version of Sidelight, and of the arithmetic of its trainings. */
  program: z.string(),
  /** Processor and operating system: two processors add up in another order. */
  system: z.string(),
});
export type RunPlace = z.infer<typeof runPlaceSchema>;

export const replayOptionsSchema = z.strictObject({
  model: nameSchema,
  /** `record`: with the engine, device, threads and precision that the model was made with, where they are here; `session`: with those of now. */
  computeAs: z.enum(['record', 'session']).default('record'),
});
export type ReplayOptions = z.input<typeof replayOptionsSchema>;

export const replayReportSchema = z.object({
  model: z.string(),
  run: z.string(),
  dataset: z.string(),
  version: z.int().positive(),
  replayedAt: timeSchema,
  /** Whether every weight is the same, bit for bit. */
  isEqual: z.boolean(),
  /** SHA-256 of the model's weights and of those that were made now. */
  weightsHash: hashSchema,
  replayedHash: hashSchema,
  /** How many numbers were compared. */
  weights: count,
  largestWeightDifference: z.number().nonnegative(),
  /** The part whose images were answered with both, which no network of the model had learned from. */
  part: evaluationPartSchema,
  /** How many those are. */
  images: count,
  /** Of the probabilities of those answers; of a model of numbers of the numbers, in their unit. Null where there are none to compare. */
  largestAnswerDifference: z.number().nonnegative().nullable(),
  /** Where the model was made; several where its training went on elsewhere, none where that was not noted. */
  madeOn: z.array(runPlaceSchema),
  replayedOn: runPlaceSchema,
  /** Images whose features were gone, so that the LPM read them again. */
  encodedAgain: count,
  /** Whether images, labels or parts of the data set are others now: the frozen version was used. */
  isDatasetChanged: z.boolean(),
  seconds: z.number().nonnegative(),
});
export type ReplayReport = z.infer<typeof replayReportSchema>;

/**
 * What a replay comes to. `equal`: the same weights. Otherwise why not, as far as can be told: `elsewhere`: it was made with something else than now;
 * `notNoted`: where it was made is not known; `unsteady`: made alike, on a device that adds up in no fixed order; `unexplained`: made alike, and should be equal.
 */
export const replayVerdicts = ['equal', 'elsewhere', 'notNoted', 'unsteady', 'unexplained'] as const;
export type ReplayVerdict = (typeof replayVerdicts)[number];

export function replayVerdict({
  isEqual,
  madeOn,
  replayedOn,
}: Pick<ReplayReport, 'isEqual' | 'madeOn' | 'replayedOn'>): ReplayVerdict {
  if (isEqual) return 'equal';
  if (madeOn.length === 0) return 'notNoted';
  if (madeOn.some((place) => placeChanges(place, replayedOn).length > 0)) return 'elsewhere';
  return replayedOn.device === processorName ? 'unexplained' : 'unsteady';
}

/** How every engine calls the processor. */
export const processorName = 'CPU';

/** What of a place is another in a second one. */
export function placeChanges(a: RunPlace, b: RunPlace): (keyof RunPlace)[] {
  return (Object.keys(runPlaceSchema.shape) as (keyof RunPlace)[]).filter((key) => a[key] !== b[key]);
}
